import type { AnyActorDefinition } from '@belfry/actors';
import { z } from 'zod';
import { adminSchema } from './admin-schema.ts';
import { centrifugoSchema } from './centrifugo-schema.ts';
import { clientSchema } from './client-schema.ts';
import { fleetSchema } from './fleet-schema.ts';
import {
  duration,
  flag,
  group,
  oneOf,
  optionalDuration,
  optionalText,
  someOf,
  special,
  text,
  whole,
} from './field.ts';
import { httpSchemas } from './http-schema.ts';
import {
  namespacesSchema,
  publicationDataFormat,
  withoutNamespaceSchema,
} from './namespace-schema.ts';
import { proxiesSchema, proxy, rpcSchema } from './proxy-schema.ts';
import { perMinute } from './rate-limit-schema.ts';
import { transportSchemas } from './transport-schema.ts';

/** What a process can be. */
export const ROLES = ['beacon', 'worker', 'ticker', 'sentinel'] as const;
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

const channel = group({
  proxy: group({
    subscribe: proxy(),
    publish: proxy(),
    sub_refresh: proxy(),
    unsubscribe: proxy(),
  }),
  publication_data_format: publicationDataFormat(
    'What may be published where the namespace says nothing.',
  ),
  max_length: whole(255, [1, 1_024], 'The longest channel name, in characters.'),
  history_meta_ttl: duration(
    '720h',
    'For how long the offset of a channel outlives its last publication.',
    { minMs: 1_000 },
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
    doc: 'What this process does. `beacon`: clients connect to it. `worker`: it runs the turns that messages want, `ticker`: those that ticks want; each runs the other’s too when they are late, or at once where nobody else does. `sentinel`, only with `fleet.enabled`: it answers the API of the fleet, and runs turns as `worker` and `ticker` do. Fewer than all need `redis.url`, which the processes share. Default: all that there is to do.',
    flag: 'role',
  }),
  beacon: oneOf(['belfry', 'centrifugo'], 'belfry', {
    doc: 'Where clients connect. `centrifugo`: to a Centrifugo v6, or anything with its API and proxies; workers publish through the API (`centrifugo.api_url`) and are reached through the proxies. The same in every process that has the role `worker` or `ticker`.',
    flag: 'beacon',
  }),
  centrifugo: centrifugoSchema,
  actors: special(actorsSchema, {
    kind: 'list',
    doc: 'The actors to run: paths of modules or names of packages that export definitions; in a TypeScript config the definitions themselves.',
    expects: 'a list of module paths (or, in TypeScript, of actor definitions)',
    fallback: [],
    flag: 'actors',
    isPath: true,
  }),
  processes: whole(1, [1, 256], {
    doc: 'How many processes share the port of this host. More than one need `redis.url`.',
    flag: 'processes',
  }),
  node: group({
    name: optionalText(
      "What the server API and the portal call this process. Default: the host's name and the process id.",
    ),
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
  ...httpSchemas,
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
    rate_limit: group(perMinute(120, 'tokens per client address')),
  }),
  rooms: group({
    rate_limit: group(perMinute(60, 'calls of `createRoom` per user')),
  }),
  portal: group({
    enabled: flag(false, 'Serve the portal, a page to play and to look around.', {
      flag: 'portal',
    }),
    dir: optionalText('Where the built portal is. Default: what comes with Belfry.', {
      isPath: true,
    }),
  }),
  admin: adminSchema,
  random: group({
    secret: optionalText(
      "The seed of the actors' `ctx.random()`; who knows it can foretell their dice. All processes need the same one. Generated into the data directory like the token secret.",
      { secret: true },
    ),
  }),
  ...transportSchemas,
  client: clientSchema,
  channel,
  rpc: rpcSchema,
  proxies: proxiesSchema,
  fleet: fleetSchema,
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
    min_active: whole(
      64,
      [1, 1_000_000],
      'While the store is slow to answer fewer are taken, but at the least so many at a time.',
    ),
    max_held: whole(20_000, [0, 1_000_000], 'The most actors that are kept for their next tick.'),
  }),
  shutdown: group({
    notice: duration(
      '0s',
      'Belfry: for how long `/health` says 503 before anything else happens, so that load balancers send nobody here any more. Clients are served meanwhile. Comes on top of `shutdown.timeout`.',
    ),
    timeout: duration('4s', 'How long a stop may take to finish turns and to give leases back.'),
    spread: optionalDuration(
      'Belfry: over how long clients are sent away, so that they do not come to another Beacon all at once. Must be shorter than `shutdown.timeout`. Default: 15% of it.',
      { minMs: 1 },
    ),
  }),
});

/** A config as it is written: every field optional, durations as text. */
export type BelfryConfig = z.input<typeof configSchema>;

/** A config that has been checked: every field there, durations in milliseconds. */
export type ResolvedConfig = z.output<typeof configSchema>;
