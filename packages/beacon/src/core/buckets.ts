import type { TokenBucket } from '@belfry/store';

/** In ms. What doubles lose when such times are added up must not cost a token. */
const EPSILON = 0.01;

/** The token buckets of one operation. Meters know them by their identity. */
export class Buckets {
  readonly list: readonly TokenBucket[];
  /** What it is for, e.g. `publish`, `publish@chat` or `rpc!move`: the same in every process. */
  readonly label: string;

  constructor(label: string, list: readonly TokenBucket[]) {
    this.label = label;
    this.list = list;
  }
}

/** How full someone's buckets are. A bucket that was never used is full. */
export class Meter {
  /** For each bucket when it is full again, in ms. */
  readonly #fullAt = new Map<Buckets, number[]>();

  /** Whether every bucket has a token. */
  has(buckets: Buckets, now: number): boolean {
    const fullAt = this.#fullAt.get(buckets);
    if (fullAt === undefined) return true;
    return buckets.list.every(({ rate, intervalMs }, i) => {
      const full = Math.max(fullAt[i] ?? 0, now);
      return full + intervalMs / rate <= now + intervalMs + EPSILON;
    });
  }

  /** Takes a token out of every bucket. */
  take(buckets: Buckets, now: number): void {
    let fullAt = this.#fullAt.get(buckets);
    if (fullAt === undefined) {
      fullAt = buckets.list.map(() => 0);
      this.#fullAt.set(buckets, fullAt);
    }
    for (const [i, { rate, intervalMs }] of buckets.list.entries()) {
      fullAt[i] = Math.max(fullAt[i] ?? 0, now) + intervalMs / rate;
    }
  }

  /** Whether forgetting it changes nothing. */
  isFull(now: number): boolean {
    for (const fullAt of this.#fullAt.values()) {
      if (fullAt.some((at) => at > now)) return false;
    }
    return true;
  }
}

/** How many there are when those that are full are looked for. */
const SWEEP_AT = 10_000;

/** What is kept for each of many, and forgotten once that changes nothing. */
export class Keyed<T extends { isFull(now: number): boolean }> {
  readonly #make: () => T;
  readonly #all = new Map<string, T>();
  #sweepAt = SWEEP_AT;

  constructor(make: () => T) {
    this.#make = make;
  }

  get size(): number {
    return this.#all.size;
  }

  of(key: string, now: number): T {
    let one = this.#all.get(key);
    if (one === undefined) {
      if (this.#all.size >= this.#sweepAt) this.#sweep(now);
      one = this.#make();
      this.#all.set(key, one);
    }
    return one;
  }

  /** What is left may double before it is looked through again. */
  #sweep(now: number): void {
    for (const [key, one] of this.#all) if (one.isFull(now)) this.#all.delete(key);
    this.#sweepAt = Math.max(SWEEP_AT, this.#all.size * 2);
  }
}
