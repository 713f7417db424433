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

/** Of what is not kept. */
const NO_POSITION = { offset: 0 as Offset, epoch: '' as Epoch };

interface Needs {
  readonly link: EmbeddedLink;
  readonly delivery: Delivery;
  readonly partitions: number;
  readonly now: () => number;
}

/** The channels' side of the embedded store. */
export class EmbeddedChannels implements ChannelStore {
  readonly #link: EmbeddedLink;
  readonly #delivery: Delivery;
  readonly #publish: Operation<Publish, PublishResult>;
  readonly #updatePresence: Operation<PresenceUpdate, PresenceResult>;
  readonly #now: () => number;
  /** By channel: publications that are with the thread. */
  readonly #underWay = new Map<string, number>();
  #passed = 0;

  constructor({ link, delivery, partitions, now }: Needs) {
    this.#link = link;
    this.#delivery = delivery;
    this.#now = now;
    this.#publish = publishOperation(delivery);
    this.#updatePresence = updatePresenceOperation(partitions);
  }

  publish(publication: PublicationInput, options: PublishOptions = {}): Promise<PublishResult> {
    const { channel, history } = publication;
    const before = this.#underWay.get(channel) ?? 0;
    if (history.size === 0 && options.idempotencyKey === undefined && before === 0) {
      return this.#pass({ publication, options });
    }
    this.#underWay.set(channel, before + 1);
    const published = this.#link.call(this.#publish, { publication, options });
    published.then(
      () => this.#arrived(channel),
      () => this.#arrived(channel),
    );
    return published;
  }

  /** How many publications never came to the thread. */
  get passed(): number {
    return this.#passed;
  }

  #arrived(channel: string): void {
    const left = (this.#underWay.get(channel) ?? 1) - 1;
    if (left === 0) this.#underWay.delete(channel);
    else this.#underWay.set(channel, left);
  }

  /** Delivers what nothing is kept of: the thread has nothing to do with it, unless it has what was published before. */
  async #pass(publish: Publish): Promise<PublishResult> {
    this.#link.checkOpen();
    this.#publish.write([], publish);
    // Never inside the caller's own turn, as it would not be with another process in between.
    await Promise.resolve();
    this.#passed++;
    const { channel, body, origin } = publish.publication;
    this.#delivery.publication(channel, { ...NO_POSITION, time: this.#now(), body, origin });
    return { published: true, ...NO_POSITION };
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
