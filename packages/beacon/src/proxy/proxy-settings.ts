import type { Disconnect, ReplyError } from '@belfry/protocol';
import type { BeaconConfig, ChannelOptions } from '../config.ts';
import type { ClientTlsConfig, ProxyConfig, RpcOptions } from '../config/proxies.ts';
import { parseDuration } from '../core/duration.ts';
import type { ProxyPlan } from '../core/proxy-plan.ts';
import type { ProxyBackend, ProxyBackends } from './proxy-backend.ts';
import { checkedDisconnect, checkedError } from './checked-codes.ts';

/** A backend, as the configuration says it is asked. */
export interface ProxySettings {
  readonly endpoint: URL;
  readonly timeoutMs: number;
  /** In lower case. */
  readonly headers: readonly string[];
  readonly emulatedHeaders: readonly string[];
  readonly staticHeaders: Readonly<Record<string, string>>;
  /** `''`: requests are not signed. */
  readonly signSecret: string;
  readonly binary: boolean;
  readonly includeMeta: boolean;
  readonly concurrency: number;
  readonly queueSize: number;
  readonly responseSizeLimit: number;
  readonly transforms: ReadonlyMap<number, StatusMeaning>;
  readonly tls: ClientTlsConfig | null;
  /** In this process, in place of the endpoint; `null`: it is asked over HTTP. */
  readonly backend: ProxyBackend | null;
}

/** What a status other than 200 means. */
export type StatusMeaning =
  | { readonly type: 'error'; readonly error: ReplyError }
  | { readonly type: 'disconnect'; readonly disconnect: Disconnect };

/** What proxies are used for; the last two only tell. */
export const PROXY_USES = [
  'connect',
  'refresh',
  'subscribe',
  'publish',
  'rpc',
  'sub_refresh',
  'disconnect',
  'unsubscribe',
] as const;
type Use = (typeof PROXY_USES)[number];

/** `<use>/<name>` */
export type ProxyKey = `${Use}/${string}`;

/** A backend and what it is there for. */
export interface UsedProxy {
  readonly key: ProxyKey;
  /** The same for all uses of a named proxy: one set of connections and one limit. */
  readonly settings: ProxySettings;
}

export interface ProxyTable {
  readonly used: readonly UsedProxy[];
  readonly plan: ProxyPlan;
  /** The request headers that some proxy is to get, in lower case. */
  readonly headers: ReadonlySet<string>;
}

/** Headers of the connection between client and Beacon, or of our own request: they are not passed on. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function passable(names: readonly string[] | undefined): string[] {
  const lower = (names ?? []).map((name) => name.toLowerCase());
  return [...new Set(lower)].filter((name) => !OWN_HEADERS.has(name));
}

function endpointOf(text: string | undefined, field: string): URL {
  if (text === undefined || text === '') {
    throw new TypeError(`${field}.endpoint: is missing; it is where the backend answers`);
  }
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new TypeError(
    `${field}.endpoint: ${JSON.stringify(text)} is not a URL that begins with http:// or https://`,
  );
}

function transformsOf(config: ProxyConfig, field: string): ReadonlyMap<number, StatusMeaning> {
  const found = new Map<number, StatusMeaning>();
  for (const [i, each] of (config.http?.status_to_code_transforms ?? []).entries()) {
    const at = `${field}.http.status_to_code_transforms[${i}]`;
    const { status_code: status, to_error: error, to_disconnect: disconnect } = each;
    if ((error === undefined) === (disconnect === undefined)) {
      throw new TypeError(`${at}: give one of to_error and to_disconnect`);
    }
    let meaning: StatusMeaning | null = null;
    if (error !== undefined) {
      const checked = checkedError(error);
      meaning = checked === null ? null : { type: 'error', error: checked };
    } else if (disconnect !== undefined) {
      const checked = checkedDisconnect(disconnect);
      meaning = checked === null ? null : { type: 'disconnect', disconnect: checked };
    }
    if (meaning === null) {
      const [option, range] =
        error === undefined ? ['to_disconnect', '4000 to 4999'] : ['to_error', '400 to 1999'];
      throw new TypeError(
        `${at}.${option}.code: ${(error ?? disconnect)?.code} is not one; use ${range}, or a code of the protocol`,
      );
    }
    if (!found.has(status)) found.set(status, meaning);
  }
  return found;
}

function settingsOf(config: ProxyConfig, field: string): ProxySettings {
  const { http = {} } = config;
  const timeoutMs = parseDuration(config.timeout ?? '1s', `${field}.timeout`);
  if (timeoutMs <= 0) throw new TypeError(`${field}.timeout: it must be above 0`);
  return {
    endpoint: endpointOf(config.endpoint, field),
    backend: null,
    timeoutMs,
    headers: passable(config.http_headers),
    emulatedHeaders: passable(config.emulated_headers),
    staticHeaders: http.static_headers ?? {},
    signSecret: http.sign_secret ?? '',
    binary: config.binary_encoding ?? false,
    includeMeta: config.include_connection_meta ?? false,
    concurrency: config.concurrency ?? 256,
    queueSize: config.queue_size ?? 4096,
    responseSizeLimit: config.response_size_limit ?? 1_048_576,
    transforms: transformsOf(config, field),
    tls: http.tls?.enabled === true ? http.tls : null,
  };
}

/** How long a backend in this process may take: it may have to ask others. Less than clients wait. */
const LOCAL_TIMEOUT = '4s';

