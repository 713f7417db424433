/** The configurations that scenarios run with. Each is a config file of Centrifugo v6, and the same file for every target. */
import type { JsonObject } from '../json.ts';
import { publicPem } from './keys.ts';
import { permissionNamespaces } from './permission-namespaces.ts';

export const SECRET = 'a-secret-for-the-interop-run-that-is-long-enough';
export const API_KEY = 'an-api-key-for-the-interop-run-0123456789';

/**
 * - `main`: most scenarios
 * - `brisk`: short pings, checks and limits
 * - `guests`: anonymous clients, and users have channels of their own
 * - `proxied`: a backend is asked for everything
 * - `keys`, `jwks`: tokens are signed with private keys; the public ones are in the config, or fetched
 * - `strict`: no anonymous tokens, few connections
 * - `audience`: tokens are for somebody, and of somebody
 * - `options`: a namespace for every option that the others do not have
 * - `small`: little is read, recovered and taken
 */
export type ProfileName =
  | 'main'
  | 'brisk'
  | 'guests'
  | 'proxied'
  | 'keys'
  | 'jwks'
  | 'strict'
  | 'audience'
  | 'options'
  | 'small';

const open = {
  allow_subscribe_for_client: true,
  allow_publish_for_subscriber: true,
  allow_history_for_subscriber: true,
  allow_presence_for_subscriber: true,
};
const kept = { history_size: 10, history_ttl: '300s' };

const namespaces = [
  { name: 'plain', ...open },
  { name: 'chat', ...open, ...kept, presence: true, join_leave: true, force_push_join_leave: true },
  { name: 'asked', ...open, presence: true, join_leave: true },
  { name: 'stream', ...open, ...kept, force_recovery: true, history_size: 5 },
  {
    name: 'brief',
    ...open,
    history_size: 5,
    history_ttl: '1s',
    history_meta_ttl: '1s',
    force_recovery: true,
  },
  { name: 'wish', ...open, ...kept, allow_recovery: true, allow_positioning: true },
  { name: 'placed', ...open, ...kept, force_positioning: true },
  { name: 'cache', ...open, ...kept, force_recovery: true, force_recovery_mode: 'cache' },
  {
    name: 'delta',
    ...open,
    ...kept,
    force_recovery: true,
    allowed_delta_types: ['fossil'],
    delta_publish: true,
  },
  { name: 'tags', ...open, ...kept, allow_tags_filter: true },
  { name: 'tagstream', ...open, ...kept, force_recovery: true, allow_tags_filter: true },
  {
    name: 'tagcache',
    ...open,
    ...kept,
    force_recovery: true,
    force_recovery_mode: 'cache',
    allow_tags_filter: true,
  },
  { name: 'closed' },
  { name: 'bare', allow_subscribe_for_client: true },
  {
    name: 'anyone',
    ...kept,
    presence: true,
    allow_publish_for_client: true,
    allow_history_for_client: true,
    allow_presence_for_client: true,
  },
  { name: 'dialog', ...open, allow_user_limited_channels: true },
  { name: 'named', ...open, channel_regex: '^[a-z]+-[a-z0-9]+$' },
  { name: 'json', ...open, publication_data_format: 'json' },
  { name: 'binary', ...open, publication_data_format: 'binary' },
  {
    name: 'guest',
    allow_subscribe_for_anonymous: true,
    allow_publish_for_anonymous: true,
    allow_subscribe_for_client: true,
  },
];

const optionNamespaces: readonly JsonObject[] = [
  ...permissionNamespaces,
  { name: 'trimmed', ...kept, history_size: 3 },
  { name: 'passing', history_size: 5, history_ttl: '1s' },
  {
    name: 'latest',
    ...open,
    ...kept,
    force_recovery: true,
    force_recovery_mode: 'cache',
    auto_cache_recover: true,
  },
  { name: 'patched', ...open, ...kept, force_positioning: true, allowed_delta_types: ['fossil'] },
  { name: 'long', ...open, ...kept, history_size: 100, force_recovery: true },
];

const token = { hmac_secret_key: SECRET };

function base(client: JsonObject, channels: readonly JsonObject[]): JsonObject {
  return {
    http_server: { address: '127.0.0.1', port: 8000 },
    log: { level: 'error' },
    usage_stats: { disabled: true },
    health: { enabled: true },
    prometheus: { enabled: true },
    http_api: { key: API_KEY },
    sse: { enabled: true },
    http_stream: { enabled: true },
    uni_websocket: { enabled: true },
    uni_sse: { enabled: true },
    uni_http_stream: { enabled: true },
    client: { allowed_origins: ['https://app.example.com'], token, ...client },
    channel: {
      without_namespace: { ...open, presence: true },
      namespaces: channels,
    },
    rpc: { ping: { enabled: true } },
  };
}

/** Of statuses that are not 200. */
const transforms = [
  { status_code: 404, to_error: { code: 1404, message: 'not there', temporary: false } },
  { status_code: 403, to_disconnect: { code: 4503, reason: 'forbidden' } },
];

