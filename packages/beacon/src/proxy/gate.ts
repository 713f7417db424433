import { ProxyFailure } from './proxy-failure.ts';

/** Lets so many in at once; the others wait in their order, up to a number, each for its time. */
export class Gate {
  readonly #places: number;
  readonly #seats: number;
  #active = 0;
  readonly #waiting = new Set<() => void>();

  constructor(places: number, seats: number) {
    this.#places = places;
    this.#seats = seats;
  }

  get load(): { readonly active: number; readonly waiting: number } {
    return { active: this.#active, waiting: this.#waiting.size };
  }

  /** Whoever has entered must `leave`. Rejects with a `ProxyFailure` (`full`, `timeout`). */
  async enter(timeoutMs: number): Promise<void> {
    if (this.#active < this.#places) {
      this.#active++;
      return;
    }
    if (this.#waiting.size >= this.#seats) {
      throw new ProxyFailure('full', `${this.#seats} requests wait already`);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    const timer = setTimeout(() => {
      this.#waiting.delete(resolve);
      reject(new ProxyFailure('timeout', `not sent within ${timeoutMs} ms`));
    }, timeoutMs);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#active--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
