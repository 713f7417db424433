import { Buckets, Meter } from './buckets.ts';

/** How many may be new in a second: more than come when another Beacon has died. */
const NEW_PER_SECOND = 2_000;

/** For how long one is remembered at least, in ms: longer than the pause between what a client sends. */
const REMEMBER_MS = 60_000;

/**
 * Lets everybody in who was there lately, and of those who were not only some in a second. For names that anybody can make up, and that
 * cost others something.
 */
export class Strangers {
  readonly #buckets = new Buckets('strangers', [{ rate: NEW_PER_SECOND, intervalMs: 1_000 }]);
  readonly #meter = new Meter();
  #young = new Set<string>();
  #old = new Set<string>();
  #turnAt = 0;

  /** How many are remembered. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** @param now in ms, of a clock that nobody sets */
  admit(name: string, now: number): boolean {
    if (now >= this.#turnAt) this.#turn(now);
    if (this.#young.has(name)) return true;
    if (!this.#old.delete(name)) {
      if (!this.#meter.has(this.#buckets, now)) return false;
      this.#meter.take(this.#buckets, now);
    }
    this.#young.add(name);
    return true;
  }

  #turn(now: number): void {
    const idle = now >= this.#turnAt + REMEMBER_MS;
    this.#old = idle ? new Set() : this.#young;
    this.#young = new Set();
    this.#turnAt = now + REMEMBER_MS;
  }
}
