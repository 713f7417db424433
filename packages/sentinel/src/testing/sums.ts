import { defineSimulation, type Simulation } from '@belfry/protocol';

interface SumsInput {
  readonly rounds: number;
  readonly blocks: number;
  readonly count: number;
  /** Blocks of which every run fails. */
  readonly bad?: readonly number[];
}

/** Results of some length, which merging does not make longer. */
export const bulky: Simulation<
  { readonly blocks: number; readonly length: number },
  { readonly n: number; readonly text: string },
  number
> = defineSimulation({
  name: 'bulky',
  input: {
    '~standard': {
      version: 1 as const,
      vendor: 'lab',
      validate: (value: unknown) => ({ value: value as { blocks: number; length: number } }),
    },
  },
  run: ({ block, input }) => ({ n: 1 / (block + 1), text: 'x'.repeat(input.length) }),
  plan: ({ input, round }) => (round === 0 ? { blocks: input.blocks, blockIterations: 1 } : null),
  merge: (a, b) => ({ n: a.n + b.n, text: a.text }),
  summarize: ({ n }) => n,
});

interface Sums {
  readonly sum: number;
  readonly squares: number;
  readonly n: number;
}

/** Sums floating-point numbers, so that every change of order shows in the last bits. */
export const sums: Simulation<SumsInput, Sums, { readonly mean: number; readonly n: number }> =
  defineSimulation({
    name: 'sums',
    input: {
      '~standard': {
        version: 1 as const,
        vendor: 'lab',
        validate: (value: unknown) =>
          typeof (value as SumsInput | null)?.blocks === 'number'
            ? { value: value as SumsInput }
            : { issues: [{ message: 'must be a number', path: ['blocks'] }] },
      },
    },
    run({ from, count, seed, block, input }): Sums {
      if (input.bad?.includes(block) === true) throw new Error(`block ${block} is bad`);
      let sum = 0;
      let squares = 0;
      for (let i = from; i < from + count; i++) {
        const x = (((i + 1) * 2_654_435_761 + seed) % 1_000_003) / 1_000_003 + 1e-9;
        sum += x;
        squares += x * x;
      }
      return { sum, squares, n: count };
    },
    plan: ({ input, round, result }) =>
      round < input.rounds
        ? {
            // A second round's size depends on the first one's result.
            blocks: input.blocks + (result === undefined ? 0 : result.n % 7),
            blockIterations: input.count,
            note: `round ${round}`,
          }
        : null,
    merge: (a: Sums, b: Sums): Sums => ({
      sum: a.sum + b.sum,
      squares: a.squares + b.squares,
      n: a.n + b.n,
    }),
    summarize: ({ sum, n }) => ({ mean: sum / n, n }),
    error: ({ sum, squares, n }) => {
      if (n < 2) return Infinity;
      const mean = sum / n;
      return Math.sqrt(Math.max(0, squares / n - mean * mean) / n) / mean;
    },
  });
