import type { AnyActorDefinition } from '@belfry/actors';
import { z } from 'zod';
import {
  duration,
  flag,
  group,
  oneOf,
  optionalText,
  someOf,
  special,
  text,
  texts,
  whole,
} from './field.ts';
import { namespacesSchema, withoutNamespaceSchema } from './namespace-schema.ts';

/** What a process can be. */
export const ROLES = ['beacon', 'worker', 'ticker'] as const;
export type Role = (typeof ROLES)[number];

const MANY = Number.MAX_SAFE_INTEGER;

function isDefinition(value: unknown): value is AnyActorDefinition {
  return typeof value === 'object' && value !== null && 'kind' in value && 'spec' in value;
}

const actorsSchema = z
  .array(
    z.union([
      z.string().min(1),
      z.custom<AnyActorDefinition>(isDefinition, 'not an actor definition'),
    ]),
  )
  .default([]);

// The store's driver says more about one that looks right and is not.
const redisUrl = z.string().regex(/^rediss?(\+cluster)?:\/\/\S+$/);

function rateLimit(perMinute: number, burst: number, of: string) {
  return group({
    per_minute: whole(
      perMinute,
      [1, 1_000_000],
      `How many ${of} a minute are allowed in the long run.`,
    ),
    burst: whole(burst, [1, 1_000_000], `How many ${of} are allowed at once.`),
  });
}

function tokenFields() {
  return {
    rsa_public_key: optionalText('A PEM public key for tokens of RS256, RS384 and RS512.'),
    ecdsa_public_key: optionalText('A PEM public key for tokens of ES256, ES384 and ES512.'),
    eddsa_public_key: optionalText('Belfry: a PEM public key for tokens of EdDSA.'),
    audience: optionalText('If set, tokens must have it as `aud`.'),
    issuer: optionalText('If set, tokens must have it as `iss`.'),
    user_id_claim: optionalText('The claim that names the user. Default: `sub`.'),
  };
}

const client = group({
  allowed_origins: texts(
    [],
    "Origins of web pages that may connect besides those of the server's own host, e.g. `https://game.example.com`; `*` is any text.",
  ),
  token: group({
    hmac_secret_key: optionalText(
      'The secret that connection tokens (HS256, HS384, HS512) are signed with. All processes of a deployment need the same one. Generated into the data directory in development.',
      { secret: true },
    ),
    ...tokenFields(),
  }),
  subscription_token: group({
    enabled: flag(
      false,
      'Verify subscription tokens with keys of their own instead of those of `client.token`.',
    ),
    hmac_secret_key: optionalText('The secret that subscription tokens are signed with.', {
      secret: true,
    }),
    ...tokenFields(),
  }),
  disallow_anonymous_connection_tokens: flag(false, 'Refuse connection tokens without a user.'),
  insecure: flag(
    false,
    'Development only: anybody may connect without a token and do whatever a channel can do.',
  ),
  allow_anonymous_connect_without_token: flag(
    false,
    'Let clients connect without a token, as the user `""`.',
  ),
  ping_interval: duration('25s', 'How often a connection is pinged.', { minMs: 1_000 }),
  pong_timeout: duration('8s', 'How long the answer to a ping may take.', { minMs: 100 }),
  stale_close_delay: duration('15s', 'How long a connection may take to send its first command.', {
    minMs: 100,
  }),
  expired_close_delay: duration(
    '25s',
    'How long a connection may go on after its token has expired.',
  ),
  expired_sub_close_delay: duration(
    '25s',
    'How long a subscription may go on after its token has expired.',
  ),
  presence_update_interval: duration(
    '27s',
    'How often the presence of a connection is renewed in the store, where the namespace says nothing else.',
    { minMs: 100 },
  ),
  channel_position_check_delay: duration(
    '40s',
    "How often positions are compared with the store's.",
    {
      minMs: 100,
    },
  ),
  channel_limit: whole(128, [1, 100_000], 'The most channels of one connection.'),
  user_connection_limit: whole(
    0,
    [0, MANY],
    'The most connections of one user to one Beacon; 0: any number.',
  ),
  connection_limit: whole(0, [0, MANY], 'The most connections to one Beacon; 0: any number.'),
  queue_max_size: whole(
    1_048_576,
    [1_024, MANY],
    'The most bytes that may wait for a slow client before it is disconnected.',
  ),
  history_max_publication_limit: whole(
    300,
    [1, 100_000],
    'The most publications that one history request returns.',
  ),
  recovery_max_publication_limit: whole(
    300,
    [1, 100_000],
    'The most publications that are recovered on a subscribe.',
  ),
  rpc_timeout: duration('15s', 'Belfry: how long a call may take.', { minMs: 100 }),
});

const channel = group({
  max_length: whole(255, [1, 1_024], 'The longest channel name, in characters.'),
  history_meta_ttl: duration(
    '720h',
    'For how long the offset of a channel outlives its last publication.',
    {
      minMs: 1_000,
    },
  ),
  without_namespace: withoutNamespaceSchema,
  namespaces: namespacesSchema,
});

