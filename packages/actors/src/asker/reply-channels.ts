import type { ActorKey, AskReply } from '@belfry/protocol';
import { partitionOf, type Partition, type Publication, type Store } from '@belfry/store';

/**
 * The channels on which one process hears answers: one per partition that it asks, so that an answer commits in the same step as the
 * turn that gives it. Subscribed when first needed, and kept.
 */
export class ReplyChannels {
  readonly #store: Pick<Store, 'channels' | 'partitions'>;
  readonly #id: string;
  readonly #open = new Map<Partition, Promise<string>>();
  #closed = false;

  constructor(
    store: Pick<Store, 'channels' | 'partitions'>,
    id: string,
    onReply: (reply: AskReply) => void,
  ) {
    this.#store = store;
    this.#id = id;
    store.channels.attach({
      onPublication: (_channel, publication) => onReply(replyOf(publication)),
      onSignal: () => {},
      // What was missed is not kept; the questions run into their time-outs.
      onInterrupted: () => {},
    });
  }

  /** The channel for answers of this actor, once it is subscribed. Rejects with `StoreError`. */
  open(actor: ActorKey): Promise<string> {
    const partition = partitionOf(actor, this.#store.partitions);
    const existing = this.#open.get(partition);
    if (existing !== undefined) return existing;
    const opened = this.#subscribe(replyChannel(this.#id, partition, this.#store.partitions));
    this.#open.set(partition, opened);
    // The next question tries again.
    opened.catch(() => this.#open.delete(partition));
    return opened;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opened = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(
      opened.map(async (channel) => this.#store.channels.unsubscribe(await channel)),
    );
  }

  async #subscribe(channel: string): Promise<string> {
    await this.#store.channels.subscribe(channel);
    if (this.#closed) await this.#store.channels.unsubscribe(channel);
    return channel;
  }
}

/** A channel of this process in a given partition: the first of `reply:<id>~1`, `~2`, … whose hash falls there. */
export function replyChannel(id: string, partition: Partition, partitions: number): string {
  for (let n = 1; ; n++) {
    const channel = `reply:${id}~${n}`;
    if (partitionOf(channel, partitions) === partition) return channel;
  }
}

function replyOf({ body }: Publication): AskReply {
  return (JSON.parse(body) as { data: AskReply }).data;
}
