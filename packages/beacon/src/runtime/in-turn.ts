/**
 * Runs asynchronous steps one after the other per key, and steps of different keys side by side. A step whose key has nothing under
 * way begins at once, within the call.
 */
export class InTurn {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, step: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key);
    const done = before === undefined ? step() : before.then(step);
    const tail: Promise<void> = done.then(
      () => this.#forget(key, tail),
      () => this.#forget(key, tail),
    );
    this.#tails.set(key, tail);
    return done;
  }

  #forget(key: string, tail: Promise<unknown>): void {
    if (this.#tails.get(key) === tail) this.#tails.delete(key);
  }

  get size(): number {
    return this.#tails.size;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}
