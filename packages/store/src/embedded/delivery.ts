import type { ChannelListener, Epoch, Offset } from '../channel-store.ts';

/** A publication that was stored. */
export interface Delivered {
  readonly offset: number;
  readonly epoch: string;
  readonly time: number;
  readonly body: string;
  readonly origin: string;
}

/** Calls a listener, which must not throw. If it does, the process hears of it, but not whoever waits for the store. */
export function tellListener(tell: () => void): void {
  try {
    tell();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/**
 * Tells this process's listener what was published. Nobody else can publish, and the answers of the thread come in the order of the
 * offsets, so delivery is never interrupted.
 */
export class Delivery {
  #listener: ChannelListener | null = null;
  readonly #subscribed = new Set<string>();

  attach(listener: ChannelListener): void {
    this.#listener = listener;
  }

  subscribe(channel: string): void {
    this.#subscribed.add(channel);
  }

  unsubscribe(channel: string): void {
    this.#subscribed.delete(channel);
  }

  publication(channel: string, { offset, epoch, time, body, origin }: Delivered): void {
    const listener = this.#listener;
    if (listener === null || !this.#subscribed.has(channel)) return;
    const publication = { offset: offset as Offset, time, body, origin };
    tellListener(() => listener.onPublication(channel, publication, epoch as Epoch));
  }

  signal(channel: string, body: string): void {
    const listener = this.#listener;
    if (listener === null || !this.#subscribed.has(channel)) return;
    tellListener(() => listener.onSignal(channel, body));
  }
}
