import { defineSimulation, type Simulation } from '@belfry/protocol';
import { z } from 'zod';
import type { Character, CharacterInput } from '../character/character.ts';
import { SLOTS } from '../catalog/model.ts';
import { CombatError } from '../combat-error.ts';
import { combinations, type Gear } from '../gear/combinations.ts';
import { type Candidate, fightTurn, type Lanes, rememberedFor } from './candidates.ts';
import { characterField } from './character-field.ts';
import { blockIterations } from './fight-cache.ts';
import { MAX_COMBINATIONS } from './max-combinations.ts';
import {
  bestOf,
  gainOver,
  isWorse,
  mergeTallies,
  meanVariance,
  type Score,
  type Tally,
} from './tally.ts';

export interface BestInBagsInput {
  /** Who wears it, and what is worn now. */
  readonly character: Character;
  /** Ids of what else is owned. */
  readonly items: readonly string[];
  /** How well the best shall be known: percent of its damage per second, with 95 % certainty. */
  readonly precision: number;
}

/** As it is submitted. */
export interface BestInBagsRequest {
  readonly character: CharacterInput;
  readonly items: readonly string[];
  /** 0.02 to 5; 0.1 when left out. */
  readonly precision?: number | undefined;
}

/** One way to wear what is owned. */
export interface RankedSet {
  /** What is worn otherwise than now; `null`: nothing. None: it is what is worn now. */
  readonly changes: Readonly<Partial<Record<keyof Gear, string | null>>>;
  readonly fights: number;
  /** Damage per second, and its standard error. */
  readonly mean: number;
  readonly error: number;
  /** Damage per second more than what is worn now, and the standard error of that. */
  readonly gain: number;
  readonly gainError: number;
  /** As good as certainly not the best: it is fought no further. */
  readonly culled: boolean;
}

export interface BestInBagsSummary {
  readonly character: Character;
  /** How many ways there are, how many have fought, and how many of these may be the best. */
  readonly combinations: number;
  readonly seen: number;
  readonly left: number;
  /** What is worn now. */
  readonly current: RankedSet | null;
  /** The best first, at most `MAX_RANKED`. */
  readonly ranking: readonly RankedSet[];
}

export const MAX_RANKED = 100;

/** 95 % of what is normally distributed lies within so many standard errors. */
const Z95 = 1.96;
/** In the first round there are many candidates, and a few fights tell which are hopeless. */
const FIRST_SHARE = 0.5;
/** Nobody fights longer than this, however close it is. */
const MAX_FIGHTS = 100_000;
/** The index of what is worn now: `combinations` puts it first. */
const CURRENT = 0;

const input: z.ZodType<BestInBagsInput, BestInBagsRequest> = z
  .strictObject({
    character: characterField,
    items: z.array(z.string().max(80)).max(500),
    precision: z.number().min(0.02).max(5).default(0.1),
  })
  .superRefine((value, context) => {
    // A character that is wrong was told of already.
    if (value.character === undefined) return;
    try {
      candidatesOf(value);
    } catch (error) {
      if (!(error instanceof CombatError)) throw error;
      for (const { field, problem, fix } of error.problems) {
        context.addIssue({
          code: 'custom',
          path: field.split('.'),
          message: `${problem}; ${fix}`,
        });
      }
    }
  });

const candidatesOf = rememberedFor(({ character, items }: BestInBagsInput) =>
  combinations({ character, items, limit: MAX_COMBINATIONS }),
);

/** Those that may still be the best; what is worn now fights on, for all are compared with it. */
function lanesLeft({ scores }: Tally): number[] {
  const best = bestOf(scores);
  if (best === undefined) return [];
  return scores
    .filter((score) => score[0] === CURRENT || !isWorse(score, best))
    .map(([index]) => index);
}

/** Whether the best is known well enough; those that may still be it are then as good as it. */
function isSettled({ scores }: Tally, precision: number): boolean {
  const best = bestOf(scores);
  if (best === undefined) return true;
  const known = Math.sqrt(meanVariance(best)) * Z95 * 100 <= precision * best[2];
  return known || best[1] >= MAX_FIGHTS;
}

/** Fights all ways to wear what is owned; round by round those that cannot be the best are dropped, and the others fight twice as long. */
export const bestInBags: Simulation<BestInBagsInput, Tally, BestInBagsSummary> = defineSimulation({
  name: 'best-in-bags',
  input,
  run: ({ input: bag, roundInput, block, seed, from, count }): Tally =>
    fightTurn({
      character: bag.character,
      candidates: candidatesOf(bag),
      roundInput,
      block,
      seed,
      from,
      count,
    }),
  plan({ input: bag, round, result }) {
    const size = blockIterations(bag.character);
    const all = candidatesOf(bag);
    if (round === 0 || result === undefined) {
      const first = Math.max(10, Math.round(size * FIRST_SHARE));
      const lanes: Lanes = { lanes: all.map((_, index) => index) };
      return {
        blocks: all.length,
        blockIterations: first,
        roundInput: lanes,
        note: `all ${all.length} sets`,
      };
    }
    const lanes = lanesLeft(result);
    if (isSettled(result, bag.precision)) return null;
    // As long again as the longest so far.
    const fought = result.scores.reduce((most, [, count]) => Math.max(most, count), 0);
    const each = Math.max(1, Math.round(fought / size));
    const roundInput: Lanes = { lanes };
    return {
      blocks: lanes.length * each,
      blockIterations: size,
      roundInput,
      note: `${lanes.length} of ${all.length} sets are left`,
    };
  },
  merge: mergeTallies,
  summarize: (result, bag) => summarizeBags(result, bag, candidatesOf(bag)),
});

function short(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : 0;
}

function changesOf(gear: Gear, worn: Gear): RankedSet['changes'] {
  const slots = SLOTS.filter((slot) => gear[slot] !== worn[slot]);
  return Object.fromEntries(slots.map((slot) => [slot, gear[slot] ?? null]));
}

function summarizeBags(
  { scores }: Tally,
  { character }: BestInBagsInput,
  candidates: readonly Candidate[],
): BestInBagsSummary {
  const best = bestOf(scores);
  const current = scores.find(([index]) => index === CURRENT);
  const ranked = (score: Score): RankedSet => {
    const { gain, error } =
      current === undefined || score === current ? { gain: 0, error: 0 } : gainOver(score, current);
    return {
      changes: changesOf(candidates[score[0]]?.gear ?? {}, character.gear),
      fights: score[1],
      mean: short(score[2]),
      error: short(Math.sqrt(meanVariance(score))),
      gain: short(gain),
      gainError: short(error),
      culled: best !== undefined && isWorse(score, best),
    };
  };
  const left = best === undefined ? [] : scores.filter((score) => !isWorse(score, best));
  const order = (a: Score, b: Score): number => b[2] - a[2] || a[0] - b[0];
  const rest = scores.filter((score) => !left.includes(score));
  const shown = [...left.toSorted(order), ...rest.toSorted(order)].slice(0, MAX_RANKED);
  return {
    character,
    combinations: candidates.length,
    seen: scores.length,
    left: left.length,
    current: current === undefined ? null : ranked(current),
    ranking: shown.map(ranked),
  };
}
