import type { Moments } from '@belfry/protocol';

/**
 * What some iterations of a fight have come to: plain JSON of a few kilobytes, whose numbers survive being written and read to the last bit. All
 * but `dps.mean` and `dps.m2` are whole numbers, extremes or names: merged in any order they are the same.
 */
export interface CombatResult {
  /** Of which fight it is; only results of the same fight can be merged. */
  readonly fight: string;
  /** Damage per second of one iteration. */
  readonly dps: Moments;
  /** How many iterations are in each bin of histogram.ts, from bin `first` on; neither end is 0. */
  readonly histogram: { readonly first: number; readonly counts: readonly number[] };
  /** All ms of all fights, and of these, during how many nothing could be done. */
  readonly time: { readonly total: number; readonly idle: number };
  readonly sources: readonly DamageSource[];
  /** The damage of each stretch of `width` ms, and how many ms of fights fell into it. */
  readonly timeline: {
    readonly width: number;
    readonly damage: readonly number[];
    readonly exposure: readonly number[];
  };
  /** How many ms it was there, and how often it was given. */
  readonly buffs: readonly { readonly id: string; readonly ms: number; readonly count: number }[];
  /** The same of what is on the first target. */
  readonly dots: readonly { readonly id: string; readonly ms: number; readonly count: number }[];
  /** In millionths of a unit: `start` + `gained` = `spent` + `end`; `wasted` found no room. */
  readonly resources: readonly {
    readonly id: string;
    readonly start: number;
    readonly gained: number;
    readonly wasted: number;
    readonly spent: number;
    readonly end: number;
  }[];
}

export interface DamageSource {
  readonly id: string;
  readonly kind: 'ability' | 'dot' | 'attack' | 'proc' | 'buff' | 'item';
  readonly damage: number;
  /** How often it was used, or came up. */
  readonly casts: number;
  readonly hits: number;
  /** Hits that were critical. */
  readonly crits: number;
}
