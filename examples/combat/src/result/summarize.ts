import { binFloor } from '../engine/histogram.ts';
import { UNIT } from '../engine/rules.ts';
import type { CombatResult, DamageSource } from './result.ts';

const PERCENT = 100;
const MS_PER_SECOND = 1000;
/** Which quantiles a summary has, in percent. */
const QUANTILES = [1, 5, 10, 25, 50, 75, 90, 95, 99] as const;
/** Of a normal distribution, 95 % is within so many standard deviations. */
const Z95 = 1.959_963_984_540_054;

/** A result as people want to see it. Shares are in percent, times in seconds. */
export interface Summary {
  readonly count: number;
  /** Damage per second. */
  readonly mean: number;
  readonly standardDeviation: number;
  /** Of the mean. */
  readonly standardError: number;
  /** Where the true mean is with 95 % certainty. */
  readonly low: number;
  readonly high: number;
  readonly min: number;
  readonly max: number;
  /** The value below which so many percent of the iterations are, to about 0.2 % of it. */
  readonly quantiles: readonly { readonly percent: number; readonly value: number }[];
  /** Bars of a histogram: iterations with `from` ≤ damage per second < `to`. */
  readonly distribution: readonly {
    readonly from: number;
    readonly to: number;
    readonly count: number;
  }[];
  /** Mean length of a fight, and the share of it in which nothing could be done. */
  readonly fightSeconds: number;
  readonly idle: number;
  /** Most damage first; without those that were never used. */
  readonly sources: readonly SourceSummary[];
  /** Damage per second over the course of a fight. */
  readonly timeline: readonly { readonly second: number; readonly dps: number }[];
  /** How much of the time it was there, and how often it was given in a fight. */
  readonly buffs: readonly {
    readonly id: string;
    readonly uptime: number;
    readonly count: number;
  }[];
  readonly dots: readonly {
    readonly id: string;
    readonly uptime: number;
    readonly count: number;
  }[];
  /** Units in a fight. */
  readonly resources: readonly {
    readonly id: string;
    readonly gained: number;
    readonly spent: number;
    readonly wasted: number;
  }[];
}

export interface SourceSummary {
  readonly id: string;
  readonly kind: DamageSource['kind'];
  readonly dps: number;
  /** Of all damage. */
  readonly share: number;
  /** In a fight. */
  readonly casts: number;
  readonly hits: number;
  /** Share of hits that were critical. */
  readonly crit: number;
  /** Mean damage of a hit. */
  readonly perHit: number;
}

/** a / b, and 0 when there is nothing to divide by. */
const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/** Makes the figures of a result. One without iterations gives zeros. */
export function summarize(result: CombatResult): Summary {
  const { dps, time } = result;
  const { count, mean, m2, min, max } = dps;
  const variance = count > 1 ? m2 / (count - 1) : 0;
  const standardDeviation = Math.sqrt(variance);
  const standardError = Math.sqrt(ratio(variance, count));
  const seconds = time.total / MS_PER_SECOND;
  const all = result.sources.reduce((sum, { damage }) => sum + damage, 0);
  return {
    count,
    mean,
    standardDeviation,
    standardError,
    low: mean - Z95 * standardError,
    high: mean + Z95 * standardError,
    min,
    max,
    quantiles: QUANTILES.map((percent) => ({
      percent,
      value: quantile(result, percent / PERCENT),
    })),
    distribution: result.histogram.counts.map((inBin, index) => ({
      from: binFloor(result.histogram.first + index),
      to: binFloor(result.histogram.first + index + 1),
      count: inBin,
    })),
    fightSeconds: ratio(seconds, count),
    idle: ratio(time.idle * PERCENT, time.total),
    sources: result.sources
      .filter(({ casts, hits }) => casts > 0 || hits > 0)
      .map(({ id, kind, damage, casts, hits, crits }) => ({
        id,
        kind,
        dps: ratio(damage, seconds),
        share: ratio(damage * PERCENT, all),
        casts: ratio(casts, count),
        hits: ratio(hits, count),
        crit: ratio(crits * PERCENT, hits),
        perHit: ratio(damage, hits),
      }))
      .sort((a, b) => b.dps - a.dps),
    timeline: result.timeline.damage.flatMap((damage, bucket) => {
      const exposure = result.timeline.exposure[bucket] ?? 0;
      const second = (bucket * result.timeline.width) / MS_PER_SECOND;
      return exposure === 0 ? [] : [{ second, dps: (damage / exposure) * MS_PER_SECOND }];
    }),
    buffs: presence(result.buffs, result),
    dots: presence(result.dots, result),
    resources: result.resources.map(({ id, gained, spent, wasted }) => ({
      id,
      gained: ratio(gained / UNIT, count),
      spent: ratio(spent / UNIT, count),
      wasted: ratio(wasted / UNIT, count),
    })),
  };
}

function presence(list: CombatResult['buffs'], { dps, time }: CombatResult): Summary['buffs'] {
  return list
    .filter(({ count }) => count > 0)
    .map(({ id, ms, count }) => ({
      id,
      uptime: ratio(ms * PERCENT, time.total),
      count: ratio(count, dps.count),
    }));
}

/**
 * The damage per second below which a share of the iterations is: from the histogram, as if iterations were spread evenly in each bin; never outside
 * of what there really was.
 *
 * @param share 0 to 1
 */
export function quantile({ dps, histogram }: CombatResult, share: number): number {
  const wanted = share * dps.count;
  let below = 0;
  for (const [index, count] of histogram.counts.entries()) {
    if (count > 0 && below + count >= wanted) {
      const from = binFloor(histogram.first + index);
      const to = binFloor(histogram.first + index + 1);
      const value = from + ((to - from) * (wanted - below)) / count;
      return Math.min(dps.max, Math.max(dps.min, value));
    }
    below += count;
  }
  return dps.max;
}
