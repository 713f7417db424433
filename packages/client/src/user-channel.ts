import type { Centrifuge, Subscription } from 'centrifuge';
import { userChannel } from '@belfry/protocol';
import type { BelfryError } from './belfry-error.ts';
import { subscribed, unsubscribedError } from './subscription-end.ts';
import type { Patience } from './subscription-end.ts';

export interface UserChannelEvents {
  onMessage(data: unknown): void;
  /** It cannot be had; the rest of the client works on. */
  onError(error: BelfryError): void;
}

/** The private channel of whoever the token says we are. */
export class UserChannel {
  readonly #centrifuge: Centrifuge;
  readonly #events: UserChannelEvents;
  #sub: Subscription | null = null;

  constructor(centrifuge: Centrifuge, events: UserChannelEvents) {
    this.#centrifuge = centrifuge;
    this.#events = events;
  }

  get isOpen(): boolean {
    return this.#sub !== null;
  }

  /** Subscribes for `user`, giving up the channel of somebody we were before. Resolves when it is done or cannot be. */
  async open(user: string, patience: Patience): Promise<void> {
    const channel = userChannel(user);
    if (this.#sub?.channel !== channel) {
      this.close();
      const sub = this.#centrifuge.newSubscription(channel);
      this.#sub = sub;
      sub.on('publication', ({ data }) => this.#events.onMessage(data));
      sub.on('unsubscribed', ({ code, reason }) => {
        if (this.#sub === sub) this.#events.onError(unsubscribedError(channel, code, reason));
      });
    }
    // What went wrong is told by the event.
    if (this.#sub !== null) await subscribed(this.#sub, patience).catch(() => undefined);
  }

  close(): void {
    const sub = this.#sub;
    if (sub === null) return;
    this.#sub = null;
    sub.unsubscribe();
    this.#centrifuge.removeSubscription(sub);
  }
}
