import type {
  Epoch,
  HistoryQuery,
  HistoryReply,
  Millis,
  Offset,
  Position,
  Publication,
  PublicationInput,
  PublishOptions,
  PublishResult,
} from '@belfry/store';

interface Channel {
  readonly epoch: Epoch;
  offset: number;
  publications: Publication[];
  /** When the publications go, and when offset and epoch go. */
  endsAt: Millis;
  metaEndsAt: Millis;
  lastVersion: { readonly version: number; readonly epoch: string } | null;
}

const IDEMPOTENCY_TTL_MS = 300_000;

/** What the channels of a store keep: offsets, epochs, publications. */
export class ChannelModel {
  readonly #now: () => Millis;
  readonly #channels = new Map<string, Channel>();
  readonly #results = new Map<string, { readonly until: Millis; readonly result: Position }>();
  #epochs = 0;

  constructor(now: () => Millis) {
    this.#now = now;
  }

  publish(input: PublicationInput, options: PublishOptions = {}): PublishResult {
    const now = this.#now();
    const { idempotencyKey, idempotencyTtlMs = IDEMPOTENCY_TTL_MS } = options;
    const key = `${input.channel}\n${idempotencyKey}`;
    const first = this.#results.get(key);
    if (idempotencyKey !== undefined && first && now < first.until) {
      return { ...first.result, published: false };
    }
    const result = this.#append(input, options);
    if (idempotencyKey !== undefined && result.published) {
      const { offset, epoch } = result;
      this.#results.set(key, { until: now + idempotencyTtlMs, result: { offset, epoch } });
    }
    return result;
  }

  history(name: string, query: HistoryQuery): HistoryReply {
    const channel = this.#ask(name, query.metaTtlMs);
    const { since, limit, reverse = false } = query;
    let found = reverse ? channel.publications.toReversed() : channel.publications;
    if (since !== undefined) {
      found = found.filter(({ offset }) => (reverse ? offset < since : offset > since));
    }
    return {
      ...position(channel),
      publications: limit < 0 ? [...found] : found.slice(0, limit),
    };
  }

  removeHistory(name: string): void {
    const channel = this.#channels.get(name);
    if (channel) channel.publications = [];
  }

  #append(input: PublicationInput, options: PublishOptions): PublishResult {
    const { body, origin, history } = input;
    const { version, versionEpoch = '' } = options;
    const time = this.#now();
    if (history.size === 0) return { offset: 0 as Offset, epoch: '' as Epoch, published: true };
    const channel = this.#open(input.channel, history.metaTtlMs);
    const last = channel.lastVersion;
    if (version !== undefined) {
      if (last?.epoch === versionEpoch && version <= last.version) {
        return { ...position(channel), published: false };
      }
      channel.lastVersion = { version, epoch: versionEpoch };
    }
    channel.offset += 1;
    const publication = { offset: channel.offset as Offset, time, body, origin };
    channel.publications = [...channel.publications, publication].slice(-history.size);
    channel.endsAt = time + history.ttlMs;
    channel.metaEndsAt = time + history.metaTtlMs;
    return { ...position(channel), published: true };
  }

  /** The channel as it is now, for a reader, who renews a position that no publication has made. */
  #ask(name: string, ttlMs: Millis): Channel {
    const now = this.#now();
    const channel = this.#open(name, Math.ceil(ttlMs * 1.25));
    if (channel.offset === 0 && channel.metaEndsAt < now + ttlMs) {
      channel.metaEndsAt = now + Math.ceil(ttlMs * 1.25);
    }
    return channel;
  }

  /** The channel as it is now; a new one where there is none or its position has been forgotten. */
  #open(name: string, metaTtlMs: Millis): Channel {
    const now = this.#now();
    let channel = this.#channels.get(name);
    if (!channel || channel.metaEndsAt <= now) {
      this.#epochs += 1;
      channel = {
        epoch: `epoch-${this.#epochs}` as Epoch,
        offset: 0,
        publications: [],
        endsAt: now,
        metaEndsAt: now + metaTtlMs,
        lastVersion: null,
      };
      this.#channels.set(name, channel);
    }
    if (channel.endsAt <= now) channel.publications = [];
    return channel;
  }
}

function position(channel: Channel): Position {
  return { offset: channel.offset as Offset, epoch: channel.epoch };
}
