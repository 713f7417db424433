import { BINS } from './histogram.ts';
import type { Rules } from './rules.ts';

/** Places in `dps`: how many iterations; mean and sum of squared deviations of their damage per second; the least and the most. */
export const COUNT = 0;
export const MEAN = 1;
export const M2 = 2;
export const MIN = 3;
export const MAX = 4;
const FIGURES = 5;

const MAX_BUCKETS = 300;
const BUCKET_WIDTHS = [1000, 2000, 5000, 10_000];

/**
 * Where iterations are added up. All but `dps` are sums of whole numbers, which stay exact (below 2^53) for as long as a job can last: they are
 * the same in whatever order they are added.
 */
export interface Sink {
  readonly dps: Float64Array;
  readonly histogram: Uint32Array;
  /** Of each row: its damage, how often it was used, how often it hit, how often of these critically. */
  readonly damage: Float64Array;
  readonly casts: Float64Array;
  readonly hits: Float64Array;
  readonly crits: Float64Array;
  /** Of each stretch of `bucketWidth` ms: the damage done, and how many ms of fights fell into it. */
  readonly bucketWidth: number;
  readonly timeline: Float64Array;
  readonly exposure: Float64Array;
  /** How long it was there, in ms, and how often it was begun or renewed. */
  readonly buffMs: Float64Array;
  readonly buffCount: Float64Array;
  /** On the first target. */
  readonly dotMs: Float64Array;
  readonly dotCount: Float64Array;
  /** Of each resource, in millionths: what it had at the beginnings, got, would have got had it not been full, spent, and had at the ends. */
  readonly resourceStart: Float64Array;
  readonly gained: Float64Array;
  readonly wasted: Float64Array;
  readonly spent: Float64Array;
  readonly resourceEnd: Float64Array;
  /** All ms of all fights, and how many of these nothing could be done. */
  readonly time: Float64Array;
}

export function longestFight(duration: number, variation: number): number {
  return Math.ceil(duration * (1 + variation));
}

function bucketWidthFor(longest: number): number {
  const width = BUCKET_WIDTHS.find((candidate) => longest <= candidate * MAX_BUCKETS);
  if (width === undefined) throw new RangeError(`a fight of ${longest} ms is too long`);
  return width;
}

export function createSink(rules: Rules): Sink {
  const rows = rules.rows.names.length;
  const buffs = rules.buffs.ms.length;
  const dots = rules.dots.ms.length;
  const resources = rules.resources.max.length;
  const longest = longestFight(rules.duration, rules.variation);
  const bucketWidth = bucketWidthFor(longest);
  const buckets = Math.ceil(longest / bucketWidth);
  const of = (length: number): Float64Array => new Float64Array(length);
  return {
    dps: of(FIGURES),
    histogram: new Uint32Array(BINS),
    damage: of(rows),
    casts: of(rows),
    hits: of(rows),
    crits: of(rows),
    bucketWidth,
    timeline: of(buckets),
    exposure: of(buckets),
    buffMs: of(buffs),
    buffCount: of(buffs),
    dotMs: of(dots),
    dotCount: of(dots),
    resourceStart: of(resources),
    gained: of(resources),
    wasted: of(resources),
    spent: of(resources),
    resourceEnd: of(resources),
    time: of(2),
  };
}

/** Makes a sink empty again. */
export function clearSink(sink: Sink): void {
  for (const part of Object.values(sink) as unknown[]) {
    if (part instanceof Float64Array || part instanceof Uint32Array) part.fill(0);
  }
}
