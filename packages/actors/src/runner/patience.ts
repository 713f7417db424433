import type { Millis } from '@belfry/store';

/** How many times the usual wait is unusual. */
const TIMES_USUAL = 4;
/** How much of the estimate a new answer makes. */
const WEIGHT = 1 / 32;

/**
 * Tells a partition that does not answer from a store that is slow as a whole: it has kept us waiting far longer than answers usually
 * take. Were a store under load taken for a dead one, the limits that protect it would fall.
 */
export class Patience {
  readonly #leastMs: Millis;
  #usualMs: Millis = 0;

  /** @param leastMs a shorter wait is never too long */
  constructor(leastMs: Millis) {
    this.#leastMs = leastMs;
  }

  /** How often to look who has been waiting for too long. */
  get checkMs(): Millis {
    return this.#leastMs / 2;
  }

  /** A call was answered at `now`, after a wait since `since`; both on the local clock. */
  answered(since: Millis, now: Millis): void {
    this.#usualMs += (now - since - this.#usualMs) * WEIGHT;
  }

  /** Whether a call that has been waiting since `since` is to stop holding up the others. */
  isOver(since: Millis, now: Millis): boolean {
    return now - since > Math.max(this.#leastMs, TIMES_USUAL * this.#usualMs);
  }
}
