/**
 * What many numbers have come to: enough for their mean, their spread and how well the mean is known. Plain JSON. `m2`: the sum of squared
 * deviations from the mean. `min` and `max` are 0 when there is none.
 */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly m2: number;
  readonly min: number;
  readonly max: number;
}

/** Of finite numbers. Throws a TypeError for another. */
export function momentsOf(values: Iterable<number>): Moments {
  let [count, mean, m2, min, max] = [0, 0, 0, Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) throw new TypeError(`momentsOf: ${value} is not a finite number`);
    count += 1;
    const delta = value - mean;
    mean += delta / count;
    m2 += delta * (value - mean);
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return count === 0 ? { count, mean, m2, min: 0, max: 0 } : { count, mean, m2, min, max };
}

/**
 * As if both had been one lot (Chan, Golub and LeVeque 1979). The last digits of `mean` and `m2` depend on the order of merging, which a
 * fleet keeps; all else does not.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const delta = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (delta * b.count) / count,
    m2: a.m2 + b.m2 + (delta * delta * a.count * b.count) / count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

/** Of the numbers, as a sample of all that there could be; `Infinity`: fewer than two. */
export function standardDeviationOf({ count, m2 }: Moments): number {
  return count < 2 ? Infinity : Math.sqrt(m2 / (count - 1));
}

/** How far off the mean is likely to be; `Infinity`: fewer than two numbers. Over the mean, it is what `error` of a simulation returns. */
export function standardErrorOf(moments: Moments): number {
  return standardDeviationOf(moments) / Math.sqrt(moments.count || 1);
}
