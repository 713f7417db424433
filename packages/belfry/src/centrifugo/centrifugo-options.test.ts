import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '../config/config-error.ts';
import { resolveConfig } from '../config/resolve-config.ts';
import type { BelfryConfig } from '../config/schema.ts';
import { startBelfry } from '../run/start-belfry.ts';
import { runBelfry, temporaryDirectory } from '../testing/belfry-process.ts';
import { counter } from '../testing/counter.ts';
import { configForCentrifugo } from './config-for-centrifugo.ts';

const CENTRIFUGO = { api_url: 'http://127.0.0.1:1/api', api_key: 'key' };

function resolve(values: BelfryConfig) {
  return resolveConfig({ file: { name: 'file', directory: '/', values }, workingDirectory: '/' });
}

function problemsOf(values: BelfryConfig): readonly string[] {
  try {
    resolve(values);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

test('with Centrifugo as the Beacon a process is worker and ticker, on the embedded store too', () => {
  const { config } = resolve({ beacon: 'centrifugo', centrifugo: CENTRIFUGO });
  expect(config.roles).toEqual(['worker', 'ticker']);
});

test('what is missing is named, and in production the secret of the proxies is', () => {
  expect(problemsOf({ beacon: 'centrifugo', roles: ['beacon', 'worker', 'ticker'] })).toEqual([
    expect.stringMatching(/^roles: .*--role worker,ticker/),
    expect.stringMatching(/^centrifugo\.api_url: is missing/),
    expect.stringMatching(/^centrifugo\.api_key: is missing/),
  ]);
  expect(
    problemsOf({ beacon: 'centrifugo', environment: 'production', centrifugo: CENTRIFUGO }),
  ).toEqual([expect.stringMatching(/^centrifugo\.proxy_secret: is missing; in production/)]);
});

test('presence is told of often enough for the shortest presence_ttl, and one that Centrifugo cannot keep up with is refused', () => {
  const lookInterval = (values: Partial<BelfryConfig>): unknown => {
    const config = { beacon: 'centrifugo' as const, centrifugo: CENTRIFUGO, ...values };
    const { client } = configForCentrifugo(resolve(config)) as {
      client: { presence_update_interval: unknown };
    };
    return client.presence_update_interval;
  };
  expect(lookInterval({})).toBe('5000ms');
  expect(lookInterval({ centrifugo: { ...CENTRIFUGO, presence_ttl: '10s' } })).toBe('1666ms');
  const rooms = (ttl: string) => ({
    channel: { namespaces: [{ name: 'rooms', queue: true, presence: true, presence_ttl: ttl }] },
  });
  expect(lookInterval(rooms('12s'))).toBe('2000ms');
  expect(problemsOf({ beacon: 'centrifugo', centrifugo: CENTRIFUGO, ...rooms('9s') })).toEqual([
    expect.stringMatching(/^channel\.namespaces\[\d+\]\.presence_ttl \("rooms"\): .*"10s"/),
  ]);
  expect(problemsOf(rooms('9s'))).toEqual([]);
});

test('belfry centrifugo-config prints what Centrifugo must know, and nothing that it does not', async () => {
  using directory = temporaryDirectory();
  const config: BelfryConfig = {
    beacon: 'centrifugo',
    client: {
      token: { hmac_secret_key: 'the-secret-of-tokens' },
      allowed_origins: ['https://a.b'],
    },
    centrifugo: { ...CENTRIFUGO, proxy_secret: 'shown', proxy_url: 'https://workers/x/' },
    channel: {
      namespaces: [{ name: 'news', history_size: 5, history_ttl: '9s', conflate: true }],
    },
  };
  writeFileSync(join(directory.path, 'belfry.config.json'), JSON.stringify(config));
  const { code, stdout } = await runBelfry(['centrifugo-config'], { cwd: directory.path });
  expect(code).toBe(0);
  const printed = JSON.parse(stdout) as { channel: { namespaces: { name: string }[] } };
  expect(printed).toMatchObject({
    client: {
      token: { hmac_secret_key: 'the-secret-of-tokens' },
      allowed_origins: ['https://a.b'],
    },
    http_api: { key: 'key' },
    rpc: { without_namespace: { proxy_enabled: true } },
    channel: {
      proxy: {
        publish: {
          endpoint: 'https://workers/x/centrifugo/publish',
          http: { static_headers: { 'X-Belfry-Proxy-Secret': 'shown' } },
        },
      },
    },
  });
  const { namespaces } = printed.channel;
  expect(namespaces.find(({ name }) => name === 'news')).toEqual({
    name: 'news',
    history_size: 5,
    history_ttl: '9s',
  });
  expect(namespaces.find(({ name }) => name === 'control')).toEqual({
    name: 'control',
    subscribe_proxy_enabled: true,
    sub_refresh_proxy_enabled: true,
    publish_proxy_enabled: true,
  });
  // It is a config of Centrifugo v6, so it is one of Belfry's too.
  const file = { name: 'printed', directory: '/', values: printed as BelfryConfig };
  expect(resolveConfig({ file, workingDirectory: '/' }).warnings).toEqual([]);
});

test('a worker gives guests tokens whose meta is their info, and answers nothing that is no proxy request', async () => {
  using directory = temporaryDirectory();
  const belfry = await startBelfry({
    beacon: 'centrifugo',
    centrifugo: CENTRIFUGO,
    actors: [counter],
    guests: { enabled: true },
    data_dir: directory.path,
    http_server: { port: 0 },
    log: { level: 'silent' },
  });
  await using _stopped = { [Symbol.asyncDispose]: () => belfry.stop() };
  const guest = await fetch(`${belfry.url}/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"Ann"}',
  });
  const { token } = (await guest.json()) as { token: string };
  const [, claims = ''] = token.split('.');
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    info: { name: 'Ann' },
    meta: { name: 'Ann' },
  });
  const ask = async (use: string, body: string): Promise<[number, unknown]> => {
    const response = await fetch(`${belfry.url}/centrifugo/${use}`, { method: 'POST', body });
    return [response.status, await response.json()];
  };
  for (const body of ['', '[]', '{}', '{"client":7}', '{"client":"c","user":{}}']) {
    expect((await ask('publish', body))[0]).toBe(400);
  }
  const question = { client: 'c', user: 'ann', channel: 'control:counter/1' };
  const b64data = Buffer.from('{"add":2}').toString('base64');
  expect(await ask('publish', JSON.stringify({ ...question, b64data }))).toEqual([
    200,
    { result: expect.objectContaining({ data: {}, skip_history: true }) },
  ]);
  const garbage = Buffer.from([0xff, 0x00]).toString('base64');
  expect(await ask('publish', JSON.stringify({ ...question, b64data: garbage }))).toEqual([
    200,
    { error: { code: 107, message: 'data is not JSON' } },
  ]);
  expect(await ask('subscribe', JSON.stringify({ ...question, user: '' }))).toEqual([
    200,
    { error: expect.objectContaining({ code: 103 }) },
  ]);
  expect(await ask('sub_refresh', JSON.stringify({ ...question, channel: 'news' }))).toEqual([
    200,
    { result: { expired: true } },
  ]);
});
