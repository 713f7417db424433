const WINDOW_MS = 20_000;

/** How much a tab has computed, and how fast it is. Time is an argument. */
export class RateMeter {
  #done = 0;
  /** Totals at earlier times, the oldest first. */
  #samples: { readonly at: number; readonly total: number }[] = [];

  reset(): void {
    this.#done = 0;
    this.#samples = [];
  }

  /** A chunk of so many iterations is done. */
  add(iterations: number, now: number): void {
    if (this.#samples.length === 0) this.#samples.push({ at: now, total: 0 });
    this.#done += iterations;
  }

  /** @param running iterations of chunks that are not done yet */
  look(running: number, now: number): { readonly total: number; readonly rate: number } {
    // What runs may be taken away: what was told never becomes less.
    const total = Math.max(this.#samples.at(-1)?.total ?? 0, this.#done + running);
    this.#samples.push({ at: now, total });
    while (this.#samples.length > 2 && now - (this.#samples[1]?.at ?? now) >= WINDOW_MS) {
      this.#samples.shift();
    }
    const [first] = this.#samples;
    if (first === undefined || now - first.at < 1_000) return { total, rate: 0 };
    return { total, rate: ((total - first.total) * 1_000) / (now - first.at) };
  }
}
