import type { Millis } from '@belfry/store';

/**
 * The store's time, told by this process's monotonic clock. Every reply that carries the store's time bounds the difference of the
 * two: the store read its clock after the request was sent and before the reply was received. The difference is moved only as far
 * as the latest bounds demand, so it settles on what quick replies say, follows a drift, and takes a step of the store's clock at once.
 */
export class StoreClock {
  readonly #monotonic: () => Millis;
  #offset: Millis | null = null;

  constructor(monotonic: () => Millis = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Before the first reply the machine's own time has to do. */
  now(): Millis {
    return this.#offset === null ? Date.now() : this.#monotonic() + this.#offset;
  }

  /** This process's clock, to say when a request was sent. */
  local(): Millis {
    return this.#monotonic();
  }

  /** A reply that said `storeNow` has just been received; its request was sent at `sentAt` of the local clock. */
  heard(storeNow: Millis, sentAt: Millis): void {
    const least = storeNow - this.#monotonic();
    // Stores tell whole milliseconds, rounded down.
    const most = storeNow + 1 - sentAt;
    this.#offset = this.#offset === null ? (least + most) / 2 : clamp(this.#offset, least, most);
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
