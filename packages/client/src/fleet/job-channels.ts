import type { Centrifuge, Subscription } from 'centrifuge';

interface Shared {
  readonly subscription: Subscription;
  users: number;
}

/** Subscriptions of jobs: however many handles of a job are watched, there is one. */
export class JobChannels {
  readonly #centrifuge: Centrifuge;
  readonly #shared = new Map<string, Shared>();

  constructor(centrifuge: Centrifuge) {
    this.#centrifuge = centrifuge;
  }

  /** A subscription that is there until it is released as often as it was acquired; the caller subscribes. */
  acquire(channel: string): Subscription {
    const known = this.#shared.get(channel);
    if (known !== undefined) {
      known.users++;
      return known.subscription;
    }
    // From nowhere: so that the latest view comes with the subscription, and again after every connection that was lost.
    const since = { offset: 0, epoch: '' };
    const subscription = this.#centrifuge.newSubscription(channel, { since });
    this.#shared.set(channel, { subscription, users: 1 });
    return subscription;
  }

  release(channel: string): void {
    const shared = this.#shared.get(channel);
    if (shared === undefined) return;
    shared.users--;
    if (shared.users > 0) return;
    this.#shared.delete(channel);
    shared.subscription.unsubscribe();
    this.#centrifuge.removeSubscription(shared.subscription);
  }
}
