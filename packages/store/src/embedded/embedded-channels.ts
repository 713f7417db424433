import type {
  ChannelListener,
  ChannelStore,
  HistoryQuery,
  HistoryReply,
  PresenceEntry,
  PresenceResult,
  PresenceStats,
  PresenceUpdate,
  PublicationInput,
  PublishOptions,
  PublishResult,
} from '../channel-store.ts';
import {
  historyOperation,
  presenceOperation,
  presenceStatsOperation,
  publishOperation,
  removeHistoryOperation,
  removePresenceOperation,
  updatePresenceOperation,
} from './channel-operations.ts';
import type { Publish } from './channel-operations.ts';
import { checkChannel, checkText } from './checks.ts';
import type { Delivery } from './delivery.ts';
import type { EmbeddedLink, Operation } from './link.ts';

interface Needs {
  readonly link: EmbeddedLink;
  readonly delivery: Delivery;
  readonly partitions: number;
}

/** The channels' side of the embedded store. */
export class EmbeddedChannels implements ChannelStore {
  readonly #link: EmbeddedLink;
  readonly #delivery: Delivery;
  readonly #publish: Operation<Publish, PublishResult>;
  readonly #updatePresence: Operation<PresenceUpdate, PresenceResult>;

  constructor({ link, delivery, partitions }: Needs) {
    this.#link = link;
    this.#delivery = delivery;
    this.#publish = publishOperation(delivery);
    this.#updatePresence = updatePresenceOperation(partitions);
  }

  publish(publication: PublicationInput, options: PublishOptions = {}): Promise<PublishResult> {
    return this.#link.call(this.#publish, { publication, options });
  }

  history(channel: string, query: HistoryQuery): Promise<HistoryReply> {
    return this.#link.call(historyOperation, { channel, query });
  }

  removeHistory(channel: string): Promise<void> {
    return this.#link.call(removeHistoryOperation, channel);
  }

  updatePresence(batch: readonly PresenceUpdate[]): Promise<PresenceResult[]> {
    return this.#link.callMany(this.#updatePresence, batch);
  }

  removePresence(channel: string, client: string): Promise<void> {
    return this.#link.call(removePresenceOperation, { channel, client });
  }

  presence(channel: string): Promise<readonly PresenceEntry[]> {
    return this.#link.call(presenceOperation, channel);
  }

  presenceStats(channel: string): Promise<PresenceStats> {
    return this.#link.call(presenceStatsOperation, channel);
  }

  attach(listener: ChannelListener): void {
    this.#delivery.attach(listener);
  }

  async subscribe(channel: string): Promise<void> {
    this.#link.checkOpen();
    this.#delivery.subscribe(checkChannel('channel', channel));
  }

  async unsubscribe(channel: string): Promise<void> {
    this.#link.checkOpen();
    this.#delivery.unsubscribe(checkChannel('channel', channel));
  }

  async signal(channel: string, body: string): Promise<void> {
    this.#link.checkOpen();
    checkChannel('channel', channel);
    checkText('body', body);
    // Never inside the caller's own turn, as it would not be with another process in between.
    await Promise.resolve();
    this.#delivery.signal(channel, body);
  }
}
