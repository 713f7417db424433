/**
 * Sums of floating-point numbers, and a digest of the tree that they were put together in: a result shows whether anything was left out, taken twice
 * or put together in another order. Several rounds, each planned by what came before; a measure of its error; blocks that fail.
 */
import { defineSimulation } from 'belfry/simulation';
import { z } from 'zod';

const input = z.strictObject({
  /** Of the first round. */
  blocks: z.int().min(1).max(1_000_000),
  /** Iterations of each block. */
  iterations: z.int().min(1).max(100_000).default(20),
  rounds: z.int().min(1).max(8).default(1),
  /** How long a block takes on a node of speed 1, in ms. The code does not wait: who runs it does. */
  blockMs: z.number().min(0).max(60_000).default(0),
  /** Blocks of the first round that cannot be run. */
  broken: z.array(z.int().min(0)).max(20).default([]),
});

export interface Harmonic {
  readonly blocks: number;
  /** Of the numbers of the blocks. */
  readonly indexes: number;
  readonly iterations: number;
  readonly sum: number;
  readonly squares: number;
  /** Depends on every block, their order and how they were put together. */
  readonly tree: number;
}

/** 32 bits that depend on both numbers, and on their order. */
function mixed(a: number, b: number): number {
  let bits = Math.imul((a ^ 0x9e3779b9) + Math.imul(b, 0x85ebca6b), 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 15), 0x27d4eb2f);
  return (bits ^ (bits >>> 13)) >>> 0;
}

export const harmonic = defineSimulation({
  name: 'harmonic',
  input,
  run({ input: { broken }, seed, round, block, from, count }): Harmonic {
    if (round === 0 && broken.includes(block)) throw new Error(`block ${block} is broken`);
    let sum = 0;
    let squares = 0;
    for (let n = from; n < from + count; n++) {
      // Thirds, so that no sum of them is exact.
      const term = 1 + mixed(seed, n) / 2 ** 32 / 3;
      sum += term;
      squares += term * term;
    }
    const tree = mixed(mixed(seed, from), block);
    return { blocks: 1, indexes: block, iterations: count, sum, squares, tree };
  },
  plan({ input: { blocks, iterations, rounds }, round, result }) {
    if (round >= rounds) return null;
    // What a wrong result would plan differently.
    const more = result === undefined ? 0 : result.tree % 7;
    return { blocks: blocks + more, blockIterations: iterations, note: `round ${round + 1}` };
  },
  merge: (a, b) => ({
    blocks: a.blocks + b.blocks,
    indexes: a.indexes + b.indexes,
    iterations: a.iterations + b.iterations,
    sum: a.sum + b.sum,
    squares: a.squares + b.squares,
    tree: mixed(a.tree, b.tree),
  }),
  summarize: ({ sum, iterations }) => ({ mean: sum / iterations, iterations }),
  error({ sum, squares, iterations }) {
    const mean = sum / iterations;
    const variance = squares / iterations - mean * mean;
    return iterations < 2 ? Infinity : Math.sqrt(Math.max(0, variance) / iterations) / mean;
  },
});
