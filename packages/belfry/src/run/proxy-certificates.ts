import type { BeaconConfig, ProxyConfig } from '@belfry/beacon';
import { readPem } from '../config/pem.ts';
import type { EffectiveConfig } from '../config/resolve-config.ts';

type BaseOf = EffectiveConfig['baseOf'];

const PEMS = ['cert_pem', 'key_pem', 'server_ca_pem'] as const;

/** A proxy whose certificates and keys stand there as text. Throws a `ConfigError`. */
function withTexts<P extends ProxyConfig>(proxy: P, at: string, baseOf: BaseOf): P {
  const { tls } = proxy.http ?? {};
  if (tls?.enabled !== true) return proxy;
  const texts = PEMS.flatMap((name) => {
    const value = tls[name];
    if (value === undefined || value === '') return [];
    const path = `${at}.http.tls.${name}`;
    return [[name, readPem(value, { path, directory: baseOf(path) })] as const];
  });
  return { ...proxy, http: { ...proxy.http, tls: { ...tls, ...Object.fromEntries(texts) } } };
}

function all<T extends object>(proxies: T | undefined, at: string, baseOf: BaseOf): T | undefined {
  if (proxies === undefined) return undefined;
  const entries = Object.entries(proxies as Readonly<Record<string, ProxyConfig | undefined>>);
  return Object.fromEntries(
    entries.map(([use, proxy]) => [
      use,
      proxy === undefined ? undefined : withTexts(proxy, `${at}.${use}`, baseOf),
    ]),
  ) as T;
}

/** The config of a Beacon in which the certificates of its proxies have been read. Throws a `ConfigError`. */
export function withProxyCertificates(config: BeaconConfig, baseOf: BaseOf): BeaconConfig {
  const { client, channel, rpc, proxies } = config;
  return {
    ...config,
    client: { ...client, proxy: all(client?.proxy, 'client.proxy', baseOf) },
    channel: { ...channel, proxy: all(channel?.proxy, 'channel.proxy', baseOf) },
    rpc: {
      ...rpc,
      proxy: rpc?.proxy === undefined ? undefined : withTexts(rpc.proxy, 'rpc.proxy', baseOf),
    },
    proxies: proxies?.map((each, i) => withTexts(each, `proxies[${i}]`, baseOf)),
  };
}
