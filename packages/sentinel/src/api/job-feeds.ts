import { jobChannel, type JobView, memberText } from '@belfry/protocol';
import type { ChannelStore, Publication } from '@belfry/store';

/** Hears what is said of a job. */
export interface JobListener {
  /** A `JobView` as JSON text. */
  onView(json: string, offset: number): void;
}

interface Feed {
  readonly listeners: Set<JobListener>;
  readonly ready: Promise<void>;
}

const ENDED: ReadonlySet<JobView['status']> = new Set(['done', 'failed', 'cancelled']);

/** Whether it is the last thing that is said of a job, until somebody retries it. */
export function isLastView(json: string): boolean {
  return ENDED.has(JSON.parse(memberText(json, 'status') ?? '""') as JobView['status']);
}

/** What jobs say on their channels, for those who watch over HTTP; one subscription of each channel, however many watch. */
export class JobFeeds {
  readonly #channels: ChannelStore;
  readonly #feeds = new Map<string, Feed>();
  #streams = 0;

  /** @param channels a view of its own */
  constructor(channels: ChannelStore) {
    this.#channels = channels;
    channels.attach({
      onPublication: (channel, publication) => this.#published(channel, publication),
      onSignal: () => {},
      onInterrupted: (names) => {
        for (const channel of names === 'all' ? this.#feeds.keys() : names) {
          void this.#catchUp(channel);
        }
      },
    });
  }

  /** How many watch. */
  get streams(): number {
    return this.#streams;
  }

  /** Tells what is said from now on, after the latest that is known. Resolves with what ends it; rejects with the store's error. */
  async watch(job: string, listener: JobListener): Promise<() => void> {
    const channel = jobChannel(job);
    let feed = this.#feeds.get(channel);
    if (feed === undefined) {
      feed = { listeners: new Set(), ready: this.#channels.subscribe(channel) };
      this.#feeds.set(channel, feed);
    }
    const { listeners, ready } = feed;
    listeners.add(listener);
    this.#streams++;
    const stop = (): void => {
      if (!listeners.delete(listener)) return;
      this.#streams--;
      if (listeners.size > 0 || this.#feeds.get(channel)?.listeners !== listeners) return;
      this.#feeds.delete(channel);
      this.#channels.unsubscribe(channel).catch(() => {});
    };
    try {
      await ready;
      const latest = await this.#latest(channel);
      if (latest !== null) listener.onView(latest.json, latest.offset);
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  async #latest(channel: string): Promise<{ json: string; offset: number } | null> {
    const { publications } = await this.#channels.history(channel, {
      limit: 1,
      reverse: true,
      metaTtlMs: 60_000,
    });
    const [latest] = publications;
    const json = latest && memberText(latest.body, 'data');
    return json === undefined || latest === undefined ? null : { json, offset: latest.offset };
  }

  /** Something may have been missed. */
  async #catchUp(channel: string): Promise<void> {
    const feed = this.#feeds.get(channel);
    if (feed === undefined) return;
    try {
      const latest = await this.#latest(channel);
      if (latest === null) return;
      for (const listener of feed.listeners) listener.onView(latest.json, latest.offset);
    } catch {
      // The store is away; it tells when it is back.
    }
  }

  #published(channel: string, { body, offset }: Publication): void {
    // What nodes say is not kept, and has no offset.
    const json = offset > 0 ? memberText(body, 'data') : undefined;
    if (json === undefined) return;
    for (const listener of this.#feeds.get(channel)?.listeners ?? []) listener.onView(json, offset);
  }
}
