import type { ChannelListener, Epoch, Offset } from '../channel-store.ts';

/** A publication that was stored. */
export interface Delivered {
  readonly offset: number;
  readonly epoch: string;
  readonly time: number;
  readonly body: string;
  readonly origin: string;
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
    if (!this.#subscribed.has(channel)) return;
    const publication = { offset: offset as Offset, time, body, origin };
    this.#listener?.onPublication(channel, publication, epoch as Epoch);
  }

  signal(channel: string, body: string): void {
    if (this.#subscribed.has(channel)) this.#listener?.onSignal(channel, body);
  }
}
