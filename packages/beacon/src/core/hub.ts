import type { Epoch, Publication } from '@belfry/store';
import { ChannelMeter } from './channel-meter.ts';
import { DeltaBases } from './deltas.ts';
import { SharedFilters } from './delivery.ts';
import { Groups } from './groups.ts';
import type { Session } from './session.ts';
import { Stats } from './stats.ts';
import { LivePublication, type Subscription } from './subscription.ts';
import { Succession } from './succession.ts';
import { PreparedPush } from './transport.ts';

/** Who in this process is subscribed to what, and who is connected. */
export class Hub {
  readonly #channels = new Groups<string, Subscription>();
  readonly #users = new Groups<string, Session>();
  /** The filters that subscriptions have. */
  readonly filters: SharedFilters = new SharedFilters();
  /** What patches for subscriptions are made to. */
  readonly deltas: DeltaBases = new DeltaBases();
  /** Which of a user's connections is the younger one, where there may be one. */
  readonly succession: Succession = new Succession();
  /** How much is published on what, while somebody looks. */
  readonly meter: ChannelMeter = new ChannelMeter();
  readonly #stats: Stats;
  #subscriptions = 0;

  constructor(stats: Stats = new Stats()) {
    this.#stats = stats;
  }

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
    return this.#channels.add(subscription.channel, subscription);
  }

  /** True: it was the channel's last. */
  remove(subscription: Subscription): boolean {
    if (!this.#channels.delete(subscription.channel, subscription)) return false;
    this.#subscriptions--;
    const { delivery } = subscription;
    if (delivery?.delta === true) this.deltas.remove(subscription.channel);
    if (delivery !== null && delivery.filter !== null) this.filters.release(delivery.filter);
    return !this.#channels.has(subscription.channel);
  }

  has(channel: string): boolean {
    return this.#channels.has(channel);
  }

  channels(): IterableIterator<string> {
    return this.#channels.keys();
  }

  subscribers(channel: string): Iterable<Subscription> {
    return this.#channels.of(channel);
  }

  subscriberCount(channel: string): number {
    return this.#channels.count(channel);
  }

  /** Hands a publication to everyone here. How many that were. */
  publish(channel: string, publication: Publication, epoch: Epoch): number {
    const count = this.#channels.count(channel);
    if (count === 0) return 0;
    this.meter.count(channel);
    const delta = this.deltas.published(channel, publication, epoch);
    const live = new LivePublication(channel, publication, { epoch, delta });
    // A gap ends a subscription, which deletes it from the set: fine while iterating.
    let direct = 0;
    for (const subscription of this.#channels.of(channel)) {
      const { direct: transport } = subscription;
      if (transport === null) {
        subscription.session.deliver(subscription, live);
      } else {
        direct++;
        subscription.sent++;
        transport.push(live);
      }
    }
    this.#stats.pushesSent += direct;
    return this.#channels.count(channel);
  }

  /** What is published on a channel comes so late that its subscribers with positions are to come back. */
  lag(channel: string): void {
    for (const subscription of this.#channels.of(channel)) {
      if (subscription.grant?.positioning === true) subscription.session.lost(subscription);
    }
  }

  /** Tells those who want to know that someone joined or left. */
  joinLeave(channel: string, type: 'join' | 'leave', info: string): void {
    if (!this.#channels.has(channel)) return;
    const push = new PreparedPush({ type, channel, info });
    for (const subscription of this.#channels.of(channel)) {
      if (subscription.state === 'live' && subscription.grant?.pushJoinLeave === true) {
        subscription.session.transport.push(push);
      }
    }
  }

  enter(session: Session): void {
    this.#users.add(session.user, session);
  }

  leave(session: Session): void {
    this.#users.delete(session.user, session);
  }

  /** The connections of a user here: those that are through with connecting and those that are not yet. */
  sessionsOf(user: string): readonly Session[] {
    return [...this.#users.of(user)];
  }

  /** How many connections a user has here. */
  connectionsOf(user: string): number {
    return this.#users.count(user);
  }
}
