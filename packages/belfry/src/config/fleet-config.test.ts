import { expect, test } from 'vitest';
import { configForCentrifugo } from '../centrifugo/config-for-centrifugo.ts';
import { ConfigError } from './config-error.ts';
import { type EffectiveConfig, resolveConfig } from './resolve-config.ts';
import type { BelfryConfig } from './schema.ts';

function load(values: BelfryConfig): EffectiveConfig {
  const file = { name: 'belfry.config.json', directory: '/', values };
  return resolveConfig({ file, workingDirectory: '/' });
}

function problemsOf(values: BelfryConfig): readonly string[] {
  try {
    load(values);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

test('a process is a Sentinel where there is a fleet, and nowhere else', () => {
  expect(load({}).config.roles).toEqual(['beacon', 'worker', 'ticker']);
  const fleet = { enabled: true };
  expect(load({ fleet }).config.roles).toEqual(['beacon', 'worker', 'ticker', 'sentinel']);
  const redis = { url: 'redis://localhost' };
  expect(load({ fleet, redis, roles: ['sentinel'] }).config.roles).toEqual(['sentinel']);
  // A Sentinel runs turns of both kinds.
  expect(load({ fleet, roles: ['beacon', 'sentinel'] }).config.roles).toHaveLength(2);
  expect(problemsOf({ redis, roles: ['sentinel'] }).join()).toContain(
    'set fleet.enabled (--fleet)',
  );
  expect(problemsOf({ fleet, roles: ['beacon', 'worker', 'ticker'] }).join()).toContain(
    'the embedded store cannot be shared',
  );
});

test('a fleet brings its channels along, unless they are defined otherwise', () => {
  const names = (values: BelfryConfig): string[] =>
    load(values).config.channel.namespaces.map(({ name }) => name);
  expect(names({})).not.toContain('job');
  const fleet = { enabled: true };
  expect(names({ fleet })).toEqual(['control', 'server', 'user', 'job', 'node']);
  const own = { name: 'job', allow_subscribe_for_client: true };
  const { namespaces } = load({ fleet, channel: { namespaces: [own] } }).config.channel;
  expect(namespaces.filter(({ name }) => name === 'job')).toMatchObject([
    { subscribe_proxy_enabled: false, allow_subscribe_for_client: true },
  ]);
});

test.each<[string, BelfryConfig, string]>([
  [
    'a suspicion before the next heartbeat',
    { times: { suspect: '5s' } } as never,
    'fleet.times.suspect: ',
  ],
  ['a death before the suspicion', { times: { dead: '9s' } } as never, 'fleet.times.dead: '],
  ['a ceiling below the floor', { chunk: { floor: '9s' } } as never, 'fleet.chunk.ceiling: '],
  ['a share above 1', { trust: { check: 2 } } as never, 'fleet.trust.check'],
  ['a pool with a wrong name', { pools: { 'A b': {} } } as never, 'fleet.pools'],
])('%s is refused', (_what, fleet, problem) => {
  const all = { fleet: { enabled: true, ...(fleet as object) } };
  expect(problemsOf(all).join()).toContain(problem);
});

test('the name of the fleet’s own proxy is taken', () => {
  const proxies = [{ name: 'fleet', endpoint: 'http://localhost:1' }];
  expect(problemsOf({ proxies })).toEqual([]);
  expect(problemsOf({ proxies, fleet: { enabled: true } }).join()).toContain('taken by the fleet');
});

test('a Centrifugo in place of the Beacon is told to ask the Sentinel', () => {
  const effective = load({
    beacon: 'centrifugo',
    fleet: { enabled: true },
    centrifugo: {
      api_url: 'http://c/api',
      api_key: 'k',
      proxy_url: 'http://s:1',
      proxy_secret: 'x',
    },
  });
  expect(effective.config.roles).toEqual(['worker', 'ticker', 'sentinel']);
  const config = configForCentrifugo(effective) as {
    readonly proxies: readonly object[];
    readonly channel: { readonly namespaces: readonly { readonly name: string }[] };
  };
  const http = { static_headers: { 'X-Belfry-Proxy-Secret': 'x' } };
  expect(config.proxies).toMatchObject([
    { name: 'fleet-subscribe', endpoint: 'http://s:1/fleet/v1/beacon/subscribe', http },
    { name: 'fleet-publish', endpoint: 'http://s:1/fleet/v1/beacon/publish', http },
  ]);
  expect(config.channel.namespaces.find(({ name }) => name === 'job')).toMatchObject({
    subscribe_proxy_enabled: true,
    subscribe_proxy_name: 'fleet-subscribe',
    publish_proxy_name: 'fleet-publish',
    history_size: 1,
  });
});
