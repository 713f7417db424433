import type { ChannelStore } from '@belfry/store';
import { InTurn } from './in-turn.ts';

/** Which channels the store delivers to this process: those that someone here is subscribed to. */
export class ChannelLinks {
  readonly #store: ChannelStore;
  readonly #onError: (error: unknown) => void;
  readonly #ready = new Map<string, Promise<void>>();
  readonly #steps = new InTurn();

  constructor(store: ChannelStore, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Resolves when the channel is delivered. Rejects with what the store says. */
  ensure(channel: string): Promise<void> {
    const there = this.#ready.get(channel);
    if (there !== undefined) return there;
    const ready = this.#steps.run(channel, () => this.#store.subscribe(channel));
    this.#ready.set(channel, ready);
    ready.catch(() => {
      if (this.#ready.get(channel) === ready) this.#ready.delete(channel);
    });
    return ready;
  }

  /** Nobody wants the channel any more. */
  release(channel: string): void {
    if (!this.#ready.delete(channel)) return;
    this.#steps.run(channel, () => this.#store.unsubscribe(channel)).catch(this.#onError);
  }

  idle(): Promise<void> {
    return this.#steps.idle();
  }
}
