import { FLEET_PATH } from '@belfry/protocol';
import { assign } from '../config/assignment.ts';
import { channelOptionInfo, FLEET_PROXY, type NamespaceInput } from '../config/namespace-schema.ts';
import type { EffectiveConfig } from '../config/resolve-config.ts';
import type { BelfryConfig, ResolvedConfig } from '../config/schema.ts';
import type { Tree } from '../config/tree.ts';
import type { ProxyUse } from './control-proxy.ts';
import { SECRET_HEADER } from './proxy-routes.ts';

/** How long Centrifugo waits for an answer. */
const PROXY_TIMEOUT = '5s';

const LONGEST_LOOK_MS = 5_000;

function proxyUrl({ centrifugo, http_server: http }: ResolvedConfig): string {
  if (centrifugo.proxy_url !== undefined) return centrifugo.proxy_url.replace(/\/+$/, '');
  const host = http.address === '0.0.0.0' || http.address === '::' ? '127.0.0.1' : http.address;
  return `http://${host}:${http.port}`;
}

/** How often Centrifugo looks for subscriptions to tell of again, in ms: often enough for the shortest `presence_ttl`. */
function lookInterval({ channel, centrifugo }: ResolvedConfig): number {
  const ttls = channel.namespaces
    .filter(({ queue }) => queue)
    .map((each) => each.presence_ttl ?? centrifugo.presence_ttl);
  return Math.min(LONGEST_LOOK_MS, ...ttls.map((ttl) => Math.floor(ttl / 6)));
}

/** Of an option of channels: that Centrifugo does not know it. */
const isOurs = (name: string): boolean =>
  channelOptionInfo(name)?.doc.startsWith('Belfry:') === true;

/** What clients reach Centrifugo by. */
const TRANSPORTS: readonly (keyof BelfryConfig)[] = [
  'websocket',
  'sse',
  'http_stream',
  'uni_websocket',
  'uni_sse',
  'uni_http_stream',
  'emulation',
];

/** What is said of the transports, and of channels without a namespace; not what is as it is by default. */
function carriedOver({ values }: EffectiveConfig): Tree {
  const carried: Tree = {};
  for (const { field, value, origin } of values) {
    const [group, option = '', name = ''] = field.path.split('.');
    const isWanted =
      TRANSPORTS.some((transport) => transport === group) ||
      (group === 'channel' && option === 'without_namespace' && !isOurs(name));
    if (isWanted && origin !== 'default') assign(carried, { path: field.path, value, origin });
  }
  return carried;
}

/** Options that only Belfry has are left out; control channels are decided by the workers alone. */
function namespaceFor(namespace: NamespaceInput): object {
  if (namespace.queue === true) {
    return {
      name: namespace.name,
      subscribe_proxy_enabled: true,
      sub_refresh_proxy_enabled: true,
      publish_proxy_enabled: true,
    };
  }
  const theirs = Object.entries(namespace).filter(([name]) => !isOurs(name));
  return Object.fromEntries(
    theirs.map(([name, value]) => {
      // A proxy of theirs has one endpoint.
      const use = value === FLEET_PROXY ? /^(.*)_proxy_name$/.exec(name)?.[1] : undefined;
      return [name, use === undefined ? value : `${FLEET_PROXY}-${use}`];
    }),
  );
}

/** What stands in a config as text or not at all. */
function given(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The config that a Centrifugo v6 needs to be the Beacon of this deployment. Its secrets are in it. */
export function configForCentrifugo(effective: EffectiveConfig): object {
  const { config, written } = effective;
  const { centrifugo, client } = config;
  const { channel, ...transports } = carriedOver(effective) as {
    readonly channel?: Tree;
  };
  const prefix = centrifugo.handler_prefix.replace(/\/+$/, '');
  const secret = centrifugo.proxy_secret;
  const proxy = (use: ProxyUse): object => ({
    endpoint: `${proxyUrl(config)}${prefix}/${use}`,
    timeout: PROXY_TIMEOUT,
    include_connection_meta: true,
    ...(secret === undefined ? {} : { http: { static_headers: { [SECRET_HEADER]: secret } } }),
  });
  const fleetProxy = (use: 'subscribe' | 'publish'): object => ({
    ...proxy(use),
    name: `${FLEET_PROXY}-${use}`,
    endpoint: `${proxyUrl(config)}${FLEET_PATH}/beacon/${use}`,
  });
  const { token } = client;
  return {
    ...transports,
    client: {
      allowed_origins: client.allowed_origins,
      token: given({
        hmac_secret_key: token.hmac_secret_key,
        rsa_public_key: token.rsa_public_key,
        ecdsa_public_key: token.ecdsa_public_key,
        jwks_public_endpoint: token.jwks_public_endpoint,
        audience: token.audience,
        issuer: token.issuer,
      }),
      presence_update_interval: `${lookInterval(config)}ms`,
      expired_sub_close_delay: '1s',
    },
    http_api: given({ key: centrifugo.api_key }),
    channel: {
      ...channel,
      proxy: {
        subscribe: proxy('subscribe'),
        publish: proxy('publish'),
        sub_refresh: proxy('sub_refresh'),
      },
      namespaces: (written.channel?.namespaces ?? []).map(namespaceFor),
    },
    ...(config.fleet.enabled ? { proxies: [fleetProxy('subscribe'), fleetProxy('publish')] } : {}),
    rpc: { proxy: proxy('rpc'), without_namespace: { proxy_enabled: true } },
  };
}
