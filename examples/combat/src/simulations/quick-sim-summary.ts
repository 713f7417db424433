import type { Character } from '../character/character.ts';
import type { CombatResult } from '../result/result.ts';
import { summarize, type Summary } from '../result/summarize.ts';

/** What people are shown of a Quick Sim, many times a second: small, and with no more digits than anybody reads. */
export interface QuickSimSummary extends Omit<Summary, 'distribution' | 'timeline' | 'quantiles'> {
  readonly character: Character;
  /** Bars of equal width: how many fights had at least `from` + i × `width` damage per second. */
  readonly distribution: {
    readonly from: number;
    readonly width: number;
    readonly counts: readonly number[];
  };
  /** Damage per second of stretches of `width` seconds. */
  readonly timeline: { readonly width: number; readonly values: readonly number[] };
  /** Five, fifty and ninety-five of a hundred fights had less. */
  readonly quantiles: { readonly p5: number; readonly p50: number; readonly p95: number };
}

const BARS = 36;
const MAX_STRETCHES = 100;
/** What lies further out is not drawn, in standard deviations. */
const FAR = 5;
/** A stretch that so few of the fights reached says little. */
const RARE = 0.02;
const DIGITS = 5;

const short = (value: number): number => Number(value.toPrecision(DIGITS));

function shortened<T extends object>(each: T): T {
  const entries = Object.entries(each).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === 'number' ? short(value) : value,
  ]);
  return Object.fromEntries(entries) as T;
}

/** Makes bars of equal width of bins that grow. A bin that lies across two bars is shared out. */
function barsOf(summary: Summary): QuickSimSummary['distribution'] {
  const { mean, standardDeviation: far, min, max, distribution } = summary;
  const from = Math.max(min, mean - FAR * far);
  const to = Math.min(max, mean + FAR * far);
  const width = to > from ? (to - from) / BARS : Math.max(1, mean / BARS);
  const end = from + width * BARS;
  const counts = Array.from({ length: BARS }, () => 0);
  for (const bin of distribution) {
    // Nothing in a bin lies beyond the least and the most.
    const [low, high] = [Math.max(bin.from, from), Math.min(bin.to, end)];
    if (high <= low) continue;
    const first = Math.floor((low - from) / width);
    const last = Math.min(BARS - 1, Math.floor((high - from) / width));
    for (let bar = first; bar <= last; bar++) {
      const inside = Math.min(high, from + (bar + 1) * width) - Math.max(low, from + bar * width);
      counts[bar] = (counts[bar] ?? 0) + (bin.count * Math.max(0, inside)) / (high - low);
    }
  }
  return { from: short(from), width: short(width), counts: counts.map((count) => short(count)) };
}

function stretchesOf({ timeline }: CombatResult): QuickSimSummary['timeline'] {
  const { damage, exposure, width } = timeline;
  const most = exposure.reduce((high, each) => Math.max(high, each), 0);
  const end = exposure.findLastIndex((each) => each > most * RARE) + 1;
  const step = Math.max(1, Math.ceil(end / MAX_STRETCHES));
  const values: number[] = [];
  for (let at = 0; at < end; at += step) {
    const sum = (list: readonly number[]): number =>
      list.slice(at, Math.min(end, at + step)).reduce((all, each) => all + each, 0);
    const time = sum(exposure);
    values.push(time === 0 ? 0 : short((sum(damage) / time) * 1_000));
  }
  return { width: (width * step) / 1_000, values };
}

export function summarizeQuickSim(result: CombatResult, character: Character): QuickSimSummary {
  const summary = summarize(result);
  const quantileAt = (percent: number): number =>
    short(summary.quantiles.find((each) => each.percent === percent)?.value ?? 0);
  const { count, mean, standardError, ...rest } = summary;
  return {
    ...shortened(rest),
    count,
    // These are what people compare, so they keep a digit or two more.
    mean: Number(mean.toPrecision(DIGITS + 2)),
    standardError: short(standardError),
    character,
    sources: summary.sources.map(shortened),
    buffs: summary.buffs.map(shortened),
    dots: summary.dots.map(shortened),
    resources: summary.resources.map(shortened),
    distribution: barsOf(summary),
    timeline: stretchesOf(result),
    quantiles: { p5: quantileAt(5), p50: quantileAt(50), p95: quantileAt(95) },
  };
}
