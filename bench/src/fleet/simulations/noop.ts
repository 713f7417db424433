/** Work that costs nothing: what is left is what a fleet itself takes. */
import { defineSimulation } from 'belfry/simulation';
import { z } from 'zod';

const input = z.strictObject({ blocks: z.int().min(1).max(100_000_000) });

export interface Counted {
  readonly blocks: number;
  /** Of the numbers of the blocks. */
  readonly sum: number;
}

export const noop = defineSimulation({
  name: 'noop',
  input,
  run: ({ block }): Counted => ({ blocks: 1, sum: block }),
  plan: ({ input: { blocks }, round }) => (round === 0 ? { blocks, blockIterations: 1 } : null),
  merge: (a, b) => ({ blocks: a.blocks + b.blocks, sum: a.sum + b.sum }),
  summarize: (counted) => counted,
});
