/** How long counts are taken before they are a rate, in ms. */
const WINDOW_MS = 2_000;
/** Measuring ends this long after somebody last asked, in ms. */
const IDLE_MS = 12_000;
/** The most channels that are measured. */
const MAX_CHANNELS = 50_000;

/** Publications per second of each channel, measured only while somebody asks: else it costs one comparison for each publication. */
export class ChannelMeter {
  #counts: Map<string, number> | null = null;
  #rates: ReadonlyMap<string, number> | null = null;
  #since = 0;
  #askedAt = 0;

  /** A publication on a channel with subscribers here. */
  count(channel: string): void {
    const counts = this.#counts;
    if (counts === null) return;
    const before = counts.get(channel);
    if (before !== undefined) counts.set(channel, before + 1);
    else if (counts.size < MAX_CHANNELS) counts.set(channel, 1);
  }

  /** To be called often. `now` is in ms. */
  advance(now: number): void {
    if (this.#counts === null) return;
    if (now - this.#askedAt > IDLE_MS) {
      this.#counts = null;
      this.#rates = null;
      return;
    }
    const elapsed = now - this.#since;
    // A clock that was set back begins anew.
    if (elapsed >= 0 && elapsed < WINDOW_MS) return;
    if (elapsed > 0) {
      const perSecond = ([channel, count]: [string, number]): [string, number] => [
        channel,
        Math.round((count * 10_000) / elapsed) / 10,
      ];
      this.#rates = new Map([...this.#counts].map(perSecond));
    }
    this.#counts = new Map();
    this.#since = now;
  }

  /** The rates of channels that had any, over the last two seconds or so; `null`: measuring has just begun. */
  rates(now: number): ReadonlyMap<string, number> | null {
    this.#askedAt = now;
    if (this.#counts === null) {
      this.#counts = new Map();
      this.#since = now;
    }
    return this.#rates;
  }
}
