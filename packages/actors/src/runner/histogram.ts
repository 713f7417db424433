/** Upper bounds of the buckets, in ms; what is above the last one is in `count` only. */
export const LATENCY_BUCKETS_MS: readonly number[] = [
  0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000,
];

/** A histogram as Prometheus wants it: each bucket counts what is at most its bound, those below included. */
export interface HistogramSnapshot {
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
  readonly sum: number;
  readonly count: number;
}

/** Counts values by size. */
export class Histogram {
  readonly #counts: number[] = LATENCY_BUCKETS_MS.map(() => 0);
  #sum = 0;
  #count = 0;

  /** @param times how many such values there were */
  observe(value: number, times = 1): void {
    this.#sum += value * times;
    this.#count += times;
    const bucket = LATENCY_BUCKETS_MS.findIndex((bound) => value <= bound);
    if (bucket >= 0) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times;
  }

  snapshot(): HistogramSnapshot {
    let below = 0;
    const buckets = LATENCY_BUCKETS_MS.map((le, i) => {
      below += this.#counts[i] ?? 0;
      return { le, count: below };
    });
    return { buckets, sum: this.#sum, count: this.#count };
  }
}
