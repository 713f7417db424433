export interface LoadSample {
  readonly now: number;
  /** The average number of runnable threads over the last minute. */
  readonly loadAverage: number;
  /** How much CPU time this process has used since it began, in ms. */
  readonly ownCpuMs: number;
  readonly cores: number;
}

export interface LoadReading {
  /** What all use, 0 to 1 of all cores. */
  readonly load: number;
  /** Whether what others use is too much, and has not become clearly less since it was. */
  readonly isHigh: boolean;
}

const MINUTE_MS = 60_000;
/** What was too much is no more when it is below this share of the limit. */
const LOW = 0.8;

/** Tells what others use of a machine from what the process uses itself: a node must not pause for its own work. */
export class LoadGauge {
  readonly #limit: number;
  #last: LoadSample | null = null;
  /** Cores that the process has used, averaged as the system averages its load. */
  #own = 0;
  #isHigh = false;

  /** @param limit the share of all cores that others may use */
  constructor(limit: number) {
    this.#limit = limit;
  }

  look(sample: LoadSample): LoadReading {
    const { now, loadAverage, ownCpuMs, cores } = sample;
    if (this.#last !== null && now > this.#last.now) {
      const ms = now - this.#last.now;
      const used = (ownCpuMs - this.#last.ownCpuMs) / ms;
      const kept = Math.exp(-ms / MINUTE_MS);
      this.#own = this.#own * kept + used * (1 - kept);
    }
    this.#last = sample;
    const others = Math.max(0, loadAverage - this.#own) / cores;
    this.#isHigh = others > this.#limit * (this.#isHigh ? LOW : 1);
    return { load: Math.min(1, Math.max(0, loadAverage / cores)), isHigh: this.#isHigh };
  }
}
