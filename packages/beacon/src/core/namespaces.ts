import { channelKey, channelNamespace, MAX_CHANNEL_LENGTH, parseActorKey } from '@belfry/protocol';
import type { HistoryPolicy } from '@belfry/store';
import type { BeaconConfig, ChannelOptions, PublicationDataFormat } from '../config.ts';
import { parseDuration } from './duration.ts';
import { isInternalChannel } from './internal-channel.ts';
import { linearRegex } from './linear-regex.ts';

/** Who may do a thing on a channel. */
export interface Allowance {
  readonly client: boolean;
  readonly subscriber: boolean;
  readonly anonymous: boolean;
}

/** The options of a namespace, checked and with their defaults. */
export interface Namespace {
  readonly name: string;
  readonly presence: boolean;
  readonly joinLeave: boolean;
  readonly pushJoinLeave: boolean;
  readonly history: HistoryPolicy;
  readonly allowPositioning: boolean;
  readonly forcePositioning: boolean;
  readonly allowRecovery: boolean;
  readonly forceRecovery: boolean;
  readonly cacheRecovery: boolean;
  /** Whoever subscribes recovers, also without asking for it. */
  readonly autoCacheRecover: boolean;
  /** Subscribers may ask for Fossil deltas. */
  readonly allowDelta: boolean;
  /** Everything is published for deltas. */
  readonly deltaPublish: boolean;
  readonly allowTagsFilter: boolean;
  readonly conflate: boolean;
  readonly subscribe: Allowance;
  readonly publish: Allowance;
  readonly readPresence: Allowance;
  readonly readHistory: Allowance;
  readonly userLimited: boolean;
  readonly regex: RegExp | null;
  readonly queue: boolean;
  readonly presenceEvents: boolean;
  readonly excludePublisher: boolean;
  readonly clientMessageIds: boolean;
  readonly publicationFormat: PublicationDataFormat;
  /** The names of the proxies that decide, or are told; `null`: none. */
  readonly subscribeProxy: string | null;
  readonly publishProxy: string | null;
  readonly subRefreshProxy: string | null;
  readonly unsubscribeProxy: string | null;
  readonly presenceTtlMs: number;
  readonly presenceUpdateMs: number;
}

/** What of a configuration decides on namespaces. */
export type NamespacesConfig = Pick<BeaconConfig, 'channel' | 'client'>;

const NAME = /^[-a-zA-Z0-9_.]{2,}$/;
const PRIVATE_PREFIX = '$';
const NO_HISTORY: HistoryPolicy = { size: 0, ttlMs: 0, metaTtlMs: 0 };

interface Defaults {
  readonly metaTtl: string;
  readonly presenceUpdate: string;
  readonly dataFormat: PublicationDataFormat | undefined;
}

function regexOf(source: string | undefined, field: string): RegExp | null {
  if (source === undefined || source === '') return null;
  try {
    return linearRegex(source);
  } catch (cause) {
    throw new TypeError(
      `${field}: ${JSON.stringify(source)} is not a regular expression: ${String(cause)}`,
      { cause },
    );
  }
}

/** A time that may be left out: empty and 0 are as good as that. */
function timeOr(given: string | undefined, otherwise: string, field: string): number {
  const ms = given === undefined || given === '' ? 0 : parseDuration(given, field);
  return ms > 0 ? ms : parseDuration(otherwise, field);
}

function historyOf(options: ChannelOptions, at: { field: string; metaTtl: string }): HistoryPolicy {
  const ttlMs = parseDuration(options.history_ttl ?? '0', `${at.field}.history_ttl`);
  const size = options.history_size ?? 0;
  if (!Number.isInteger(size) || size < 0) {
    throw new TypeError(`${at.field}.history_size: ${size} is not a whole number from 0`);
  }
  const metaTtlMs = timeOr(options.history_meta_ttl, at.metaTtl, `${at.field}.history_meta_ttl`);
  return { size: ttlMs > 0 ? size : 0, ttlMs, metaTtlMs: Math.max(metaTtlMs, ttlMs) };
}

