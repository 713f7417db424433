import { z } from 'zod';
import { flag, requiredDuration, special, whole } from './field.ts';

const bucket = z.strictObject({
  interval: requiredDuration('The time in which `rate` operations are allowed.', {
    minMs: 1_000,
    maxMs: 3_600_000,
  }),
  rate: special(z.int().min(1).max(1_000_000_000), {
    kind: 'number',
    doc: 'How many operations the interval allows, also all at once.',
    expects: 'a whole number from 1',
    fallback: undefined,
  }),
});

const bucketFields = {
  enabled: flag(false, 'Whether the buckets are counted.'),
  buckets: special(z.array(bucket).prefault([]), {
    kind: 'json',
    doc: 'Each operation takes a token from every bucket.',
    expects: 'a list of buckets, each with "interval" and "rate"',
    fallback: [],
  }),
};

function named(key: 'namespace_name' | 'method', doc: string) {
  const name = special(z.string().min(1), {
    kind: 'string',
    doc,
    expects: 'a string that is not empty',
    fallback: undefined,
  });
  return z.array(z.strictObject({ [key]: name, ...bucketFields })).prefault([]);
}

const plain = z.strictObject(bucketFields).optional();
const ofChannels = z
  .strictObject({
    ...bucketFields,
    namespace_overrides: named('namespace_name', 'The namespace where these buckets hold.'),
  })
  .optional();
const ofCalls = z
  .strictObject({
    ...bucketFields,
    method_overrides: named('method', 'The method for which these buckets hold.'),
  })
  .optional();

const switches = {
  enabled: flag(false, 'Whether the layer counts.'),
  dry_run: flag(false, 'Count and report, and allow everything.'),
};

const commands = {
  total: plain,
  default: plain,
  subscribe: ofChannels,
  unsubscribe: ofChannels,
  publish: ofChannels,
  history: ofChannels,
  presence: ofChannels,
  presence_stats: ofChannels,
  refresh: plain,
  sub_refresh: ofChannels,
  rpc: ofCalls,
  send: plain,
};

const { total: _total, unsubscribe: _unsubscribe, ...overRedis } = commands;

function layer<Shape extends z.core.$ZodLooseShape>(shape: Shape, doc: string) {
  return special(z.strictObject(shape).prefault({} as never), {
    kind: 'json',
    doc: `${doc} See [limits](beacon/limits.md).`,
    expects:
      'an object with "enabled" and, for operations, {"enabled": true, "buckets": [{"interval": "1s", "rate": 10}]}',
    fallback: {},
  });
}

/** `client.rate_limit`: names as Centrifugo PRO documents them. */
export const clientRateLimits = {
  client_command: layer(
    {
      ...switches,
      disconnect_on_accounted_limit: flag(
        false,
        'Close a connection that goes over a limit of what is counted and never refused.',
      ),
      ...commands,
    },
    'How much one connection may do.',
  ),
  user_command: layer(
    { ...switches, ...commands, connect: plain },
    'How much the connections of one user to one process may do together.',
  ),
  redis_user_command: layer(
    { ...switches, ...overRedis, connect: plain },
    'How much the connections of one user may do together, on all Beacons.',
  ),
  client_error: layer(
    { ...switches, total: plain },
    'How many error replies a connection may cause before it is closed.',
  ),
};

/** `rate_limit` of a namespace. */
export const namespaceRateLimit = special(
  z
    .strictObject({
      ...switches,
      total: plain,
      default: plain,
      subscribe: plain,
      publish: plain,
      history: plain,
      presence: plain,
      presence_stats: plain,
      sub_refresh: plain,
    })
    .optional(),
  {
    kind: 'json',
    doc: 'Belfry: how much all clients of one process together may do on the channels of the namespace. See [limits](beacon/limits.md).',
    expects:
      'an object with "enabled" and, for operations, {"enabled": true, "buckets": [{"interval": "1s", "rate": 1000}]}',
    fallback: undefined,
  },
);

/** So many a minute, and at once. */
export function perMinute(fallback: number, of: string) {
  return {
    per_minute: whole(
      fallback,
      [1, 1_000_000],
      `How many ${of} a minute are allowed in the long run.`,
    ),
    burst: whole(fallback, [1, 1_000_000], `How many ${of} are allowed at once.`),
  };
}
