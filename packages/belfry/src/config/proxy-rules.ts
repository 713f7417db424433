import { FLEET_PROXY } from './namespace-schema.ts';
import type { ResolvedConfig } from './schema.ts';

/** The option that names the proxy, whether it is on and what it says, and which one is `default` there. */
type Uses = readonly (readonly [
  at: string,
  enabled: boolean,
  name: string,
  otherwise: readonly [path: string, endpoint: string | undefined],
])[];

/** Which proxies are used, and by what. */
function proxyUses({ channel, rpc }: ResolvedConfig): Uses {
  const { proxy } = channel;
  const ofChannels = [
    ['channel.without_namespace', channel.without_namespace] as const,
    ...channel.namespaces.map((each, i) => [`channel.namespaces[${i}]`, each] as const),
  ].flatMap(([at, each]) =>
    (['subscribe', 'publish', 'sub_refresh', 'unsubscribe'] as const).map(
      (use) =>
        [
          `${at}.${use}_proxy_name`,
          each[`${use}_proxy_enabled`],
          each[`${use}_proxy_name`],
          [`channel.proxy.${use}`, proxy[use].endpoint],
        ] as const,
    ),
  );
  const ofCalls = [
    ['rpc.without_namespace', rpc.without_namespace] as const,
    ...rpc.namespaces.map((each, i) => [`rpc.namespaces[${i}]`, each] as const),
  ].map(
    ([at, each]) =>
      [
        `${at}.proxy_name`,
        each.proxy_enabled,
        each.proxy_name,
        ['rpc.proxy', rpc.proxy.endpoint],
      ] as const,
  );
  return [...ofChannels, ...ofCalls];
}

/** A proxy that is used must be there, and have an endpoint. */
export function proxyRules(config: ResolvedConfig): string[] {
  const { client, proxies, rpc } = config;
  const problems: string[] = [];
  const named = new Map(proxies.map((each) => [each.name, each]));
  if (named.size < proxies.length) problems.push('proxies: names must differ.');
  if (named.has('default')) problems.push('proxies: the name "default" is taken.');
  const spaces = new Set(rpc.namespaces.map(({ name }) => name));
  if (spaces.size < rpc.namespaces.length) problems.push('rpc.namespaces: names must differ.');
  for (const use of ['connect', 'refresh', 'disconnect'] as const) {
    const { enabled, endpoint } = client.proxy[use];
    if (enabled && endpoint === undefined) {
      problems.push(`client.proxy.${use}.endpoint: is missing; it is where the backend answers.`);
    }
  }
  for (const [at, enabled, name, otherwise] of proxyUses(config)) {
    if (!enabled) continue;
    const [where, endpoint] = otherwise;
    if (name === 'default') {
      if (endpoint === undefined) {
        const by = at.replace(/name$/, 'enabled');
        problems.push(`${where}.endpoint: is missing; ${by} needs it.`);
      }
    } else if (name === FLEET_PROXY && config.fleet.enabled) {
      continue;
    } else if (!named.has(name)) {
      problems.push(`${at}: there is no proxy "${name}" in proxies.`);
    } else if (named.get(name)?.endpoint === undefined) {
      problems.push(`proxies: "${name}" has no endpoint; ${at} uses it.`);
    }
  }
  return problems;
}
