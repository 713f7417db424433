import { z } from 'zod';
import {
  duration,
  fields,
  flag,
  oneOf,
  optionalDuration,
  optionalText,
  special,
  text,
  whole,
} from './field.ts';
import { namespaceRateLimit } from './rate-limit-schema.ts';

const NAME = /^[-a-zA-Z0-9_.]{2,}$/;

const regex = z.string().refine((source) => {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch {
    return false;
  }
});

/** What may be published on a channel. */
export function publicationDataFormat(doc: string) {
  return oneOf(['', 'json', 'json_object', 'binary'], '', {
    doc: `${doc} \`json\`: JSON; \`json_object\`: a JSON object; \`binary\`: any bytes, also none; \`""\`: whatever is not empty.`,
  });
}

const deltaTypes = z.array(z.enum(['fossil'])).default([]);

function proxyOptions(of: string, otherwise: string) {
  return {
    enabled: flag(false, of),
    name: text('default', `Which: one of \`proxies\`, or \`default\` for \`${otherwise}\`.`),
  };
}

const subscribeProxy = proxyOptions(
  'Ask a proxy whether a client may subscribe.',
  'channel.proxy.subscribe',
);
const publishProxy = proxyOptions(
  'Ask a proxy whether a client may publish, and what.',
  'channel.proxy.publish',
);
const subRefreshProxy = proxyOptions(
  'Ask a proxy whether a subscription that expires may go on.',
  'channel.proxy.sub_refresh',
);
const unsubscribeProxy = proxyOptions(
  'Belfry: tell a proxy of every subscription that ends.',
  'channel.proxy.unsubscribe',
);

/** What channels of a namespace may do and keep; named as in Centrifugo v6 where it has the option. */
export const channelOptions = {
  presence: flag(false, 'Keep who is subscribed.'),
  join_leave: flag(false, 'Tell subscribers who comes and goes.'),
  force_push_join_leave: flag(
    false,
    'Push joins and leaves to every subscriber, also to those that did not ask for them.',
  ),
  history_size: whole(0, [0, 1_000_000], 'How many publications are kept; 0: none.'),
  history_ttl: duration('0s', 'For how long after the last publication they are kept.'),
  history_meta_ttl: optionalDuration(
    'For how long the offset outlives the last publication. Default: `channel.history_meta_ttl`.',
    { minMs: 1_000 },
  ),
  allow_positioning: flag(false, 'Let clients ask for a check of their position.'),
  force_positioning: flag(false, 'Check the position of every subscriber.'),
  allow_recovery: flag(false, 'Let clients ask for what they missed.'),
  force_recovery: flag(false, 'Recover every subscriber from history.'),
  force_recovery_mode: oneOf(['stream', 'cache', ''], 'stream', {
    doc: '`stream` or `""`: everything missed, or nothing. `cache`: the latest publication only.',
  }),
  auto_cache_recover: flag(
    false,
    'With `force_recovery` and the mode `cache`: every subscription begins with the latest publication, also of clients that do not ask for it.',
  ),
  allowed_delta_types: special(deltaTypes, {
    kind: 'list',
    doc: 'The kinds of deltas that subscribers may ask for: `fossil`.',
    expects: 'a list of "fossil", or an empty one',
    fallback: [],
  }),
  delta_publish: flag(
    false,
    'Keep what deltas are made from for every publication, not for those only whose publisher asks for it.',
  ),
  allow_tags_filter: flag(
    false,
    'Let subscribers ask for those publications only whose tags match a filter.',
  ),
  publication_data_format: publicationDataFormat(
    'What may be published. Default: `channel.publication_data_format`.',
  ),
  allow_subscribe_for_client: flag(
    false,
    'Any user may subscribe without a token for the channel.',
  ),
  allow_subscribe_for_anonymous: flag(false, 'So may connections without a user.'),
  allow_publish_for_client: flag(false, 'Any user may publish.'),
  allow_publish_for_subscriber: flag(false, 'Who is subscribed may publish.'),
  allow_publish_for_anonymous: flag(false, 'Connections without a user may publish.'),
  allow_history_for_client: flag(false, 'Any user may read the history.'),
  allow_history_for_subscriber: flag(false, 'Who is subscribed may read the history.'),
  allow_history_for_anonymous: flag(false, 'Connections without a user may read the history.'),
  allow_presence_for_client: flag(false, 'Any user may read who is there.'),
  allow_presence_for_subscriber: flag(false, 'Who is subscribed may read who is there.'),
  allow_presence_for_anonymous: flag(false, 'Connections without a user may read who is there.'),
  allow_user_limited_channels: flag(
    false,
    'Channels such as `user:#ann` or `dialog:#ann,bob` are open to the users they name, and to nobody else.',
  ),
  channel_regex: optionalText(
    'What the channel name after the namespace must match. Without it names are ASCII.',
    {
      shape: regex,
      expects: 'a regular expression without slashes around it',
    },
  ),
  subscribe_proxy_enabled: subscribeProxy.enabled,
  subscribe_proxy_name: subscribeProxy.name,
  publish_proxy_enabled: publishProxy.enabled,
  publish_proxy_name: publishProxy.name,
  sub_refresh_proxy_enabled: subRefreshProxy.enabled,
  sub_refresh_proxy_name: subRefreshProxy.name,
  unsubscribe_proxy_enabled: unsubscribeProxy.enabled,
  unsubscribe_proxy_name: unsubscribeProxy.name,
  conflate: flag(
    false,
    'Belfry: a client that is too slow gets the latest publication of a channel instead of being disconnected.',
  ),
  rate_limit: namespaceRateLimit,
  exclude_publisher: flag(
    false,
    'Belfry: a publication does not come back to the connection that made it.',
  ),
  queue: flag(
    false,
    'Belfry: what a client publishes goes to the inbox of the actor that the channel names (`control:<kind>/<id>`) instead of the channel.',
  ),
  presence_events: flag(
    false,
    'Belfry: tell that actor which users come and go. Needs `presence`.',
  ),
  client_message_ids: flag(
    false,
    'Belfry: with `queue`, what a client publishes may be `{"id":"…","data":…}`; a second message of that user with that id is not applied again.',
  ),
  presence_ttl: optionalDuration(
    'Belfry: when a connection that has fallen silent counts as gone. Default: 60s, with `queue` 15s.',
    { minMs: 100 },
  ),
  presence_update_interval: optionalDuration(
    'Belfry: how often presence is renewed. Default: `client.presence_update_interval`, with `queue` 5s.',
    { minMs: 50 },
  ),
};

