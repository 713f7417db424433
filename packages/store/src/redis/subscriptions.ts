import { StoreError } from '../store-error.ts';
import type { Counters } from './counters.ts';
import { unavailable } from './failure.ts';
import type { Place } from './place.ts';
import type { Router } from './router.ts';
import type { ConnectionSettings } from './server-connection.ts';
import { Subscriber, type SubscriberEvents, type Subscription } from './subscriber.ts';

interface Wanted extends Subscription {
  /** Resolves when it is in force. */
  readonly active: PromiseWithResolvers<void>;
}

export interface SubscriptionsOptions {
  readonly router: Router;
  readonly settings: ConnectionSettings;
  readonly counters: Counters;
  /** Names that were without delivery for a while and have it again. */
  readonly onRestored: (names: readonly string[]) => void;
}

const UNOWNED_RETRY_MS = 100;

/** Keeps what this process subscribes in force, wherever the slots are: one connection per server that has any of it. */
export class Subscriptions implements SubscriberEvents {
  readonly #options: SubscriptionsOptions;
  readonly #wanted = new Map<string, Wanted>();
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #subscribers = new Map<string, Subscriber>();
  #closed = false;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    options.router.onMoved(() => this.#follow());
  }

  /** Resolves when it is in force; it stays so until `unsubscribe`. Rejects when that takes too long, and then wants it no more. */
  async subscribe(place: Place, name: string, handler: (payload: string) => void): Promise<void> {
    await this.#leaving.get(name);
    if (this.#closed) throw new StoreError('closed', 'the store has been closed');
    let wanted = this.#wanted.get(name);
    if (wanted === undefined) {
      const active = Promise.withResolvers<void>();
      active.promise.catch(() => undefined);
      wanted = { name, slot: place.slot, handler, wanted: true, wasActive: false, active };
      this.#wanted.set(name, wanted);
      this.#assign(wanted);
    }
    const { timeoutMs } = this.#options.settings;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => reject(unavailable(`${name} could not be subscribed within ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      await Promise.race([wanted.active.promise, late]);
    } catch (error) {
      // Somebody may have given it up meanwhile and asked for it again: that one is not ours to end.
      if (this.#wanted.get(name) === wanted) void this.unsubscribe(name);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async unsubscribe(name: string): Promise<void> {
    const wanted = this.#wanted.get(name);
    if (wanted === undefined) return this.#leaving.get(name);
    wanted.wanted = false;
    this.#wanted.delete(name);
    const subscriber = this.#subscribers.get(this.#addressOf(wanted) ?? '');
    const left = (subscriber?.remove(wanted) ?? Promise.resolve()).finally(() => {
      // The name may have been asked for again and given up again: that one still leaves.
      if (this.#leaving.get(name) === left) this.#leaving.delete(name);
    });
    this.#leaving.set(name, left);
    return left;
  }

  close(): void {
    this.#closed = true;
    for (const subscriber of this.#subscribers.values()) subscriber.close();
    for (const { active } of this.#wanted.values()) {
      active.reject(new StoreError('closed', 'the store has been closed'));
    }
    this.#subscribers.clear();
    this.#wanted.clear();
  }

  onMessage(name: string, payload: string): void {
    this.#wanted.get(name)?.handler(payload);
  }

  onActive(subscriptions: readonly Subscription[]): void {
    const restored: string[] = [];
    for (const subscription of subscriptions) {
      if (subscription.wasActive) restored.push(subscription.name);
      subscription.wasActive = true;
      this.#wanted.get(subscription.name)?.active.resolve();
    }
    if (restored.length === 0) return;
    this.#options.counters.add('delivery_interruptions', restored.length);
    this.#options.onRestored(restored);
  }

  onMoved(subscriptions: readonly Subscription[]): void {
    void this.#options.router.refresh().finally(() => {
      for (const subscription of subscriptions) {
        // Another refresh may have been under way: give the new owner a moment rather than ask the old one in a loop.
        setTimeout(() => this.#assign(subscription), UNOWNED_RETRY_MS);
      }
    });
  }

  onLost(): void {
    void this.#options.router.refresh();
  }

  #addressOf({ slot }: Subscription): string | undefined {
    return this.#options.router.addressOf(slot);
  }

  #assign(subscription: Subscription): void {
    if (this.#closed || !subscription.wanted) return;
    const address = this.#addressOf(subscription);
    if (address === undefined) {
      void this.#options.router.refresh();
      setTimeout(() => this.#assign(subscription), UNOWNED_RETRY_MS);
      return;
    }
    let subscriber = this.#subscribers.get(address);
    if (subscriber === undefined) {
      subscriber = new Subscriber(address, this.#options.settings, this);
      this.#subscribers.set(address, subscriber);
    }
    subscriber.add(subscription);
  }

  /** Slots have moved. */
  #follow(): void {
    for (const [address, subscriber] of this.#subscribers) {
      const moved = subscriber.takeMoved(
        (slot) => this.#options.router.addressOf(slot) === address,
      );
      for (const subscription of moved) this.#assign(subscription);
      if (moved.length > 0 && subscriber.idle) {
        subscriber.close();
        this.#subscribers.delete(address);
      }
    }
  }
}
