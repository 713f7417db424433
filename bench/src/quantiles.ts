/** The p-quantiles (0 ≤ p ≤ 1) of `samples` by nearest rank; `null`s when there are none. Sorts a copy. */
export function quantiles(samples: ArrayLike<number>, ps: readonly number[]): (number | null)[] {
  const sorted = Float64Array.from(samples).toSorted();
  return ps.map((p) =>
    sorted.length === 0
      ? null
      : (sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ??
        null),
  );
}