/** How publications reach subscribers. */
function deliveryOf(
  options: ChannelOptions,
  field: string,
): Pick<Namespace, 'allowDelta' | 'deltaPublish' | 'allowTagsFilter' | 'conflate'> {
  const deltaTypes = options.allowed_delta_types ?? [];
  const unknown = deltaTypes.find((each) => each !== 'fossil');
  if (unknown !== undefined) {
    throw new TypeError(
      `${field}.allowed_delta_types: ${JSON.stringify(unknown)} is not known; the only type is "fossil"`,
    );
  }
  const conflate = options.conflate ?? false;
  if (conflate && deltaTypes.length > 0) {
    throw new TypeError(
      `${field}.conflate: not together with allowed_delta_types: a patch to a publication that was left out is of no use; leave one of them away`,
    );
  }
  if (conflate && options.force_recovery_mode !== 'cache') {
    const positions = [
      'allow_positioning',
      'force_positioning',
      'allow_recovery',
      'force_recovery',
    ] as const;
    const promised = positions.find((each) => options[each] === true);
    if (promised !== undefined) {
      throw new TypeError(
        `${field}.conflate: not together with ${promised}, which promises every publication; leave one of them away, or set force_recovery_mode to "cache"`,
      );
    }
  }
  return {
    allowDelta: deltaTypes.length > 0,
    deltaPublish: options.delta_publish ?? false,
    allowTagsFilter: options.allow_tags_filter ?? false,
    conflate,
  };
}

function proxyName(enabled: boolean | undefined, name: string | undefined): string | null {
  if (enabled !== true) return null;
  return name === undefined || name === '' ? 'default' : name;
}

const DATA_FORMATS: readonly PublicationDataFormat[] = ['', 'json', 'json_object', 'binary'];

function dataFormat(
  options: ChannelOptions,
  defaults: Defaults,
  field: string,
): PublicationDataFormat {
  // An empty one is as good as none.
  const own = options.publication_data_format ?? '';
  const format = own === '' ? (defaults.dataFormat ?? '') : own;
  if (DATA_FORMATS.includes(format)) return format;
  throw new TypeError(
    `${field}.publication_data_format: ${JSON.stringify(format)} is not one of json, json_object, binary`,
  );
}

function compile(name: string, options: ChannelOptions, defaults: Defaults): Namespace {
  const field =
    name === '' ? 'channel.without_namespace' : `channel.namespaces[${JSON.stringify(name)}]`;
  const queue = options.queue ?? false;
  const presenceTtlMs = timeOr(
    options.presence_ttl,
    queue ? '15s' : '60s',
    `${field}.presence_ttl`,
  );
  const presenceUpdateMs = timeOr(
    options.presence_update_interval,
    queue ? '5s' : defaults.presenceUpdate,
    `${field}.presence_update_interval`,
  );
  if (presenceUpdateMs <= 0 || presenceTtlMs <= presenceUpdateMs) {
    throw new TypeError(
      `${field}: presence_ttl (${presenceTtlMs} ms) must be above presence_update_interval (${presenceUpdateMs} ms), and both above 0`,
    );
  }
  return {
    name,
    presence: options.presence ?? false,
    joinLeave: (options.join_leave ?? false) && !queue,
    pushJoinLeave: options.force_push_join_leave ?? false,
    history: historyOf(options, { field, metaTtl: defaults.metaTtl }),
    allowPositioning: options.allow_positioning ?? false,
    forcePositioning: (options.force_positioning ?? false) && !queue,
    allowRecovery: options.allow_recovery ?? false,
    forceRecovery: (options.force_recovery ?? false) && !queue,
    cacheRecovery: options.force_recovery_mode === 'cache',
    autoCacheRecover:
      options.force_recovery_mode === 'cache' && (options.auto_cache_recover ?? false),
    ...deliveryOf(options, field),
    subscribe: {
      client: options.allow_subscribe_for_client ?? false,
      subscriber: false,
      anonymous: options.allow_subscribe_for_anonymous ?? false,
    },
    publish: {
      client: options.allow_publish_for_client ?? false,
      subscriber: options.allow_publish_for_subscriber ?? false,
      anonymous: options.allow_publish_for_anonymous ?? false,
    },
    readPresence: {
      client: options.allow_presence_for_client ?? false,
      subscriber: options.allow_presence_for_subscriber ?? false,
      anonymous: options.allow_presence_for_anonymous ?? false,
    },
    readHistory: {
      client: options.allow_history_for_client ?? false,
      subscriber: options.allow_history_for_subscriber ?? false,
      anonymous: options.allow_history_for_anonymous ?? false,
    },
    userLimited: options.allow_user_limited_channels ?? false,
    regex: regexOf(options.channel_regex, `${field}.channel_regex`),
    queue,
    presenceEvents: queue && (options.presence ?? false) && (options.presence_events ?? false),
    excludePublisher: options.exclude_publisher ?? false,
    clientMessageIds: options.client_message_ids ?? false,
    publicationFormat: dataFormat(options, defaults, field),
    subscribeProxy: proxyName(options.subscribe_proxy_enabled, options.subscribe_proxy_name),
    publishProxy: proxyName(options.publish_proxy_enabled, options.publish_proxy_name),
    subRefreshProxy: proxyName(options.sub_refresh_proxy_enabled, options.sub_refresh_proxy_name),
    unsubscribeProxy: proxyName(options.unsubscribe_proxy_enabled, options.unsubscribe_proxy_name),
    presenceTtlMs,
    presenceUpdateMs,
  };
}

