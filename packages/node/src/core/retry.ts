export interface RetryRange {
  /** The longest first pause, in ms. */
  readonly baseMs: number;
  /** The longest pause, in ms. */
  readonly capMs: number;
}

/** When something that failed may be tried again: full jitter, so that nodes that failed together do not come back together. */
export class Retry {
  readonly #range: RetryRange;
  #failures = 0;
  #at = 0;

  constructor(range: RetryRange) {
    this.#range = range;
  }

  /** The time from which on it may be tried. */
  get at(): number {
    return this.#at;
  }

  /** How often it has failed in a row. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * @param random in [0, 1)
   * @param atLeastMs what whoever refused asked for
   */
  failed(now: number, random: number, atLeastMs = 0): void {
    const { baseMs, capMs } = this.#range;
    const most = Math.min(capMs, baseMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    this.#at = now + atLeastMs + random * most;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#at = 0;
  }
}
