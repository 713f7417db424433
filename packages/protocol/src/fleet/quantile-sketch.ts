/**
 * How numbers are distributed, in bins that are at most 0.4 % of their value wide and the same for all sketches: these add up exactly, in any
 * order. Plain JSON; numbers that all lie within a factor of ten take at most 850 bins. `counts[i]` numbers are in the bin `bins[i]`;
 * `bins` ascend, and so do what they stand for.
 */
export interface QuantileSketch {
  readonly bins: readonly number[];
  readonly counts: readonly number[];
}

/** A doubling has 2^8 bins: of a double's upper half, its exponent and the first 8 bits of its fraction are the bin. */
const SHIFT = 20 - 8;

const view = new DataView(new ArrayBuffer(8));

/** 0 for zero; a number and its negative are in bins that are each other's negative. */
function binOf(value: number): number {
  if (!Number.isFinite(value)) throw new TypeError(`sketchOf: ${value} is not a finite number`);
  if (value === 0) return 0;
  view.setFloat64(0, Math.abs(value));
  const bin = 1 + (view.getInt32(0) >>> SHIFT);
  return value < 0 ? -bin : bin;
}

/** The number of least amount in a bin. */
function edgeOf(bin: number): number {
  if (bin === 0) return 0;
  view.setInt32(0, (Math.abs(bin) - 1) << SHIFT);
  view.setInt32(4, 0);
  return bin < 0 ? -view.getFloat64(0) : view.getFloat64(0);
}

/** Of finite numbers. Throws a TypeError for another. */
export function sketchOf(values: Iterable<number>): QuantileSketch {
  const counts = new Map<number, number>();
  for (const value of values) {
    const bin = binOf(value);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return { bins: sorted.map(([bin]) => bin), counts: sorted.map(([, count]) => count) };
}

/** As if both had been one lot. */
export function mergeSketches(a: QuantileSketch, b: QuantileSketch): QuantileSketch {
  const bins: number[] = [];
  const counts: number[] = [];
  let [i, k] = [0, 0];
  while (i < a.bins.length || k < b.bins.length) {
    const bin = Math.min(a.bins[i] ?? Infinity, b.bins[k] ?? Infinity);
    let count = 0;
    if (a.bins[i] === bin) count += a.counts[i++] ?? 0;
    if (b.bins[k] === bin) count += b.counts[k++] ?? 0;
    bins.push(bin);
    counts.push(count);
  }
  return { bins, counts };
}

/**
 * The number below which a share of all lie, to 0.2 %.
 *
 * @param share 0 to 1: 0.5 is the median. Throws a RangeError for another
 * @returns `NaN`: there are none
 */
export function quantileOf({ bins, counts }: QuantileSketch, share: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`quantileOf: ${share} is not from 0 to 1`);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const rank = share * (total - 1);
  let below = 0;
  for (const [i, bin] of bins.entries()) {
    below += counts[i] ?? 0;
    if (below > rank) return middleOf(bin);
  }
  return NaN;
}

/** The bars of a chart: how many numbers lie from `from` to `to`, ascending. */
export function barsOf(sketch: QuantileSketch): { from: number; to: number; count: number }[] {
  return sketch.bins.map((bin, i) => {
    const [near, far] = [edgeOf(bin), farEdgeOf(bin)];
    return { from: Math.min(near, far), to: Math.max(near, far), count: sketch.counts[i] ?? 0 };
  });
}

function farEdgeOf(bin: number): number {
  if (bin === 0) return 0;
  const edge = edgeOf(bin + Math.sign(bin));
  return Number.isFinite(edge) ? edge : Math.sign(bin) * Number.MAX_VALUE;
}

function middleOf(bin: number): number {
  return edgeOf(bin) / 2 + farEdgeOf(bin) / 2;
}
