import type { ActorStore, Millis } from './actor-store.ts';
import type { ChannelStore } from './channel-store.ts';
import type { TokenStore } from './token-store.ts';

/** A process that runs turns. */
export interface Member {
  /** Unique to the process's life. */
  readonly id: string;
  /** What it prefers to run; see `Lane`. */
  readonly roles: readonly ('worker' | 'ticker')[];
}

/** Who is alive, so that processes agree on who is preferred for a partition without talking to each other. */
export interface Membership {
  /** Says that `member` lives for `ttlMs` more, and tells the store's time and everyone alive, ordered by id. */
  heartbeat(
    member: Member,
    ttlMs: number,
  ): Promise<{ readonly now: Millis; readonly members: readonly Member[] }>;
  /** Says that it is going. */
  leave(id: string): Promise<void>;
}

/** How a store is, for `/health`. */
export interface StoreHealth {
  readonly ok: boolean;
  /** E.g. `redis 7.0.15 standalone` or `sqlite 3.50 /var/lib/belfry/belfry.db`. */
  readonly description: string;
  /** What is wrong now, and what the operator should change (persistence off, maxmemory-policy, …). */
  readonly warnings: readonly string[];
}

/** Counters since the store was opened, for `/metrics`. Names are snake_case and the same in every driver where they mean the same. */
export type StoreCounters = Readonly<Record<string, number>>;

/** A driver: both ports, who is alive, and its own life. */
export interface Store {
  readonly partitions: number;
  readonly actors: ActorStore;
  readonly channels: ChannelStore;
  readonly membership: Membership;
  readonly tokens: TokenStore;
  health(): Promise<StoreHealth>;
  counters(): StoreCounters;
  /** Finishes what was asked, then closes. Calls made later reject with `closed`. */
  close(): Promise<void>;
}

/** What both drivers understand. */
export interface StoreOptions {
  /** Default 64; must be what the data was made with. */
  readonly partitions?: number;
  /** For how long a message id is remembered at least, in ms. Default 300,000. */
  readonly dedupWindowMs?: number;
  /** How long an operation may take before it rejects with `timeout`, in ms. Default 5,000. */
  readonly timeoutMs?: number;
  /** The most bytes of work queued to the store before calls reject with `overloaded`. Default 64 MiB. */
  readonly maxQueuedBytes?: number;
  /** The store's clock, for tests that step it. Default: the server's own. */
  readonly now?: () => Millis;
}
