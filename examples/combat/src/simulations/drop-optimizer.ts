import { defineSimulation, type Simulation } from '@belfry/protocol';
import { z } from 'zod';
import type { Character, CharacterInput } from '../character/character.ts';
import type { Slot } from '../catalog/model.ts';
import { CombatError } from '../combat-error.ts';
import { type DropCandidate, dropCandidates } from '../gear/drops.ts';
import { fightTurn, type Lanes, rememberedFor } from './candidates.ts';
import { characterField } from './character-field.ts';
import { blockIterations } from './fight-cache.ts';
import { gainOver, isWorse, mergeTallies, meanVariance, type Score, type Tally } from './tally.ts';

export interface DropOptimizerInput {
  readonly character: Character;
  /** Ids of sources; what any of them drops is compared with what is worn. */
  readonly sources: readonly string[];
  /** How well each gain shall be known: percent of what is done now, with 95 % certainty. */
  readonly precision: number;
}

/** As it is submitted. */
export interface DropOptimizerRequest {
  readonly character: CharacterInput;
  readonly sources: readonly string[];
  /** 0.05 to 5; 0.2 when left out. */
  readonly precision?: number | undefined;
}

/** One drop, in the slot where it does most. */
export interface RankedDrop {
  readonly item: string;
  readonly slot: Slot;
  readonly fights: number;
  readonly mean: number;
  /** Damage per second more than now, and the standard error of that. */
  readonly gain: number;
  readonly gainError: number;
  /** As good as certainly no gain: it is fought no further. */
  readonly culled: boolean;
}

export interface DropOptimizerSummary {
  readonly character: Character;
  readonly sources: readonly string[];
  /** How many drops there are, and how many have fought. */
  readonly drops: number;
  readonly seen: number;
  /** What is worn now: damage per second, and its standard error. */
  readonly current: { readonly fights: number; readonly mean: number; readonly error: number };
  /** The best first. */
  readonly ranking: readonly RankedDrop[];
}

const Z95 = 1.96;
const MAX_FIGHTS = 100_000;
/** The index of what is worn now. */
const CURRENT = 0;
/** All are compared with what is worn now, so that is fought so many times as often. */
const CURRENT_SHARE = 4;

const input: z.ZodType<DropOptimizerInput, DropOptimizerRequest> = z
  .strictObject({
    character: characterField,
    sources: z.array(z.string().max(80)).min(1, 'choose at least one source').max(50),
    precision: z.number().min(0.05).max(5).default(0.2),
  })
  .superRefine((value, context) => {
    // What is wrong with these was told of already.
    if (value.character === undefined || value.sources.length === 0) return;
    const issue = (path: string[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    try {
      if (dropsOf(value).length > 0) return;
      issue(['sources'], 'nothing drops there that this class can wear; choose another source');
    } catch (error) {
      if (!(error instanceof CombatError)) throw error;
      for (const { problem, fix } of error.problems) issue(['sources'], `${problem}; ${fix}`);
    }
  });

/** What drops, each once for every slot that it goes into: candidates from 1 on, after what is worn now. */
const dropsOf = rememberedFor(({ character, sources }: DropOptimizerInput): DropCandidate[] => {
  const seen = new Set<string>();
  return [...new Set(sources)]
    .flatMap((source) => dropCandidates(character, source))
    .filter(({ item, slot }) => {
      const key = `${slot} ${item}`;
      return !seen.has(key) && seen.add(key);
    });
});

/** The best place of each item, by what is known; places that are as good as certainly worse are left out. */
function placesLeft(tally: Tally, drops: readonly DropCandidate[]): Score[] {
  const scores = tally.scores.filter(([index]) => index !== CURRENT);
  const itemOf = ([index]: Score): string => drops[index - 1]?.item ?? '';
  return scores.filter((score) => {
    const places = scores.filter((other) => itemOf(other) === itemOf(score));
    return !places.some((other) => isWorse(score, other));
  });
}

/** Drops that may be a gain, and of which it is not yet known well enough how great. */
function lanesLeft(tally: Tally, bag: DropOptimizerInput): number[] {
  const current = tally.scores.find(([index]) => index === CURRENT);
  if (current === undefined) return [];
  const wanted = (bag.precision / 100) * current[2];
  return placesLeft(tally, dropsOf(bag))
    .filter((score) => !isWorse(score, current) && score[1] < MAX_FIGHTS)
    .filter((score) => gainOver(score, current).error * Z95 > wanted)
    .map(([index]) => index);
}

/** Fights with every drop of the sources in its place; what is no gain is dropped early, the others fight on until their gain is known. */
export const dropOptimizer: Simulation<DropOptimizerInput, Tally, DropOptimizerSummary> =
  defineSimulation({
    name: 'drop-optimizer',
    input,
    run: ({ input: bag, roundInput, block, seed, from, count }): Tally =>
      fightTurn({
        character: bag.character,
        candidates: [{ gear: bag.character.gear }, ...dropsOf(bag)],
        roundInput,
        block,
        seed,
        from,
        count,
      }),
    plan({ input: bag, round, result }) {
      const size = blockIterations(bag.character);
      const drops = dropsOf(bag);
      const first = round === 0 || result === undefined;
      const left = first ? drops.map((_, index) => index + 1) : lanesLeft(result, bag);
      if (left.length === 0) return null;
      const fought = first
        ? size
        : result.scores.reduce(
            (most, [index, count]) => (index === CURRENT ? most : Math.max(most, count)),
            0,
          );
      const roundInput: Lanes = {
        lanes: [...Array.from({ length: CURRENT_SHARE }, () => CURRENT), ...left],
      };
      return {
        blocks: roundInput.lanes.length * Math.max(1, Math.round(fought / size)),
        blockIterations: size,
        roundInput,
        note: first
          ? `all ${drops.length} ways to wear a drop`
          : `${left.length} of ${drops.length} ways to wear a drop are open`,
      };
    },
    merge: mergeTallies,
    summarize: (result, bag) => summarizeDrops(result, bag, dropsOf(bag)),
  });

function short(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : 0;
}

function summarizeDrops(
  tally: Tally,
  { character, sources }: DropOptimizerInput,
  drops: readonly DropCandidate[],
): DropOptimizerSummary {
  const current = tally.scores.find(([index]) => index === CURRENT);
  const items = new Set(drops.map(({ item }) => item));
  const best = new Map<string, { readonly score: Score; readonly slot: Slot }>();
  for (const score of tally.scores) {
    const drop = drops[score[0] - 1];
    if (drop === undefined) continue;
    const before = best.get(drop.item);
    if (before === undefined || before.score[2] < score[2]) {
      best.set(drop.item, { score, slot: drop.slot });
    }
  }
  const ranking = [...best].map(([item, { score, slot }]): RankedDrop => {
    const { gain, error } =
      current === undefined ? { gain: 0, error: Infinity } : gainOver(score, current);
    return {
      item,
      slot,
      fights: score[1],
      mean: short(score[2]),
      gain: short(gain),
      gainError: short(error),
      culled: current !== undefined && isWorse(score, current),
    };
  });
  return {
    character,
    sources,
    drops: items.size,
    seen: best.size,
    current: {
      fights: current?.[1] ?? 0,
      mean: short(current?.[2] ?? 0),
      error: short(current === undefined ? 0 : Math.sqrt(meanVariance(current))),
    },
    ranking: ranking.sort((a, b) => b.gain - a.gain || (a.item < b.item ? -1 : 1)),
  };
}
