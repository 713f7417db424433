import type {
  ChannelListener,
  ChannelStore,
  Epoch,
  HistoryQuery,
  HistoryReply,
  Offset,
  PresenceEntry,
  PresenceResult,
  PresenceStats,
  PresenceUpdate,
  PublicationInput,
  PublishOptions,
  PublishResult,
} from '../channel-store.ts';
import { partitionIn, placeOf, type Core } from './core.ts';
import { DELIVERY, deliveryName, type Place } from './place.ts';
import { Presence } from './presence.ts';
import { decodeDelivery, decodePublication, encodeSignal } from './publication-codec.ts';
import { Publisher } from './publisher.ts';
import type { Subscriptions } from './subscriptions.ts';
import { checkChannel, checkMillis, checkWhole } from './validate.ts';

/** Channels on Redis; see the port for what each method promises, and scripts/ for how. */
export class RedisChannels implements ChannelStore {
  readonly #core: Core;
  readonly #subscriptions: Subscriptions;
  readonly #publisher: Publisher;
  readonly #presence: Presence;
  #listener: ChannelListener | undefined;

  constructor(core: Core, subscriptions: Subscriptions) {
    this.#core = core;
    this.#subscriptions = subscriptions;
    this.#publisher = new Publisher(core);
    this.#presence = new Presence(core);
  }

  publish(publication: PublicationInput, options: PublishOptions = {}): Promise<PublishResult> {
    return this.#publisher.publish(publication, options);
  }

  async history(channel: string, query: HistoryQuery): Promise<HistoryReply> {
    const { limit, since, reverse, metaTtlMs } = query;
    checkWhole('limit', limit, { min: -1 });
    checkMillis('metaTtlMs', metaTtlMs);
    const { link } = this.#core;
    const args = link.head('history');
    args.push(
      channel,
      String(limit),
      since === undefined ? '' : String(since),
      reverse === true ? '1' : '0',
      String(metaTtlMs),
    );
    const reply = await link.run(this.#place(channel), args, {
      idempotent: true,
    });
    const [offset, epoch, items] = reply as [Offset, Epoch, string[]];
    const publications = items.map((item) => decodePublication(item).publication);
    if (reverse === true) publications.reverse();
    return { offset, epoch, publications };
  }

  async removeHistory(channel: string): Promise<void> {
    const place = this.#place(channel);
    await this.#core.link.command(place, ['DEL', `${place.base}h:${channel}`], {
      idempotent: true,
    });
  }

  updatePresence(batch: readonly PresenceUpdate[]): Promise<PresenceResult[]> {
    return this.#presence.update(batch);
  }

  removePresence(channel: string, client: string): Promise<void> {
    return this.#presence.remove(channel, client);
  }

  presence(channel: string): Promise<readonly PresenceEntry[]> {
    return this.#presence.list(channel);
  }

  presenceStats(channel: string): Promise<PresenceStats> {
    return this.#presence.stats(channel);
  }

  attach(listener: ChannelListener): void {
    this.#listener = listener;
  }

  async subscribe(channel: string): Promise<void> {
    const place = this.#place(channel);
    await this.#subscriptions.subscribe(place, deliveryName(place, channel), (payload) =>
      this.#deliver(channel, payload),
    );
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#subscriptions.unsubscribe(deliveryName(this.#place(channel), channel));
  }

  async signal(channel: string, body: string): Promise<void> {
    const place = this.#place(channel);
    await this.#core.link.command(place, [
      'SPUBLISH',
      deliveryName(place, channel),
      encodeSignal(body),
    ]);
  }

  /** Tells the listener which of these subscriptions are channels. */
  restored(names: readonly string[]): void {
    const channels: string[] = [];
    for (const name of names) {
      // A prefix has no brace, so the first one begins the tag.
      const start = name.indexOf('}:') + 2;
      if (name.startsWith(DELIVERY, start)) channels.push(name.slice(start + DELIVERY.length));
    }
    if (channels.length > 0) this.#listener?.onInterrupted(channels);
  }

  #deliver(channel: string, payload: string): void {
    const delivery = decodeDelivery(payload);
    if (delivery.type === 'signal') {
      this.#listener?.onSignal(channel, delivery.body);
      return;
    }
    this.#core.counters.add('publications_received');
    this.#listener?.onPublication(channel, delivery.publication, delivery.epoch);
  }

  #place(channel: string): Place {
    checkChannel(channel);
    return placeOf(this.#core, partitionIn(this.#core, channel));
  }
}
