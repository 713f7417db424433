import { DueHeap } from './due-heap.ts';
import type { StoreClock } from './store-clock.ts';

/** However far the next key is, look again after this long: the store's clock may have been set. */
const MAX_SLEEP_MS = 1_000;

/** Many due times on the store's clock, one timer. */
export class Alarm<K> {
  readonly #heap = new DueHeap<K>();
  readonly #clock: StoreClock;
  readonly #ring: (key: K) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wakesAt = Infinity;

  /** @param ring called once per key, at or after its time; it may set and delete keys */
  constructor(clock: StoreClock, ring: (key: K) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  timeOf(key: K): number | undefined {
    return this.#heap.timeOf(key);
  }

  set(key: K, time: number): void {
    this.#heap.set(key, time);
    if (time < this.#wakesAt) this.#arm();
  }

  /** Sets the key unless it is due earlier already. */
  setEarlier(key: K, time: number): void {
    const current = this.#heap.timeOf(key);
    if (current === undefined || time < current) this.set(key, time);
  }

  delete(key: K): void {
    this.#heap.delete(key);
  }

  clear(): void {
    this.#heap.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wakesAt = Infinity;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wakesAt = Infinity;
    const next = this.#heap.nextTime();
    if (next === undefined) return;
    const sleep = Math.min(Math.max(0, Math.ceil(next - this.#clock.now())), MAX_SLEEP_MS);
    this.#wakesAt = next;
    this.#timer = setTimeout(() => this.#wake(), sleep);
  }

  #wake(): void {
    const now = this.#clock.now();
    // What is set while ringing is armed once, below.
    this.#wakesAt = -Infinity;
    for (let key = this.#heap.popDue(now); key !== undefined; key = this.#heap.popDue(now)) {
      this.#ring(key);
    }
    this.#arm();
  }
}
