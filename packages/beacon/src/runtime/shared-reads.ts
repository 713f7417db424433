import type { ChannelStore, HistoryQuery, HistoryReply } from '@belfry/store';

interface Reading {
  readonly reply: Promise<HistoryReply>;
  /** What those who came after it had begun wait for. */
  next: Promise<HistoryReply> | null;
}

/**
 * Reads history for many subscriptions at once. After a failover all subscribers of a channel come back in the same moment and miss the
 * same: they share one reading. A reading is never shared with somebody who asked after it had begun, because it may lack what was
 * published before that one was listening.
 */
export class SharedReads {
  readonly #store: Pick<ChannelStore, 'history'>;
  readonly #readings = new Map<string, Reading>();

  constructor(store: Pick<ChannelStore, 'history'>) {
    this.#store = store;
  }

  /** The history as it is now or later. Rejects with what the store says. */
  history(channel: string, query: HistoryQuery): Promise<HistoryReply> {
    const { limit, since = '', reverse = false, metaTtlMs } = query;
    const key = `${limit} ${since} ${reverse} ${metaTtlMs} ${channel}`;
    const current = this.#readings.get(key);
    if (current === undefined) return this.#begin(key, channel, query);
    current.next ??= current.reply
      .then(ignore, ignore)
      // Somebody may have begun another in between: it is as good.
      .then(() => this.#readings.get(key)?.reply ?? this.#begin(key, channel, query));
    return current.next;
  }

  #begin(key: string, channel: string, query: HistoryQuery): Promise<HistoryReply> {
    const reading: Reading = { reply: this.#store.history(channel, query), next: null };
    this.#readings.set(key, reading);
    const over = (): void => {
      this.#readings.delete(key);
    };
    reading.reply.then(over, over);
    return reading.reply;
  }
}

function ignore(): void {}