/** Channels without a namespace. */
export const withoutNamespaceSchema = z.strictObject(channelOptions).prefault({});

/** One namespace. */
export const namespaceSchema = z.strictObject({
  name: special(z.string().regex(NAME), {
    kind: 'string',
    doc: 'What stands before the first `:` of a channel.',
    expects: 'two or more letters, digits, "-", "_" or "."',
    fallback: undefined,
  }),
  ...channelOptions,
});

/** A namespace as it is written in a file. */
export type NamespaceInput = z.input<typeof namespaceSchema>;

/**
 * The namespaces that actors are reached by. Each is there unless the config has one of the same name, which then replaces it.
 */
export const DEFAULT_NAMESPACES: readonly NamespaceInput[] = [
  {
    name: 'control',
    presence: true,
    presence_events: true,
    queue: true,
    client_message_ids: true,
    allow_subscribe_for_client: true,
    allow_publish_for_subscriber: true,
  },
  {
    name: 'server',
    allow_subscribe_for_client: true,
    history_size: 128,
    history_ttl: '24h',
    force_recovery: true,
    force_recovery_mode: 'cache',
  },
  {
    name: 'user',
    allow_user_limited_channels: true,
    history_size: 32,
    history_ttl: '60s',
    force_recovery: true,
  },
];

/** How the channels of the fleet are decided on: by its actors. No proxy of `proxies` has this name where there is a fleet. */
export const FLEET_PROXY = 'fleet';

/** What a fleet adds to them: the progress of jobs, and what nodes are told. */
export const FLEET_NAMESPACES: readonly NamespaceInput[] = [
  {
    name: 'job',
    subscribe_proxy_enabled: true,
    subscribe_proxy_name: FLEET_PROXY,
    publish_proxy_enabled: true,
    publish_proxy_name: FLEET_PROXY,
    history_size: 1,
    history_ttl: '24h',
    force_recovery: true,
    force_recovery_mode: 'cache',
  },
  { name: 'node', subscribe_proxy_enabled: true, subscribe_proxy_name: FLEET_PROXY },
];

/** Adds the default namespaces that `given` does not name. */
export function withDefaultNamespaces(
  given: readonly NamespaceInput[],
  { fleet }: { readonly fleet: boolean },
): NamespaceInput[] {
  const defaults = fleet ? [...DEFAULT_NAMESPACES, ...FLEET_NAMESPACES] : DEFAULT_NAMESPACES;
  const names = new Set(given.map((namespace) => (namespace as NamespaceInput | null)?.name));
  return [...given, ...defaults.filter(({ name }) => !names.has(name))];
}

/** The list of namespaces. */
export const namespacesSchema = special(z.array(namespaceSchema).prefault([]), {
  kind: 'json',
  doc: 'The namespaces. `control`, `server` and `user`, and with `fleet.enabled` `job` and `node`, are there unless one of that name is given; it then replaces the default one whole.',
  expects: 'a list of namespaces, each an object with a "name"',
  fallback: [],
});

/** What is said of an option of a channel. */
export function channelOptionInfo(name: string): ReturnType<typeof fields.get> {
  const schema = (channelOptions as Record<string, z.ZodType>)[name];
  return schema === undefined ? undefined : fields.get(schema);
}
