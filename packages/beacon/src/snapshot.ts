import type { ProxyFigures } from './proxy/proxy-meter.ts';

/** The figures of a Beacon, for metrics and health. Counters only grow while it lives. */
export interface BeaconSnapshot {
  readonly counters: Readonly<Record<CounterName, number>>;
  readonly gauges: Readonly<Record<GaugeName, number>>;
  /** Counters by command, reply error code, disconnect code and unsubscribe code. */
  readonly commands: Readonly<Record<string, number>>;
  readonly replyErrors: Readonly<Record<number, number>>;
  readonly disconnects: Readonly<Record<number, number>>;
  readonly unsubscribes: Readonly<Record<number, number>>;
  /** Operations over a rate limit, by layer; `rateDryRuns`: those that were let through. */
  readonly rateLimited: Readonly<Record<string, number>>;
  readonly rateDryRuns: Readonly<Record<string, number>>;
  /** Refused connections by why: the option, or the HTTP status. */
  readonly refusals: Readonly<Record<string, number>>;
  /** By `<use>/<name>`. */
  readonly proxies: Readonly<Record<string, ProxyFigures>>;
}

/** `bytes_*` count what clients sent in messages and request bodies, and frames and stream bodies out. */
export type CounterName =
  | 'connections_opened'
  | 'connections_refused'
  | 'messages_received'
  | 'bytes_received'
  | 'replies_sent'
  | 'pushes_sent'
  | 'bytes_sent'
  | 'publications_received'
  | 'recoveries_succeeded'
  | 'recoveries_failed'
  | 'position_losses'
  | 'presence_renewals'
  | 'presence_failures'
  | 'store_errors'
  | 'read_pauses'
  | 'publications_filtered'
  | 'publications_conflated'
  | 'patches_sent'
  | 'key_failures'
  | 'rate_limit_failures'
  | 'bus_messages_sent'
  | 'bus_messages_received'
  | 'bus_failures'
  | 'bus_ignored'
  | 'bus_unanswered'
  | 'emulation_requests'
  | 'emulation_forwarded'
  | 'emulation_failures'
  | 'hooks_sent'
  | 'hooks_retried'
  | 'hooks_lost'
  | 'hooks_dropped';

export type GaugeName =
  | 'connections'
  | 'users'
  | 'channels'
  | 'subscriptions'
  | 'nodes'
  | 'hooks_waiting';
