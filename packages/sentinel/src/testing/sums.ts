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

interface Awkward {
  readonly sum: number;
  readonly zero: number;
  none: number | null;
}

/** Says what JSON does not carry, wherever something is said, and goes by what became of it. */
export const awkward: Simulation<SumsInput, Awkward, number> = defineSimulation({
  name: 'awkward',
  input: {
    '~standard': {
      version: 1 as const,
      vendor: 'lab',
      validate: (value: unknown) => ({ value: { ...(value as SumsInput), zero: -0 } }),
    },
  },
  run({ input, roundInput, from, count, seed }): Awkward {
    const { zero: signed } = input as SumsInput & { readonly zero: number };
    const { none, zero } = roundInput as { readonly none: number | null; readonly zero: number };
    let sum = none === null ? 0.1 : 0.7;
    for (let i = from; i < from + count; i++) sum += 1 / (seed + i);
    return { sum: sum + signOf(zero) + signOf(signed), zero: -0, none: Number.NaN };
  },
  plan({ input, round, result }) {
    if (round >= input.rounds) return null;
    // What it does to it is nobody else's business.
    if (result !== undefined) result.none = 5;
    return {
      blocks: input.blocks,
      blockIterations: input.count,
      roundInput: { none: Number.NaN, zero: -0, gone: undefined },
    };
  },
  merge: (a, b) => ({
    sum: a.sum + b.sum + signOf(a.zero) / 3 + (b.none ?? 0.3) / 7,
    zero: -0,
    none: Number.NaN,
  }),
  summarize: ({ sum }) => sum,
  // It would never be exact enough if the zero of a merged result kept its sign.
  error: ({ sum, zero, none }) => (signOf(zero) === 1 && none === null ? 20 / sum : Infinity),
});

function signOf(zero: number): number {
  return Object.is(zero, -0) ? -1 : 1;
}

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
