import type { ActorKey } from '@belfry/protocol';
import type { Millis } from './actor-store.ts';

/** Identifies one unbroken run of a channel's offsets. A new one means that offsets before it say nothing. */
export type Epoch = string & { readonly __brand: 'epoch' };

/** A publication's place in its channel: 1, 2, 3, … without holes within an epoch. 0: the channel keeps no history. */
export type Offset = number & { readonly __brand: 'offset' };

/** What a channel keeps. */
export interface HistoryPolicy {
  /** The most publications to keep; 0: none, and the channel has no offsets. */
  readonly size: number;
  /** For how long after the last publication, in ms. */
  readonly ttlMs: number;
  /** For how long offset and epoch outlive the last publication, in ms; at least `ttlMs`. */
  readonly metaTtlMs: number;
}

/** A publication as it is handed to the store. */
export interface PublicationInput {
  readonly channel: string;
  /** See `@belfry/protocol` `encodePublication`. */
  readonly body: string;
  /** The client id of the publisher, for `exclude_publisher`; `''` when no client published it. */
  readonly origin: string;
  readonly history: HistoryPolicy;
}

/** What an actor publishes in a commit. */
export type ActorPublication = Omit<PublicationInput, 'origin'>;

export interface PublishOptions {
  /** A second publish with this key on this channel within `idempotencyTtlMs` (default 5 min) changes nothing and gets the first one's position. */
  readonly idempotencyKey?: string;
  readonly idempotencyTtlMs?: number;
  /** Suppress the publication unless `version` is above the last one's of the same `versionEpoch` (default `''`). Needs history. */
  readonly version?: number;
  readonly versionEpoch?: string;
}

export interface Position {
  readonly offset: Offset;
  readonly epoch: Epoch;
}

export interface PublishResult extends Position {
  /** False: the idempotency key or the version suppressed it. */
  readonly published: boolean;
}

/** A publication as it comes out of the store. */
export interface Publication {
  readonly offset: Offset;
  readonly time: Millis;
  readonly body: string;
  readonly origin: string;
}

export interface HistoryQuery {
  /** The most publications to return; 0: only the position; -1: all. */
  readonly limit: number;
  /** Only what comes after (with `reverse`: before) this offset. The caller compares epochs. */
  readonly since?: number;
  /** From the newest backwards. Default false. */
  readonly reverse?: boolean;
  /**
   * How long a position made by asking for it lives after it was last asked for, in ms; a quarter longer at most. A publication ends
   * that: from then on its own `metaTtlMs` counts.
   */
  readonly metaTtlMs: number;
}

/** `offset` and `epoch` are the top of the channel at the moment of reading. */
export interface HistoryReply extends Position {
  readonly publications: readonly Publication[];
}

/** One connection that is in a channel. */
export interface PresenceEntry {
  readonly client: string;
  readonly user: string;
  /** JSON text of the wire's ClientInfo. */
  readonly infoJson: string;
}

export interface PresenceUpdate extends PresenceEntry {
  readonly channel: string;
  /** The entry goes unless it is updated again within this time. */
  readonly ttlMs: number;
  /**
   * Tell an actor of this channel's partition: the first connection of a user puts `enter` in its inbox, the last one that leaves or
   * expires puts `leave` there, in the same step.
   */
  readonly events?: PresenceEvents;
}

export interface PresenceEvents {
  readonly actor: ActorKey;
  /** Message texts. */
  readonly enter: string;
  readonly leave: string;
  /** Refuse with `no-actor` when the actor does not exist. */
  readonly mustExist: boolean;
}

export type PresenceResult = 'entered' | 'updated' | 'no-actor';

export interface PresenceStats {
  readonly clients: number;
  readonly users: number;
}

/** Who hears of what happens on the channels this process has subscribed. Called in order per channel; must not throw. */
export interface ChannelListener {
  onPublication(channel: string, publication: Publication, epoch: Epoch): void;
  /** What `signal` sent. */
  onSignal(channel: string, body: string): void;
  /** Delivery was interrupted on these channels (`'all'`: on every one) and works again: compare positions. */
  onInterrupted(channels: readonly string[] | 'all'): void;
}

/**
 * Channels: publications with history, presence, and delivery to the processes that have subscribers.
 *
 * Atomicity: each call on one channel is one atomic step. Order: publications of a channel are delivered in the order of their
 * offsets. Delivery to a listener is at most once and may be interrupted (then `onInterrupted`); history is the truth.
 * After `subscribe` resolves, everything published later is delivered. Every method may reject with `StoreError`.
 */
export interface ChannelStore {
  publish(publication: PublicationInput, options?: PublishOptions): Promise<PublishResult>;
  history(channel: string, query: HistoryQuery): Promise<HistoryReply>;
  /** Removes the publications; offset and epoch go on. */
  removeHistory(channel: string): Promise<void>;

  /** Adds or refreshes connections. Results in the order of the batch. */
  updatePresence(batch: readonly PresenceUpdate[]): Promise<PresenceResult[]>;
  removePresence(channel: string, client: string): Promise<void>;
  presence(channel: string): Promise<readonly PresenceEntry[]>;
  presenceStats(channel: string): Promise<PresenceStats>;

  /** One listener per process. */
  attach(listener: ChannelListener): void;
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  /** Delivers `body` to every process subscribed to the channel; nothing is kept. */
  signal(channel: string, body: string): Promise<void>;
}
