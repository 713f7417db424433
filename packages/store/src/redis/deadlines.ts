/** Something that must end in time. */
export interface Timed {
  /** On the clock of `performance.now()`. */
  expiresAt: number;
  expire(): void;
}

/** Knows itself what of its own must end: cheaper than a `Timed` for each of very many. */
export interface Sweeper {
  /** Ends what expires at `now` or before, on the clock of `performance.now()`. */
  sweep(now: number): void;
}

/**
 * Ends what takes too long. Everything in one instance lives equally long, so that the oldest stands first and one timer serves all of
 * it; a thing may end up to an eighth of that time late.
 */
export class Deadlines {
  readonly lifeMs: number;
  readonly #waiting = new Set<Timed>();
  readonly #sweepers = new Set<Sweeper>();
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(lifeMs: number) {
    this.lifeMs = lifeMs;
    this.#everyMs = Math.min(Math.max(lifeMs / 8, 5), 250);
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(timed: Timed): void {
    timed.expiresAt = performance.now() + this.lifeMs;
    this.#waiting.add(timed);
    this.#start();
  }

  remove(timed: Timed): void {
    this.#waiting.delete(timed);
  }

  /** From now on asks `sweeper` to end what takes too long. */
  watch(sweeper: Sweeper): void {
    this.#sweepers.add(sweeper);
    this.#start();
  }

  unwatch(sweeper: Sweeper): void {
    this.#sweepers.delete(sweeper);
  }

  /** Rejects with what `error` makes when `promise` takes longer than a life. */
  async within<T>(promise: Promise<T>, error: () => Error): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timed: Timed = { expiresAt: 0, expire: () => reject(error()) };
    this.add(timed);
    try {
      return await Promise.race([promise, late]);
    } finally {
      this.remove(timed);
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const timed of this.#waiting) timed.expire();
    this.#waiting.clear();
    for (const sweeper of this.#sweepers) sweeper.sweep(Infinity);
    this.#sweepers.clear();
  }

  #start(): void {
    this.#timer ??= setInterval(() => this.#sweep(), this.#everyMs);
  }

  #sweep(): void {
    const now = performance.now();
    for (const sweeper of this.#sweepers) sweeper.sweep(now);
    for (const timed of this.#waiting) {
      if (timed.expiresAt > now) return;
      this.#waiting.delete(timed);
      timed.expire();
    }
    // An idle process has no timer.
    if (this.#sweepers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