function localSettings(name: string, backend: ProxyBackend): ProxySettings {
  const settings = settingsOf({ endpoint: 'http://local', timeout: LOCAL_TIMEOUT }, name);
  return { ...settings, backend };
}

/** The settings of proxies that are used, each made once. */
class Collector {
  readonly used = new Map<ProxyKey, UsedProxy>();
  readonly #named = new Map<string, ProxySettings>();
  readonly #config: BeaconConfig;
  readonly #backends: ProxyBackends;

  constructor(config: BeaconConfig, backends: ProxyBackends) {
    this.#config = config;
    this.#backends = backends;
  }

  /** Notes a use. `standing` is what is `default` there, and where it stands. */
  add(
    use: Use,
    name: string,
    standing: readonly [field: string, config: ProxyConfig | undefined],
  ): void {
    const key: ProxyKey = `${use}/${name}`;
    if (this.used.has(key)) return;
    const [field, config = {}] = standing;
    const settings = name === 'default' ? settingsOf(config, field) : this.#byName(name);
    this.used.set(key, { key, settings });
  }

  #byName(name: string): ProxySettings {
    let settings = this.#named.get(name);
    const backend = this.#backends.get(name);
    if (settings === undefined && backend !== undefined) settings = localSettings(name, backend);
    if (settings === undefined) {
      const config = this.#config.proxies?.find((each) => each.name === name);
      if (config === undefined) {
        throw new TypeError(`proxies: there is none of the name ${JSON.stringify(name)}`);
      }
      settings = settingsOf(config, `proxies[${JSON.stringify(name)}]`);
    }
    this.#named.set(name, settings);
    return settings;
  }
}

/** A name that is left out is `default`. */
function nameOr(name: string | undefined): string {
  return name === undefined || name === '' ? 'default' : name;
}

function addNamespace(collector: Collector, config: BeaconConfig, options: ChannelOptions): void {
  for (const use of ['subscribe', 'publish', 'sub_refresh', 'unsubscribe'] as const) {
    if (options[`${use}_proxy_enabled`] !== true) continue;
    const standing = [`channel.proxy.${use}`, config.channel?.proxy?.[use]] as const;
    collector.add(use, nameOr(options[`${use}_proxy_name`]), standing);
  }
}

/** The name of the proxy for calls of a namespace; `null`: there is none for them. */
function rpcProxy(options: RpcOptions | undefined): string | null {
  return options?.proxy_enabled === true ? nameOr(options.proxy_name) : null;
}

/**
 * All proxies that a configuration uses.
 *
 * @throws TypeError naming the option that is not what it must be
 */
export function proxyTable(config: BeaconConfig, backends: ProxyBackends): ProxyTable {
  const collector = new Collector(config, backends);
  const { client = {}, channel = {}, rpc = {} } = config;
  for (const use of ['connect', 'refresh', 'disconnect'] as const) {
    const proxy = client.proxy?.[use];
    if (proxy?.enabled === true) collector.add(use, 'default', [`client.proxy.${use}`, proxy]);
  }
  addNamespace(collector, config, channel.without_namespace ?? {});
  for (const each of channel.namespaces ?? []) addNamespace(collector, config, each);
  const calls = new Map([['', rpcProxy(rpc.without_namespace)]]);
  for (const each of rpc.namespaces ?? []) calls.set(each.name, rpcProxy(each));
  for (const name of calls.values()) {
    if (name !== null) collector.add('rpc', name, ['rpc.proxy', rpc.proxy]);
  }
  const used = [...collector.used.values()];
  const hasRpc = used.some(({ key }) => key.startsWith('rpc/'));
  const all = (which: 'headers' | 'emulatedHeaders'): ReadonlySet<string> =>
    new Set(used.flatMap(({ settings }) => settings[which]));
  return {
    used,
    headers: all('headers'),
    plan: {
      connect: collector.used.has('connect/default'),
      refresh: collector.used.has('refresh/default'),
      disconnect: collector.used.has('disconnect/default'),
      keepsMeta: used.some(({ settings }) => settings.includeMeta),
      emulatedHeaders: all('emulatedHeaders'),
      rpc(method) {
        if (!hasRpc) return 'no-method';
        const end = method.indexOf(':');
        const proxy = calls.get(end < 0 ? '' : method.slice(0, end));
        if (proxy === undefined) return 'no-method';
        return proxy === null ? 'not-available' : { proxy };
      },
    },
  };
}
