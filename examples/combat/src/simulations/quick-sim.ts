import { defineSimulation, type Simulation } from '@belfry/protocol';
import { z } from 'zod';
import type { Character, CharacterInput } from '../character/character.ts';
import { merge } from '../result/merge.ts';
import type { CombatResult } from '../result/result.ts';
import { characterField } from './character-field.ts';
import { blockIterations, fightFor } from './fight-cache.ts';
import { type QuickSimSummary, summarizeQuickSim } from './quick-sim-summary.ts';

export interface QuickSimInput {
  readonly character: Character;
  /** How many fights at most; a job with `targetError` may do with fewer. */
  readonly iterations: number;
}

/** As it is submitted. */
export interface QuickSimRequest {
  readonly character: CharacterInput;
  /** 100 to 1,000,000; 10,000 when left out. */
  readonly iterations?: number | undefined;
}

const input: z.ZodType<QuickSimInput, QuickSimRequest> = z.strictObject({
  character: characterField,
  iterations: z.int().min(100).max(1_000_000).default(10_000),
});

/** Of fewer fights nobody can say how far off their mean is. */
const FEW = 100;

/** One character, fought again and again. */
export const quickSim: Simulation<QuickSimInput, CombatResult, QuickSimSummary> = defineSimulation({
  name: 'quick-sim',
  input,
  run: ({ input: { character }, seed, from, count }): CombatResult =>
    fightFor(character).simulate({ seed, from, count }),
  plan({ input: { character, iterations }, round }) {
    if (round > 0) return null;
    const size = blockIterations(character);
    return { blocks: Math.ceil(iterations / size), blockIterations: size };
  },
  merge,
  summarize: (result, { character }) => summarizeQuickSim(result, character),
  error({ dps: { count, mean, m2 } }) {
    if (count < FEW || mean <= 0) return Infinity;
    return Math.sqrt(m2 / (count - 1) / count) / mean;
  },
});