/** The same for a channel that everyone may subscribe to. */
function opened(namespace: Namespace): Namespace {
  const subscribe = { client: true, subscriber: false, anonymous: true };
  return { ...namespace, subscribe, subscribeProxy: null, userLimited: false, regex: null };
}

export interface NamespacesOptions {
  /** Kinds of actors whose channels are not there. Default none. */
  readonly closedKinds?: ReadonlySet<string> | undefined;
  /** Channels that every client may subscribe to. Default none. */
  readonly openChannels?: ReadonlySet<string> | undefined;
}

/** Every namespace of a configuration, and which one a channel belongs to. */
export class Namespaces {
  readonly maxChannelLength: number;
  readonly #byName: ReadonlyMap<string, Namespace>;
  readonly #closedKinds: ReadonlySet<string>;
  readonly #open: ReadonlyMap<string, Namespace>;

  /** @throws TypeError naming the option, when one is not what it must be */
  constructor(config: NamespacesConfig, options: NamespacesOptions = {}) {
    this.#closedKinds = options.closedKinds ?? new Set();
    const channel = config.channel ?? {};
    this.maxChannelLength = channel.max_length ?? MAX_CHANNEL_LENGTH;
    const defaults = {
      metaTtl: channel.history_meta_ttl ?? '720h',
      presenceUpdate: config.client?.presence_update_interval ?? '27s',
      dataFormat: channel.publication_data_format,
    };
    const byName = new Map([['', compile('', channel.without_namespace ?? {}, defaults)]]);
    for (const each of channel.namespaces ?? []) {
      if (!NAME.test(each.name)) {
        throw new TypeError(
          `channel.namespaces: the name ${JSON.stringify(each.name)} must be two or more letters, digits, "-", "_" or "."`,
        );
      }
      if (byName.has(each.name)) {
        throw new TypeError(`channel.namespaces: ${JSON.stringify(each.name)} is there twice`);
      }
      byName.set(each.name, compile(each.name, each, defaults));
    }
    this.#byName = byName;
    this.#open = new Map(
      [...(options.openChannels ?? [])].flatMap((name) => {
        const namespace = byName.get(channelNamespace(name));
        return namespace === undefined ? [] : [[name, opened(namespace)] as const];
      }),
    );
  }

  /** The namespace of a channel (after a leading `$`); `undefined` when there is none of that name, or its actor's kind is closed. */
  of(channel: string): Namespace | undefined {
    if (isInternalChannel(channel)) return undefined;
    if (this.#closedKinds.size > 0) {
      const actor = parseActorKey(channelKey(channel));
      if (actor !== null && this.#closedKinds.has(actor.kind)) return undefined;
    }
    const open = this.#open.get(channel);
    if (open !== undefined) return open;
    const name = channelNamespace(channel);
    return this.#byName.get(name.startsWith(PRIVATE_PREFIX) ? name.slice(1) : name);
  }
}

/** Whether subscribing to a channel takes a token, whatever its namespace allows. */
export function isPrivateChannel(channel: string): boolean {
  return channel.startsWith(PRIVATE_PREFIX);
}

/** Whether `channel` may be a name in its namespace. */
export function isChannelName(namespace: Namespace, channel: string): boolean {
  const rest = channel.slice(channel.indexOf(':') + 1);
  if (namespace.regex !== null) return namespace.regex.test(rest);
  for (let i = 0; i < channel.length; i++) {
    if (channel.charCodeAt(i) > 0x7f) return false;
  }
  return true;
}

const read = new WeakMap<NamespacesConfig, Namespaces>();

/**
 * What a channel keeps, so that whoever publishes outside a Beacon keeps the same. Channels of unknown namespaces keep nothing. A
 * configuration object is read once: do not change it.
 *
 * @throws TypeError naming the option, when the configuration is not valid
 */
export function historyPolicyFor(config: NamespacesConfig, channel: string): HistoryPolicy {
  let namespaces = read.get(config);
  if (namespaces === undefined) {
    namespaces = new Namespaces(config);
    read.set(config, namespaces);
  }
  return namespaces.of(channel)?.history ?? NO_HISTORY;
}