/** The config. Every field is optional in a file. */
export const configSchema = z.strictObject({
  environment: oneOf(['development', 'production'], 'development', {
    doc: 'In `production` the secrets must be given, and none may be short or a well-known word. `NODE_ENV=production` sets it too.',
  }),
  roles: someOf(ROLES, {
    doc: 'What this process does. Fewer than all need `redis.url`, which the processes share.',
    flag: 'role',
  }),
  actors: special(actorsSchema, {
    kind: 'list',
    doc: 'The actors to run: paths of modules or names of packages that export definitions; in a TypeScript config the definitions themselves.',
    expects: 'a list of module paths (or, in TypeScript, of actor definitions)',
    fallback: [],
    flag: 'actors',
    isPath: true,
  }),
  data_dir: text('.belfry', 'Where the embedded store and the generated secrets are kept.', {
    flag: 'data-dir',
    isPath: true,
    expects: 'the path of a directory',
  }),
  redis: group({
    url: optionalText('Use Redis (7.0 or newer) or Valkey instead of the embedded store.', {
      flag: 'redis',
      secret: 'url',
      shape: redisUrl,
      expects:
        'a URL such as "redis://localhost:6379", "rediss://user:password@host:6380/0" or, for a Cluster, "redis+cluster://host:7000"',
    }),
    prefix: special(
      z
        .string()
        .regex(/^[A-Za-z0-9_.:-]{1,64}$/)
        .default('belfry'),
      {
        kind: 'string',
        doc: 'What the names of all keys begin with. Deployments with different prefixes can share a server.',
        expects: '1 to 64 letters, digits, "_", "-", "." and ":"',
        fallback: 'belfry',
      },
    ),
    connect_timeout: duration('30s', 'How long a start waits for Redis before it gives up.'),
  }),
  store: group({
    partitions: whole(
      64,
      [1, 4_096],
      'Into how many partitions the data is divided. Fixed once there is data.',
    ),
    dedup_window: duration('300s', 'For how long the id of a message is remembered.', {
      minMs: 1_000,
    }),
    timeout: duration('5s', 'How long one operation may take.', { minMs: 10 }),
    max_queued_bytes: whole(
      67_108_864,
      [65_536, MANY],
      'The most bytes of work that may wait for the store before calls are refused.',
    ),
  }),
  http_server: group({
    address: text('127.0.0.1', 'The address to listen on; `0.0.0.0` or `::` for all.', {
      flag: 'address',
    }),
    port: whole(8_000, [0, 65_535], {
      doc: 'The port to listen on; 0: any free one. A process without the role `beacon` listens only when its flag or environment gives a port, and then serves `/health` and `/metrics` only.',
      flag: 'port',
      env: 'PORT',
    }),
    client_ip_header: optionalText(
      'The header in which a reverse proxy passes on the address of the client, e.g. `x-real-ip`. Set it only behind a proxy that always sets it.',
    ),
  }),
  health: group({ enabled: flag(true, 'Serve `/health`.') }),
  prometheus: group({ enabled: flag(true, 'Serve `/metrics`.') }),
  log: group({
    level: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info', {
      doc: 'The least severe messages to log.',
      flag: 'log-level',
    }),
    format: oneOf(['auto', 'pretty', 'json'], 'auto', {
      doc: '`auto`: `pretty` on a terminal, else `json`.',
    }),
  }),
  guests: group({
    enabled: flag(
      false,
      'Serve `POST /auth/guest`, which gives anybody a token for a random user name.',
      {
        flag: 'guests',
      },
    ),
    token_ttl: duration('24h', 'How long such a token is good for.', { minMs: 1_000 }),
    rate_limit: rateLimit(120, 120, 'tokens per client address'),
  }),
  rooms: group({
    rate_limit: rateLimit(60, 60, 'calls of `createRoom` per user'),
  }),
  portal: group({
    enabled: flag(false, 'Serve the portal, a page to play and to look around.', {
      flag: 'portal',
    }),
    dir: optionalText('Where the built portal is. Default: what comes with Belfry.', {
      isPath: true,
    }),
  }),
  admin: group({
    secret: optionalText(
      'What `belfry actors` and `belfry channels` show to the running server. Generated into the data directory, with the embedded store in production too.',
      { secret: true },
    ),
  }),
  random: group({
    secret: optionalText(
      "The seed of the actors' `ctx.random()`; who knows it can foretell their dice. All processes need the same one. Generated into the data directory like the token secret.",
      { secret: true },
    ),
  }),
  websocket: group({
    handler_prefix: text('/connection/websocket', 'The path that WebSocket clients connect to.'),
    message_size_limit: whole(
      65_536,
      [256, 16_777_216],
      'The most bytes of one message from a client.',
    ),
  }),
  client,
  channel,
  runner: group({
    lease: duration(
      '3s',
      'How long a worker may hold an actor without renewing; so long the actors of a process that died wait.',
      { minMs: 100 },
    ),
    heartbeat_interval: duration('250ms', 'How often a worker says that it is alive.', {
      minMs: 10,
    }),
    member_ttl: duration('1s', 'For how long it counts as alive without that.', { minMs: 20 }),
    hold: duration(
      '1s',
      'A tick due within this time keeps the actor where it is; `0`: actors are given back after every turn.',
    ),
    grace: duration(
      '500ms',
      'How long after a tick that did not come another process takes the actor over.',
      {
        minMs: 10,
      },
    ),
    sweep_interval: duration(
      '5s',
      'How often a worker looks everywhere for what nobody else took.',
      {
        minMs: 10,
      },
    ),
    sweep_overdue: duration('500ms', 'How overdue it must be for that.'),
    max_messages: whole(256, [1, 10_000], 'The most messages of one actor in one turn.'),
    max_active: whole(
      1_024,
      [1, 1_000_000],
      'The most actors with a turn to run; past it nothing more is taken.',
    ),
    max_held: whole(20_000, [0, 1_000_000], 'The most actors that are kept for their next tick.'),
  }),
  shutdown: group({
    timeout: duration('4s', 'How long a stop may take to finish turns and to give leases back.'),
  }),
});

/** A config as it is written: every field optional, durations as text. */
export type BelfryConfig = z.input<typeof configSchema>;

/** A config that has been checked: every field there, durations in milliseconds. */
export type ResolvedConfig = z.output<typeof configSchema>;
