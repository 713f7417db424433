import type { BeaconConfig, ClientConfig } from './config.ts';
import { parseDuration } from './core/duration.ts';
import type { SessionLimits } from './core/session.ts';
import { wsSettings, type WsSettings } from './ws/ws-settings.ts';

/** For how long a position lives that nobody but subscribers asked for: whoever subscribes to names at random must not fill the store. */
const ASKED_POSITION_MS = 600_000;

/** The longest that a timer of Node waits; after a longer time it would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** What the configuration says, checked and with its defaults; times in ms, sizes in bytes. */
export interface BeaconSettings {
  readonly webSocket: WsSettings;
  readonly allowedOrigins: readonly string[];
  readonly queueMaxSize: number;
  readonly conflateQueueSize: number;
  readonly connectionLimit: number;
  readonly connectionRateLimit: number;
  readonly totalConnectionLimit: number;
  readonly positionCheckMs: number;
  /** 0: it does not matter. */
  readonly maxLagMs: number;
  readonly rpcTimeoutMs: number;
  readonly limits: SessionLimits;
}

/** @throws TypeError naming the option that is not what it must be */
export function beaconSettings(config: BeaconConfig): BeaconSettings {
  const client = config.client ?? {};
  const span = (value: string | undefined, field: string, fallback: string): number =>
    parseDuration(value ?? fallback, `client.${field}`);
  const timer = (value: string | undefined, field: string, fallback: string): number =>
    Math.min(span(value, field, fallback), MAX_TIMER_MS);
  const pingIntervalMs = span(client.ping_interval, 'ping_interval', '25s');
  const pongTimeoutMs = span(client.pong_timeout, 'pong_timeout', '8s');
  if (pingIntervalMs > 0 && pongTimeoutMs >= pingIntervalMs) {
    throw new TypeError(
      `client.pong_timeout (${pongTimeoutMs} ms) must be below client.ping_interval (${pingIntervalMs} ms)`,
    );
  }
  const positionCheckMs = span(
    client.channel_position_check_delay,
    'channel_position_check_delay',
    '40s',
  );
  const queueMaxSize = client.queue_max_size ?? 1_048_576;
  // A connection that is full is closed: what is to be kept from it must be kept well before.
  const conflateQueueSize = Math.min(
    client.conflate_queue_size ?? 65_536,
    Math.floor(queueMaxSize / 2),
  );
  return {
    webSocket: wsSettings(config.websocket ?? {}, 'websocket'),
    allowedOrigins: client.allowed_origins ?? [],
    queueMaxSize,
    conflateQueueSize,
    connectionLimit: client.connection_limit ?? 0,
    connectionRateLimit: client.connection_rate_limit ?? 0,
    totalConnectionLimit: client.total_connection_limit ?? 0,
    positionCheckMs,
    maxLagMs: span(client.channel_position_max_time_lag, 'channel_position_max_time_lag', '0s'),
    rpcTimeoutMs: timer(client.rpc_timeout, 'rpc_timeout', '15s'),
    limits: {
      pingIntervalMs,
      pongTimeoutMs,
      staleCloseMs: timer(client.stale_close_delay, 'stale_close_delay', '10s'),
      expiredCloseMs: span(client.expired_close_delay, 'expired_close_delay', '25s'),
      expiredSubCloseMs: span(client.expired_sub_close_delay, 'expired_sub_close_delay', '25s'),
      channelLimit: client.channel_limit ?? 128,
      loadLimit: queueMaxSize,
      userConnectionLimit: client.user_connection_limit ?? 0,
      historyLimit: client.history_max_publication_limit ?? 300,
      recoveryLimit: client.recovery_max_publication_limit ?? 300,
      askedPositionMs: askedPositionMs(positionCheckMs),
      allowAnonymous: client.allow_anonymous_connect_without_token ?? false,
      disallowAnonymousTokens: client.disallow_anonymous_connection_tokens ?? false,
      insecure: client.insecure ?? false,
      singleConnection: isSingle(client.subscribe_to_user_personal_channel),
      tellsTime: client.connect_include_server_time ?? false,
      personalPrefix: personalPrefix(client.subscribe_to_user_personal_channel),
    },
  };
}

function isSingle(config: ClientConfig['subscribe_to_user_personal_channel']): boolean {
  return config?.enabled === true && config.single_connection === true;
}

function personalPrefix(config: ClientConfig['subscribe_to_user_personal_channel']): string | null {
  if (config?.enabled !== true) return null;
  const namespace = config.personal_channel_namespace ?? '';
  return namespace === '' ? '#' : `${namespace}:#`;
}

/** The check renews it: it must come twice at least. Without a check nothing but the channel's own time keeps it. */
function askedPositionMs(positionCheckMs: number): number {
  return positionCheckMs === 0
    ? Number.POSITIVE_INFINITY
    : Math.max(ASKED_POSITION_MS, 2 * positionCheckMs);
}
