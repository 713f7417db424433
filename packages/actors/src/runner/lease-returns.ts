import type { Partition } from '@belfry/store';
import type { HeldActor } from './held-actor.ts';
import type { RunnerContext } from './runner-context.ts';

/** Gives leases back, those of one partition together, so that none waits for another. */
export class LeaseReturns {
  readonly #context: RunnerContext;
  readonly #onReturned: (held: HeldActor) => void;
  readonly #waiting = new Map<Partition, HeldActor[]>();
  #calls = 0;

  /** @param onReturned the lease is given back, or else runs out by itself */
  constructor(context: RunnerContext, onReturned: (held: HeldActor) => void) {
    this.#context = context;
    this.#onReturned = onReturned;
  }

  /** Nothing waits, and nothing is on its way. */
  get quiet(): boolean {
    return this.#waiting.size + this.#calls === 0;
  }

  /** Goes out with the next `send`. */
  add(held: HeldActor): void {
    const waiting = this.#waiting.get(held.partition);
    if (waiting === undefined) this.#waiting.set(held.partition, [held]);
    else waiting.push(held);
  }

  send(): void {
    for (const batch of this.#waiting.values()) void this.#release(batch);
    this.#waiting.clear();
  }

  clear(): void {
    this.#waiting.clear();
  }

  async #release(batch: readonly HeldActor[]): Promise<void> {
    const { actors, storeFailed } = this.#context;
    this.#calls++;
    try {
      await actors.release(batch.map(({ actor, fence }) => ({ actor, fence })));
    } catch (error) {
      storeFailed('release', error);
    } finally {
      this.#calls--;
      for (const held of batch) this.#onReturned(held);
    }
  }
}
