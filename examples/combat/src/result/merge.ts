import { mergeMoments } from '@belfry/protocol';
import type { CombatResult } from './result.ts';

function mergeHistograms(
  a: CombatResult['histogram'],
  b: CombatResult['histogram'],
): CombatResult['histogram'] {
  if (a.counts.length === 0) return b;
  if (b.counts.length === 0) return a;
  const first = Math.min(a.first, b.first);
  const end = Math.max(a.first + a.counts.length, b.first + b.counts.length);
  const counts = Array.from({ length: end - first }, (_, index) => {
    const bin = first + index;
    return (a.counts[bin - a.first] ?? 0) + (b.counts[bin - b.first] ?? 0);
  });
  return { first, counts };
}

function addEach(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, index) => value + (b[index] as number));
}

/** Adds up the numbers of two lists of the same things, and keeps what is no number. */
function mergeLists<T extends object>(a: readonly T[], b: readonly T[]): T[] {
  return a.map((each, index) => {
    const other = b[index] as Record<string, unknown>;
    const entries = Object.entries(each).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'number' ? value + (other[key] as number) : value,
    ]);
    return Object.fromEntries(entries) as T;
  });
}

/**
 * The result of two disjoint ranges of iterations. `mean` and `m2` depend, in their last digits, on the order: whoever wants the same bits everywhere
 * merges the same ranges in the same order. All else does not.
 *
 * Throws a TypeError when the two are not of the same fight.
 */
export function merge(a: CombatResult, b: CombatResult): CombatResult {
  if (a.fight !== b.fight) {
    throw new TypeError(`results of two fights cannot be merged: ${a.fight} and ${b.fight}`);
  }
  return {
    fight: a.fight,
    dps: mergeMoments(a.dps, b.dps),
    histogram: mergeHistograms(a.histogram, b.histogram),
    time: { total: a.time.total + b.time.total, idle: a.time.idle + b.time.idle },
    sources: mergeLists(a.sources, b.sources),
    timeline: {
      width: a.timeline.width,
      damage: addEach(a.timeline.damage, b.timeline.damage),
      exposure: addEach(a.timeline.exposure, b.timeline.exposure),
    },
    buffs: mergeLists(a.buffs, b.buffs),
    dots: mergeLists(a.dots, b.dots),
    resources: mergeLists(a.resources, b.resources),
  };
}
