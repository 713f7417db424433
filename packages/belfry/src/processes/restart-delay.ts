const FIRST_MS = 200;
const LONGEST_MS = 10_000;
/** A process that lived this long was well; what ended it is a new trouble. */
const WELL_MS = 30_000;

/**
 * How long to wait before a process takes the place of one that ended: at once when that had been well, then ever longer, and not all at
 * the same time.
 */
export class RestartDelay {
  #failures = 0;

  /** @param livedMs how long it lived @param random from 0 to 1 @returns ms */
  next(livedMs: number, random: number): number {
    if (livedMs >= WELL_MS) this.#failures = 0;
    const delay = Math.min(FIRST_MS * 2 ** this.#failures, LONGEST_MS);
    this.#failures++;
    return delay * (0.5 + random / 2);
  }
}
