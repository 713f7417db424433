/** Buckets of a power of two each are cut into so many: figures are exact to 3 %. */
const STEPS = 32;
const STEP_BITS = 5;
const BUCKETS = 32 * STEPS;

/** Counts durations in microseconds, without keeping each. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;
  #max = 0;

  add(micros: number): void {
    const value = micros < 0 ? 0 : Math.min(micros, 0x7fff_ffff) | 0;
    let bucket = value;
    if (value >= STEPS) {
      const shift = 31 - Math.clz32(value) - STEP_BITS;
      bucket = (shift + 1) * STEPS + ((value >>> shift) - STEPS);
    }
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
    if (value > this.#max) this.#max = value;
  }

  /** The p-quantile in milliseconds, the upper end of its bucket; `null`: nothing was counted. */
  quantileMs(p: number): number | null {
    if (this.#total === 0) return null;
    let left = Math.max(1, Math.ceil(p * this.#total));
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#counts[bucket] ?? 0;
      if (left <= 0) return Math.min(upperEnd(bucket), this.#max) / 1000;
    }
    return this.#max / 1000;
  }

  get maxMs(): number {
    return this.#max / 1000;
  }
}

function upperEnd(bucket: number): number {
  if (bucket < STEPS) return bucket;
  const shift = Math.floor(bucket / STEPS) - 1;
  return ((bucket % STEPS) + STEPS + 1) * 2 ** shift - 1;
}
