import type { Epoch, Publication } from '@belfry/store';
import { DeltaBases } from './deltas.ts';
import { SharedFilters } from './delivery.ts';
import type { Session } from './session.ts';
import { LivePublication, type Subscription } from './subscription.ts';
import { PreparedPush } from './transport.ts';

/** Who in this process is subscribed to what, and who is connected. */
export class Hub {
  readonly #channels = new Map<string, Set<Subscription>>();
  readonly #users = new Map<string, Set<Session>>();
  /** The filters that subscriptions have. */
  readonly filters: SharedFilters = new SharedFilters();
  /** What patches for subscriptions are made to. */
  readonly deltas: DeltaBases = new DeltaBases();
  #subscriptions = 0;

  get channelCount(): number {
    return this.#channels.size;
  }

  get subscriptionCount(): number {
    return this.#subscriptions;
  }

  get userCount(): number {
    return this.#users.size;
  }

  /** True: it is the channel's first. */
  add(subscription: Subscription): boolean {
    this.#subscriptions++;
    if (subscription.delivery?.delta === true) this.deltas.add(subscription.channel);
    const there = this.#channels.get(subscription.channel);
    if (there === undefined) {
      this.#channels.set(subscription.channel, new Set([subscription]));
      return true;
    }
    there.add(subscription);
    return false;
  }

  /** True: it was the channel's last. */
  remove(subscription: Subscription): boolean {
    const there = this.#channels.get(subscription.channel);
    if (there === undefined || !there.delete(subscription)) return false;
    this.#subscriptions--;
    const { delivery } = subscription;
    if (delivery?.delta === true) this.deltas.remove(subscription.channel);
    if (delivery !== null && delivery.filter !== null) this.filters.release(delivery.filter);
    if (there.size > 0) return false;
    this.#channels.delete(subscription.channel);
    return true;
  }

  has(channel: string): boolean {
    return this.#channels.has(channel);
  }

  channels(): IterableIterator<string> {
    return this.#channels.keys();
  }

  subscribers(channel: string): Iterable<Subscription> {
    return this.#channels.get(channel) ?? [];
  }

  subscriberCount(channel: string): number {
    return this.#channels.get(channel)?.size ?? 0;
  }

  /** Hands a publication to everyone here. How many that were. */
  publish(channel: string, publication: Publication, epoch: Epoch): number {
    const there = this.#channels.get(channel);
    if (there === undefined) return 0;
    const delta = this.deltas.published(channel, publication, epoch);
    const live = new LivePublication(channel, publication, { epoch, delta });
    // A gap ends a subscription, which deletes it from the set: fine while iterating.
    for (const subscription of there) subscription.session.deliver(subscription, live);
    return there.size;
  }

  /** Tells those who want to know that someone joined or left. */
  joinLeave(channel: string, type: 'join' | 'leave', info: string): void {
    const there = this.#channels.get(channel);
    if (there === undefined) return;
    const push = new PreparedPush({ type, channel, info });
    for (const subscription of there) {
      if (subscription.state === 'live' && subscription.grant?.pushJoinLeave === true) {
        subscription.session.transport.push(push);
      }
    }
  }

  enter(session: Session): void {
    const there = this.#users.get(session.user);
    if (there === undefined) this.#users.set(session.user, new Set([session]));
    else there.add(session);
  }

  leave(session: Session): void {
    const there = this.#users.get(session.user);
    if (there === undefined) return;
    there.delete(session);
    if (there.size === 0) this.#users.delete(session.user);
  }

  /** The connections of a user here: those that are through with connecting and those that are not yet. */
  sessionsOf(user: string): readonly Session[] {
    return [...(this.#users.get(user) ?? [])];
  }

  /** How many connections a user has here. */
  connectionsOf(user: string): number {
    return this.#users.get(user)?.size ?? 0;
  }
}
