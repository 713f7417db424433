import { describe, expect, test } from 'vitest';
import { FOREIGN_OPTIONS } from './centrifugo-options.ts';
import { ConfigError } from './config-error.ts';
import { type EffectiveConfig, resolveConfig } from './resolve-config.ts';
import { type Tree, valueAt } from './tree.ts';
import { teamConfig } from '../testing/team-config.ts';
import { assign } from './assignment.ts';

function load(values: unknown): EffectiveConfig {
  return resolveConfig({
    file: { name: 'config.json', directory: '/etc/centrifugo', values },
    workingDirectory: '/work',
  });
}

function problemsOf(values: unknown): readonly string[] {
  try {
    load(values);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

/** A config with a value at a path of the list; a `*` is the first entry of a list. */
function configWith(path: string, value: unknown): { values: object; at: string } {
  const [place = '', rest] = path.split('.*.');
  if (rest === undefined) {
    const values = {};
    assign(values, { path, value, origin: '' });
    return { values, at: path };
  }
  const entry = { name: 'first' };
  assign(entry, { path: rest, value, origin: '' });
  const values = {};
  assign(values, { path: place, value: [entry], origin: '' });
  return { values, at: `${place}[0].${rest}` };
}

const refused = Object.entries(FOREIGN_OPTIONS).filter(([, option]) => option.harmless !== true);
const harmless = Object.entries(FOREIGN_OPTIONS).filter(([, option]) => option.harmless === true);

test.each(refused)('%s is refused by its name, with what to do', (path, { advice }) => {
  const { values, at } = configWith(path, { enabled: true, endpoint: 'grpc://x' });
  expect(problemsOf(values)).toContain(
    `${at}: Belfry does not have this option of Centrifugo (config.json); ${advice}.`,
  );
});

test.each(refused)('%s is taken where it is off', (path) => {
  for (const value of [false, '', 0, null, [], {}, { enabled: false, port: 1 }]) {
    expect(problemsOf(configWith(path, value).values)).toEqual([]);
  }
});

test.each(harmless)('%s is taken with a word that it changes nothing', (path, { advice }) => {
  const { values, at } = configWith(path, 'anything');
  expect(load(values).warnings).toEqual([
    `${at}: it changes nothing here (config.json): ${advice}.`,
  ]);
});

test('a value that means what holds anyway is taken without a word', () => {
  const { warnings } = load({
    channel: { private_prefix: '$', namespace_boundary: ':' },
    websocket: { write_timeout: '1s' },
    client: { rate_limit: { redis_user_command: { redis: { reuse_from_engine: true } } } },
  });
  expect(warnings).toEqual([]);
});

test('what is foreign and what is misspelt are told together', () => {
  expect(problemsOf({ grpc_api: { enabled: true }, clent: {} })).toEqual([
    'grpc_api: Belfry does not have this option of Centrifugo (config.json); use the server API over HTTP.',
    'clent: unknown key (config.json). Did you mean "client"?',
  ]);
});

describe('the engine', () => {
  const urlOf = (values: unknown): string | undefined => load(values).config.redis.url;

  test.each<[string, object, string | undefined]>([
    ['memory', { engine: { type: 'memory' } }, undefined],
    [
      'one server',
      { engine: { type: 'redis', redis: { address: 'redis:6379' } } },
      'redis://redis:6379',
    ],
    ['the usual server', { engine: { type: 'redis' } }, 'redis://127.0.0.1:6379'],
    [
      'user, password and database',
      {
        engine: {
          type: 'redis',
          redis: { address: ['redis://h:1'], user: 'ann', password: 'a b@c', db: 3 },
        },
      },
      'redis://ann:a%20b%40c@h:1/3',
    ],
    [
      'TLS',
      { engine: { type: 'redis', redis: { address: 'h:1', tls: { enabled: true } } } },
      'rediss://h:1',
    ],
    [
      'a Cluster',
      { engine: { type: 'redis', redis: { cluster_address: ['a:1', 'b:2'] } } },
      'redis+cluster://a:1,b:2',
    ],
    [
      'broker and presence manager',
      {
        broker: { enabled: true, type: 'redis', redis: { address: 'h:1' } },
        presence_manager: { enabled: true, type: 'redis', redis: { address: 'h:1' } },
      },
      'redis://h:1',
    ],
    [
      'redis.url, which wins',
      { engine: { type: 'redis', redis: { address: 'h:1' } }, redis: { url: 'redis://own:2' } },
      'redis://own:2',
    ],
  ])('%s', (_name, values, url) => {
    expect(urlOf(values)).toBe(url);
  });

  test('gives the prefix, and the time of presence to namespaces that have none', () => {
    const { config } = load({
      engine: { type: 'redis', redis: { address: 'h:1', prefix: 'mine', presence_ttl: '45s' } },
      channel: { namespaces: [{ name: 'one' }, { name: 'two', presence_ttl: '99s' }] },
    });
    expect(config.redis.prefix).toBe('mine');
    expect(config.channel.without_namespace.presence_ttl).toBe(45_000);
    expect(config.channel.namespaces.map((each) => each.presence_ttl)).toEqual([
      45_000,
      99_000,
      ...config.channel.namespaces.slice(2).map(() => undefined),
    ]);
  });

  test.each<[object, RegExp]>([
    [{ engine: { type: 'nats' } }, /^engine\.type: got "nats"; Belfry has "memory"/],
    [{ broker: { enabled: true, type: 'nats' } }, /^broker\.type: got "nats"/],
    [
      { engine: { type: 'redis', redis: { replica_client: { enabled: true } } } },
      /^engine\.redis\.replica_client: Belfry reads from the server that it writes to/,
    ],
    [
      { engine: { type: 'redis', redis: { sentinel_address: ['h:1'] } } },
      /^engine\.redis\.sentinel_address: Belfry does not use Sentinel/,
    ],
    [
      { engine: { type: 'redis', redis: { address: ['a:1', 'b:2'] } } },
      /^engine\.redis\.address: it names 2 servers/,
    ],
    [
      { engine: { type: 'redis', redis: { address: 'unix:///run/redis.sock' } } },
      /^engine\.redis\.address: Belfry has no unix:\/\/ addresses/,
    ],
    [
      { engine: { type: 'redis', redis: { adress: 'h:1' } } },
      /^engine\.redis\.adress: unknown key/,
    ],
    [
      { broker: { enabled: true, type: 'redis', redis: { address: 'h:1' } } },
      /^presence_manager: Belfry keeps publications and presence in one store/,
    ],
  ])('%j is refused', (values, problem) => {
    expect(problemsOf(values)[0]).toMatch(problem);
  });
});

describe('proxies', () => {
  test.each<[string, object, string]>([
    [
      'a proxy without an endpoint',
      { client: { proxy: { connect: { enabled: true } } } },
      'client.proxy.connect.endpoint: is missing; it is where the backend answers.',
    ],
    [
      'a namespace whose proxy is not there',
      {
        channel: {
          namespaces: [
            { name: 'chat', subscribe_proxy_enabled: true, subscribe_proxy_name: 'away' },
          ],
        },
      },
      'channel.namespaces[0].subscribe_proxy_name: there is no proxy "away" in proxies.',
    ],
    [
      'a namespace with the default proxy, which is not set up',
      { channel: { without_namespace: { publish_proxy_enabled: true } } },
      'channel.proxy.publish.endpoint: is missing; channel.without_namespace.publish_proxy_enabled needs it.',
    ],
    [
      'an endpoint of another kind',
      { rpc: { proxy: { endpoint: 'grpc://backend:10000' } } },
      'rpc.proxy.endpoint: got a value that is not shown, for it may hold a secret (config.json); it must be a URL that begins with http:// or https://.',
    ],
    [
      'a misspelt option within a list',
      { proxies: [{ name: 'one', endpoint: 'http://x', http: { static_header: {} } }] },
      'proxies[0].http.static_header: unknown key (config.json). Did you mean "static_headers"?',
    ],
    [
      'a key of the API that is good for what there is not',
      { http_api: { keys: [{ name: 'a', key: 'k', scopes: ['publsh'] }] } },
      'http_api.keys[0].scopes[0]: got "publsh" (config.json); it must be one of ',
    ],
    [
      'an endpoint of keys with a name that no regex has',
      { client: { token: { jwks_public_endpoint: 'https://k/{{realm}}/certs' } } },
      'client.token.jwks_public_endpoint: {{realm}} is no named group of issuer_regex or audience_regex.',
    ],
    [
      'an issuer and a regex for it',
      { client: { token: { issuer: 'a', issuer_regex: 'b' } } },
      'client.token.issuer: give it or issuer_regex, not both.',
    ],
    [
      'a bucket that is too quick',
      {
        client: {
          rate_limit: {
            client_command: {
              enabled: true,
              publish: { enabled: true, buckets: [{ interval: '10ms', rate: 1 }] },
            },
          },
        },
      },
      'client.rate_limit.client_command.publish.buckets[0].interval: got "10ms" (config.json); it must be a duration of at least 1000 ms and at most 3600000 ms with its unit',
    ],
  ])('%s', (_name, values, problem) => {
    expect(problemsOf(values).join('\n')).toContain(problem);
  });
});

describe('the config of a team that has run Centrifugo for a while', () => {
  test.each<[string, unknown, RegExp]>([
    ['mystery', { enabled: true }, /^mystery: unknown key \(config\.json\)/],
    ['client.mystery', 1, /^client\.mystery: unknown key/],
    [
      'channel.without_namespace.mystery',
      true,
      /^channel\.without_namespace\.mystery: unknown key/,
    ],
    ['channel.namespaces.*.mystery', true, /^channel\.namespaces\[0\]\.mystery: unknown key/],
    ['proxies.*.http.mystery', true, /^proxies\[0\]\.http\.mystery: unknown key/],
    ['grpc_api.enabled', true, /^grpc_api: Belfry does not have this option/],
    [
      'channel.namespaces.*.subscription_type',
      'map',
      /^channel\.namespaces\[0\]\.subscription_type: /,
    ],
  ])('loads, but for a key that Belfry lacks, which it names: %s', (path, value, problem) => {
    const config = structuredClone(teamConfig('http://127.0.0.1:1')) as Tree;
    expect(problemsOf(config)).toEqual([]);
    const [place = '', rest] = path.split('.*.');
    const [first] = rest === undefined ? [config] : (valueAt(config, place) as Tree[]);
    assign(first as Tree, { path: rest ?? place, value, origin: '' });
    expect(problemsOf(config)).toEqual([expect.stringMatching(problem)]);
  });
});