function proxied(backend: string): JsonObject {
  const proxy = (path: string): JsonObject => ({
    endpoint: `${backend}${path}`,
    timeout: '10s',
    http: { status_to_code_transforms: transforms },
  });
  const named = (name: string, path: string, more: JsonObject): JsonObject => ({
    name,
    endpoint: `${backend}${path}`,
    timeout: '10s',
    ...more,
  });
  const config = base({}, [
    { name: 'asked', ...open, subscribe_proxy_enabled: true, allow_subscribe_for_client: false },
    { name: 'checked', ...open, publish_proxy_enabled: true, allow_publish_for_subscriber: false },
    {
      name: 'kept',
      ...open,
      ...kept,
      presence: true,
      join_leave: true,
      publish_proxy_enabled: true,
    },
    { name: 'cached', ...kept, force_recovery: true, force_recovery_mode: 'cache' },
    {
      name: 'expiring',
      subscribe_proxy_enabled: true,
      sub_refresh_proxy_enabled: true,
      sub_refresh_proxy_name: 'named_sub_refresh',
    },
    {
      name: 'binary',
      ...open,
      subscribe_proxy_enabled: true,
      subscribe_proxy_name: 'binary_subscribe',
      publish_proxy_enabled: true,
      publish_proxy_name: 'binary_publish',
    },
    {
      name: 'hasty',
      subscribe_proxy_enabled: true,
      subscribe_proxy_name: 'hasty_subscribe',
      publish_proxy_enabled: true,
      publish_proxy_name: 'hasty_publish',
    },
  ]);
  const binary = { binary_encoding: true, include_connection_meta: true };
  return {
    ...config,
    proxies: [
      named('binary_subscribe', '/binary/subscribe', binary),
      named('binary_publish', '/binary/publish', binary),
      named('binary_rpc', '/binary/rpc', binary),
      named('named_sub_refresh', '/sub_refresh', {}),
      named('hasty_subscribe', '/subscribe', { timeout: '300ms' }),
      named('hasty_publish', '/publish', { timeout: '300ms' }),
      named('hasty_rpc', '/rpc', { timeout: '300ms' }),
    ],
    client: {
      ...(config['client'] as JsonObject),
      expired_close_delay: '5s',
      // How often Centrifugo looks for subscriptions that have expired, and how late it asks.
      presence_update_interval: '1s',
      expired_sub_close_delay: '1s',
      proxy: {
        connect: {
          enabled: true,
          ...proxy('/connect'),
          http_headers: ['X-Trace'],
          emulated_headers: ['X-Emulated'],
          http: {
            static_headers: { 'X-Backend-Secret': 's3cret' },
            status_to_code_transforms: transforms,
          },
        },
        refresh: { enabled: true, ...proxy('/refresh') },
      },
    },
    channel: {
      ...(config['channel'] as JsonObject),
      proxy: {
        subscribe: { ...proxy('/subscribe'), include_connection_meta: true },
        publish: proxy('/publish'),
      },
    },
    rpc: {
      ping: { enabled: true },
      proxy: proxy('/rpc'),
      without_namespace: { proxy_enabled: true },
      namespaces: [
        { name: 'binary', proxy_enabled: true, proxy_name: 'binary_rpc' },
        { name: 'hasty', proxy_enabled: true, proxy_name: 'hasty_rpc' },
        { name: 'closed' },
      ],
    },
  };
}

export function profile(name: ProfileName, backend: string): JsonObject {
  switch (name) {
    case 'main':
      return base(
        // The interval is how often Centrifugo looks for subscriptions that have expired.
        {
          expired_close_delay: '1s',
          expired_sub_close_delay: '1s',
          presence_update_interval: '1s',
        },
        namespaces,
      );
    case 'brisk':
      return base(
        {
          ping_interval: '2s',
          pong_timeout: '1s',
          stale_close_delay: '1s',
          channel_limit: 2,
          user_connection_limit: 2,
          channel_position_check_delay: '1s',
          presence_update_interval: '1s',
        },
        namespaces,
      );
    case 'guests':
      return base(
        {
          allow_anonymous_connect_without_token: true,
          subscribe_to_user_personal_channel: {
            enabled: true,
            personal_channel_namespace: 'personal',
          },
        },
        [...namespaces, { name: 'personal', allow_user_limited_channels: true }],
      );
    case 'proxied':
      return proxied(backend);
    case 'keys':
      return base(
        { token: { rsa_public_key: publicPem('RS256'), ecdsa_public_key: publicPem('ES256') } },
        namespaces,
      );
    case 'jwks':
      return base({ token: { jwks_public_endpoint: `${backend}/keys` } }, namespaces);
    case 'strict':
      return base(
        {
          disallow_anonymous_connection_tokens: true,
          connection_limit: 2,
          connect_include_server_time: true,
        },
        namespaces,
      );
    case 'audience':
      return base({ token: { ...token, audience: 'us', issuer: 'them' } }, namespaces);
    case 'options':
      return base({}, optionNamespaces);
    case 'small': {
      const client = { history_max_publication_limit: 2, recovery_max_publication_limit: 2 };
      const config = base(client, optionNamespaces);
      const body = { enabled: true, max_request_body_size: 512 };
      return {
        ...config,
        channel: { ...(config['channel'] as JsonObject), max_length: 30 },
        sse: body,
        http_stream: body,
        uni_sse: body,
      };
    }
  }
}
