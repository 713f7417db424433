/** A simulation for the tests: throws coins. */
import { z } from 'zod';
import { defineSimulation } from '../simulation.ts';

/** 32 bits that depend on both numbers. */
function mixed(seed: number, index: number): number {
  let bits = Math.imul(seed ^ (index + 0x9e3779b9), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const input = z.strictObject({
  blocks: z.int().min(1).max(1_000_000),
  /** Of each block. */
  throws: z.int().min(1).max(1_000_000),
  rounds: z.int().min(1).max(5).default(1),
  /** A block that cannot be run. */
  broken: z.int().optional(),
});

export const coin = defineSimulation({
  name: 'coin',
  input,
  run({ input: { broken }, seed, block, from, count }) {
    if (block === broken) throw new Error(`the coin of block ${block} is lost`);
    let heads = 0;
    for (let i = 0; i < count; i++) heads += mixed(seed, from + i) & 1;
    return { heads, throws: count };
  },
  plan({ input: { blocks, throws, rounds }, round }) {
    if (round === 0 && throws === 13) throw new Error('throws: 13 brings bad luck');
    return round < rounds ? { blocks, blockIterations: throws, note: `round ${round}` } : null;
  },
  merge: (a, b) => ({ heads: a.heads + b.heads, throws: a.throws + b.throws }),
  summarize: ({ heads, throws }) => ({ share: heads / throws, throws }),
  error: ({ heads, throws }) =>
    heads === 0 ? Infinity : Math.sqrt((throws - heads) / heads / throws),
});
