import type { Duration } from './duration.ts';

/** `rate` operations in `interval` (1s to 1h), and as many at once. */
export interface RateBucket {
  readonly interval: Duration;
  readonly rate: number;
}

/** An operation must find a token in every bucket. */
export interface RateBuckets {
  readonly enabled?: boolean | undefined;
  readonly buckets?: readonly RateBucket[] | undefined;
}

/** Buckets of an operation on channels. */
export interface ChannelRateBuckets extends RateBuckets {
  /** What holds in a namespace instead. */
  readonly namespace_overrides?:
    | readonly (RateBuckets & { readonly namespace_name: string })[]
    | undefined;
}

/** Buckets of calls. */
export interface RpcRateBuckets extends RateBuckets {
  /** What holds for a method instead. */
  readonly method_overrides?: readonly (RateBuckets & { readonly method: string })[] | undefined;
}

/** What a connection, or a user, may do. */
export interface RateLimitLayer {
  readonly enabled?: boolean | undefined;
  /** Counts and reports, and allows everything. */
  readonly dry_run?: boolean | undefined;
  /** All operations together, besides their own buckets. */
  readonly total?: RateBuckets | undefined;
  /** Of each operation that has no buckets of its own. */
  readonly default?: RateBuckets | undefined;
  readonly subscribe?: ChannelRateBuckets | undefined;
  /** Counted, and never refused. */
  readonly unsubscribe?: ChannelRateBuckets | undefined;
  readonly publish?: ChannelRateBuckets | undefined;
  readonly history?: ChannelRateBuckets | undefined;
  readonly presence?: ChannelRateBuckets | undefined;
  readonly presence_stats?: ChannelRateBuckets | undefined;
  readonly refresh?: RateBuckets | undefined;
  readonly sub_refresh?: ChannelRateBuckets | undefined;
  readonly rpc?: RpcRateBuckets | undefined;
  /** *Ours.* Messages without a reply; over the limit they are dropped. */
  readonly send?: RateBuckets | undefined;
}

/** A layer that counts by user; anonymous clients are not counted. */
export interface UserRateLimitLayer extends RateLimitLayer {
  readonly connect?: RateBuckets | undefined;
}

/** Names and meaning as Centrifugo PRO documents them. */
export interface ClientRateLimits {
  /** Per connection. */
  readonly client_command?:
    | (RateLimitLayer & {
        /** A connection that goes over a limit of what is never refused is closed. */
        readonly disconnect_on_accounted_limit?: boolean | undefined;
      })
    | undefined;
  /** Per user and process. */
  readonly user_command?: UserRateLimitLayer | undefined;
  /** Per user, all Beacons together. */
  readonly redis_user_command?: UserRateLimitLayer | undefined;
  /** Error replies that a connection may cause before it is closed. */
  readonly client_error?:
    | {
        readonly enabled?: boolean | undefined;
        readonly dry_run?: boolean | undefined;
        readonly total?: RateBuckets | undefined;
      }
    | undefined;
}

/** What all clients of a process together may do in a namespace. */
export interface NamespaceRateLimit {
  readonly enabled?: boolean | undefined;
  readonly dry_run?: boolean | undefined;
  readonly total?: RateBuckets | undefined;
  readonly default?: RateBuckets | undefined;
  readonly subscribe?: RateBuckets | undefined;
  readonly publish?: RateBuckets | undefined;
  readonly history?: RateBuckets | undefined;
  readonly presence?: RateBuckets | undefined;
  readonly presence_stats?: RateBuckets | undefined;
  readonly sub_refresh?: RateBuckets | undefined;
}
