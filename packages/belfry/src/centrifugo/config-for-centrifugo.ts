import { FLEET_PATH } from '@belfry/protocol';
import { channelOptionInfo, FLEET_PROXY, type NamespaceInput } from '../config/namespace-schema.ts';
import type { EffectiveConfig } from '../config/resolve-config.ts';
import type { ResolvedConfig } from '../config/schema.ts';
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
  const ours = (name: string): boolean =>
    channelOptionInfo(name)?.doc.startsWith('Belfry:') === true;
  const theirs = Object.entries(namespace).filter(([name]) => !ours(name));
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
export function configForCentrifugo({ config, written }: EffectiveConfig): object {
  const { centrifugo, client } = config;
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
