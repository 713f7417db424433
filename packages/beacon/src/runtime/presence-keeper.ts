import type { ChannelStore, PresenceResult, PresenceUpdate } from '@belfry/store';
import { InTurn } from './in-turn.ts';

/** The most updates in one call to the store. */
const MAX_BATCH = 512;

interface Waiting {
  readonly update: PresenceUpdate;
  readonly resolve: (result: PresenceResult) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Keeps presence in the store: what is asked for within one turn of the event loop goes there in few calls, and what concerns one
 * connection on one channel goes there in order.
 */
export class PresenceKeeper {
  readonly #store: ChannelStore;
  readonly #steps = new InTurn();
  #waiting: Waiting[] = [];

  constructor(store: ChannelStore) {
    this.#store = store;
  }

  update(update: PresenceUpdate): Promise<PresenceResult> {
    return this.#steps.run(keyOf(update.channel, update.client), () => this.#enqueue(update));
  }

  remove(channel: string, client: string): Promise<void> {
    return this.#steps.run(keyOf(channel, client), () =>
      this.#store.removePresence(channel, client),
    );
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#steps.idle();
  }

  #enqueue(update: PresenceUpdate): Promise<PresenceResult> {
    const { promise, resolve, reject } = Promise.withResolvers<PresenceResult>();
    this.#waiting.push({ update, resolve, reject });
    if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
    return promise;
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < waiting.length; at += MAX_BATCH) {
      void this.#send(waiting.slice(at, at + MAX_BATCH));
    }
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#store.updatePresence(batch.map((each) => each.update));
      for (const [i, each] of batch.entries()) each.resolve(results[i] ?? 'updated');
    } catch (error) {
      for (const each of batch) each.reject(error);
    }
  }
}

function keyOf(channel: string, client: string): string {
  return `${client} ${channel}`;
}
