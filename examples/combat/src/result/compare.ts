import type { CombatResult } from './result.ts';

/** How much better one fight is than another. */
export interface Comparison {
  /** Damage per second more (less, when below 0), and what that is of the other's, in percent. */
  readonly gain: number;
  readonly percent: number;
  /** Of the gain. */
  readonly standardError: number;
  /** The gain in standard errors: beyond 2 it is hardly chance. 0 when there is nothing to tell. */
  readonly certainty: number;
}

type Dps = Pick<CombatResult, 'dps'>;

function varianceOfMean({ dps }: Dps): number {
  return dps.count > 1 ? dps.m2 / (dps.count - 1) / dps.count : 0;
}

/** Compares the mean damage per second of two results of different fights, which were played independently of each other. */
export function compare(result: Dps, to: Dps): Comparison {
  const gain = result.dps.mean - to.dps.mean;
  const standardError = Math.sqrt(varianceOfMean(result) + varianceOfMean(to));
  return {
    gain,
    percent: to.dps.mean === 0 ? 0 : (gain * 100) / to.dps.mean,
    standardError,
    certainty: standardError === 0 ? 0 : gain / standardError,
  };
}

/**
 * Whether it is as good as certain that a fight is not the best of several: the best so far is better by so many standard errors.
 *
 * @param certainty 3 when left out: of a thousand that are as good as the best, one is lost
 */
export function isBeaten(result: Dps, best: Dps, certainty = 3): boolean {
  return compare(best, result).certainty > certainty;
}

/** The best result of each group, the best first. */
export function bestOfEach<T extends { readonly result: CombatResult }>(
  all: readonly T[],
  groupOf: (each: T) => string,
): T[] {
  const best = new Map<string, T>();
  for (const each of all) {
    const before = best.get(groupOf(each));
    if (before === undefined || each.result.dps.mean > before.result.dps.mean) {
      best.set(groupOf(each), each);
    }
  }
  return [...best.values()].sort((a, b) => b.result.dps.mean - a.result.dps.mean);
}
