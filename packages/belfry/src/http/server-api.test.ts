import { createHash } from 'node:crypto';
import { BelfryError, connect } from '@belfry/client';
import { describe, expect, test } from 'vitest';
import type { BelfryConfig } from '../config/schema.ts';
import { startBelfry } from '../run/start-belfry.ts';
import { temporaryDirectory } from '../testing/belfry-process.ts';
import { counter, lobby } from '../testing/counter.ts';

const KEY = 'the-key-of-these-tests';
const SPECIAL = 'another-key-of-these-tests';

const config: BelfryConfig = {
  actors: [counter, lobby],
  http_server: { port: 0 },
  log: { level: 'silent' },
  client: { allow_anonymous_connect_without_token: true },
  guests: { enabled: true },
  http_api: {
    key: KEY,
    keys: [
      {
        name: 'news',
        key_hash: createHash('sha256').update(SPECIAL).digest('hex'),
        scopes: ['publish', 'read'],
        channels: ['news:*'],
      },
    ],
  },
  channel: {
    namespaces: [
      {
        name: 'news',
        presence: true,
        history_size: 10,
        history_ttl: '60s',
        allow_subscribe_for_client: true,
        allow_subscribe_for_anonymous: true,
      },
    ],
  },
};

interface Answer {
  readonly status: number;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

async function start(extra: BelfryConfig = {}) {
  const directory = temporaryDirectory();
  const belfry = await startBelfry({ ...config, data_dir: directory.path, ...extra });
  const url = belfry.url ?? '';
  return {
    url,
    async call(
      method: string,
      body: unknown,
      headers: Record<string, string> = {},
    ): Promise<Answer> {
      const response = await fetch(`${url}/api/${method}`, {
        method: 'POST',
        headers: { 'x-api-key': KEY, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, text, body: JSON.parse(text) as unknown };
    },
    async [Symbol.asyncDispose]() {
      await belfry.stop();
      directory[Symbol.dispose]();
    },
  };
}

const error = (code: number): object => ({ error: { code } });

describe('the server API', () => {
  test('publishes, and tells what was published exactly as it was', async () => {
    await using server = await start();
    const data = '{"n": 9007199254740993, "10":1,"2":2,"text":"\\u00e4"}';
    const first = await server.call(
      'publish',
      `{"data":${data},"channel":"news:1","tags":{"a":"b"}}`,
    );
    expect(first).toMatchObject({ status: 200, body: { result: { offset: 1 } } });
    const again = { channel: 'news:1', data: 2, idempotency_key: 'k' };
    expect((await server.call('publish', again)).body.result.offset).toBe(2);
    expect((await server.call('publish', again)).body.result.offset).toBe(2);
    await server.call('publish', {
      channel: 'news:1',
      b64data: Buffer.from([255, 0]).toString('base64'),
    });
    await server.call('publish', { channel: 'news:1', data: null, skip_history: true });
    const history = await server.call('history', { channel: 'news:1', limit: -1 });
    expect(history.text).toContain(`{"data":${data},"offset":1,"tags":{"a":"b"}}`);
    expect(history.body.result.publications.slice(1)).toEqual([
      { data: 2, offset: 2 },
      { b64data: '/wA=', offset: 3 },
    ]);
    const top = { offset: 3, epoch: first.body.result.epoch };
    expect((await server.call('history', { channel: 'news:1' })).body.result).toEqual({
      publications: [],
      ...top,
    });
    await server.call('history_remove', { channel: 'news:1' });
    const since = await server.call('history', {
      channel: 'news:1',
      limit: 1,
      since: { offset: 0, epoch: 'x' },
    });
    expect(since.body).toMatchObject(error(112));
  });

  test('answers broadcasts and batches one by one', async () => {
    await using server = await start();
    const broadcast = await server.call('broadcast', {
      channels: ['news:1', 'nope:1', 'plain'],
      data: 1,
    });
    expect(broadcast.body.result.responses).toMatchObject([
      { result: { offset: 1 } },
      { error: { code: 102, message: 'unknown channel' } },
      { result: {} },
    ]);
    for (const parallel of [false, true]) {
      const commands =
        '[{"publish":{"channel":"news:2","data":{ "n": 9007199254740993 }}}, {"presence_stats":{"channel":"news:2"}},{"publish":{"channel":"nope:2","data":1}},{"nope":{}},{},{"batch":{}}]';
      const batch = await server.call('batch', `{"commands":${commands},"parallel":${parallel}}`);
      expect(batch.body.replies).toMatchObject([
        { publish: { offset: parallel ? 2 : 1 } },
        { presence_stats: { num_clients: 0, num_users: 0 } },
        error(102),
        error(104),
        error(107),
        error(104),
      ]);
    }
    const history = await server.call('history', { channel: 'news:2', limit: 1 });
    expect(history.text).toContain('{ "n": 9007199254740993 }');
  });

  test('says what is wrong with a request', async () => {
    await using server = await start();
    const cases: [string, unknown, number, RegExp][] = [
      ['publish', {}, 107, /channel: /],
      ['publish', { channel: 'news:1' }, 107, /data: is missing/],
      ['publish', { channel: '', data: 1 }, 107, /channel: is empty/],
      ['publish', { channel: 'news:1', b64data: '*' }, 107, /b64data: is not base64/],
      ['publish', { channel: 'news:1', data: 1, version: -1 }, 107, /version/],
      ['publish', { channel: '~belfry:bus', data: 1 }, 102, /unknown channel/],
      ['publish', { channel: 'control:counter/1', data: 1 }, 108, /inbox/],
      ['broadcast', { channels: [], data: 1 }, 107, /channels: is empty/],
      ['presence', { channel: 'server:x' }, 108, /not available/],
      ['history', { channel: 'plain' }, 108, /not available/],
      [
        'disconnect',
        { user: 'ann', disconnect: { code: 1000, reason: '' } },
        107,
        /disconnect\.code/,
      ],
      ['disconnect', { user: '' }, 107, /anonymous/],
      ['rpc', { method: 'nope' }, 104, /method not found/],
      ['block_user', { user: 'ann', expire_at: 1 }, 107, /past/],
      ['connections', { expression: 'x' }, 107, /expression/],
    ];
    for (const [method, body, code, message] of cases) {
      const answer = await server.call(method, body);
      expect(answer, `${method} ${JSON.stringify(body)}`).toMatchObject({
        status: 200,
        body: error(code),
      });
      expect(answer.body.error.message).toMatch(message);
    }
    const transport = { 'x-centrifugo-error-mode': 'transport' };
    expect(await server.call('publish', {}, transport)).toMatchObject({
      status: 400,
      body: { code: 107 },
    });
    const unknown = { channel: 'nope:1', data: 1 };
    expect((await server.call('publish', unknown, transport)).status).toBe(404);
    for (const body of ['{"channel"', '[]', 'null']) {
      expect(await server.call('publish', body)).toMatchObject({ status: 400, body: error(107) });
    }
    expect((await server.call('publish', ' '.repeat(11_000_000))).status).toBe(413);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('belfry_api_errors_total{method="history",code="108"} 1');
    expect(metrics).toContain('belfry_api_latency_seconds_count');
  });

  test('wants a key, and keeps to what it is for', async () => {
    await using server = await start();
    const none = { 'x-api-key': 'wrong' };
    expect(await server.call('info', {}, none)).toMatchObject({ status: 401, body: error(101) });
    const plain = await fetch(`${server.url}/api/info`, { method: 'POST', body: '{}' });
    expect(plain.status).toBe(401);
    const query = await fetch(`${server.url}/api/info?api_key=${KEY}`, { method: 'POST' });
    expect(query.status).toBe(200);
    const authorization = { authorization: `apikey ${KEY}` };
    const other = await fetch(`${server.url}/api/info`, { method: 'POST', headers: authorization });
    expect(other.status).toBe(200);

    const special = { 'x-api-key': SPECIAL };
    const publish = (channel: string): Promise<Answer> =>
      server.call('publish', { channel, data: 1 }, special);
    expect((await publish('news:1')).body).toMatchObject({ result: { offset: 1 } });
    expect((await publish('plain')).body).toMatchObject(error(103));
    expect((await server.call('history', { channel: 'news:1' }, special)).body).toHaveProperty(
      'result',
    );
    for (const method of ['broadcast', 'info', 'channels', 'disconnect'] as const) {
      const body = { channels: ['news:1'], data: 1, user: 'ann' };
      expect((await server.call(method, body, special)).body).toMatchObject(error(103));
    }
    const batch = { commands: [{ publish: { channel: 'plain', data: 1 } }] };
    expect((await server.call('batch', batch, special)).body.replies).toMatchObject([error(103)]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('belfry_api_unauthorized_total 2');
  });

  test('works on the connections of users', async () => {
    await using server = await start();
    const login = await fetch(`${server.url}/auth/guest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"Ann"}',
    });
    const { token, user } = (await login.json()) as { token: string; user: string };
    const client = connect({ url: server.url, token });
    const total = await client.rpc('ask', { actor: 'counter/1', data: { add: 2 } });
    expect(total).toMatchObject({ total: 2 });
    expect((await server.call('subscribe', { user, channel: 'news:1' })).body).toEqual({
      result: {},
    });
    const channels = await server.call('channels', { pattern: 'news:*' });
    expect(channels.body.result).toEqual({ channels: { 'news:1': { num_clients: 1 } } });
    const presence = await server.call('presence', { channel: 'news:1' });
    expect(Object.values(presence.body.result.presence)).toMatchObject([
      { user, conn_info: { name: 'Ann' } },
    ]);
    const connections = await server.call('connections', { user });
    expect(Object.values(connections.body.result.connections)).toMatchObject([
      { user, transport: 'websocket', protocol: 'json', num_channels: 1 },
    ]);
    const expireAt = Math.floor(Date.now() / 1000) + 600;
    expect((await server.call('refresh', { user, expire_at: expireAt })).body).toEqual({
      result: {},
    });
    expect((await server.call('unsubscribe', { user, channel: 'news:1' })).body).toEqual({
      result: {},
    });
    const info = await server.call('info', {});
    expect(info.body.result.nodes).toMatchObject([{ num_clients: 1, num_users: 1, num_subs: 0 }]);
    expect((await server.call('block_user', { user })).body).toEqual({ result: {} });
    expect((await server.call('info', {})).body.result.nodes).toMatchObject([{ num_clients: 0 }]);
    client.close();
  });

  test('reaches actors', async () => {
    await using server = await start();
    const send = { actor: 'counter/7', data: { add: 3 }, user: 'ann' };
    const sent = await server.call('rpc', { method: 'send', params: send });
    expect(sent.body).toEqual({ result: { data: { sent: true } } });
    const bad = await server.call('rpc', { method: 'ask', params: { actor: 'x' } });
    expect(bad.body).toMatchObject({ error: { code: 400 } });
    const time = await server.call('rpc', { method: 'time' });
    expect(time.body.result.data).toHaveProperty('now');
  });

  test('can do without a key where the config says so, but not for pages of other sites', async () => {
    await using server = await start({ http_api: { insecure: true } });
    const call = (headers: Record<string, string>): Promise<Answer> =>
      server.call('info', {}, { 'x-api-key': '', ...headers });
    expect((await call({})).status).toBe(200);
    expect((await call({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  test('what is blocked stays so after a restart', async () => {
    using directory = temporaryDirectory();
    const data = { data_dir: directory.path };
    let token = '';
    let user = '';
    {
      await using server = await start(data);
      expect((await server.call('block_user', { user: '' })).body).toMatchObject(error(107));
      expect((await server.call('invalidate_user_tokens', { user: 'x' })).body).toEqual({
        result: {},
      });
      const login = await fetch(`${server.url}/auth/guest`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"name":"Ann"}',
      });
      ({ token, user } = (await login.json()) as { token: string; user: string });
      expect((await server.call('block_user', { user })).body).toEqual({ result: {} });
    }
    await using server = await start(data);
    const refused = connect({ url: server.url, token });
    await expect(refused.rpc('time')).rejects.toBeInstanceOf(BelfryError);
    refused.close();
    await server.call('unblock_user', { user });
    const admitted = connect({ url: server.url, token });
    expect(await admitted.rpc('time')).toHaveProperty('now');
    admitted.close();
  });

  test('has its counterpart for operators', async () => {
    await using server = await start({ admin: { secret: 'the-admin-secret-of-these-tests' } });
    const login = await fetch(`${server.url}/auth/guest`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"Ann"}',
    });
    const { token, user } = (await login.json()) as { token: string; user: string };
    using client = connect({ url: server.url, token });
    await client.rpc('time');
    const admin = async (operation: string, input: object): Promise<unknown> => {
      const response = await fetch(`${server.url}/admin/${operation}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: 'Bearer the-admin-secret-of-these-tests',
        },
        body: JSON.stringify(input),
      });
      return response.json();
    };
    await server.call('subscribe', { user, channel: 'news:1' });
    expect(await admin('channels.list', {})).toEqual({
      result: { channels: [{ channel: 'news:1', clients: 1 }], total: 1 },
    });
    expect(await admin('connections.list', { limit: 5 })).toMatchObject({
      result: { connections: [{ user, transport: 'websocket', channels: 1 }], cursor: null },
    });
    expect(await admin('nodes.list', {})).toMatchObject({
      result: { nodes: [{ connections: 1 }] },
    });
    expect(await admin('connections.disconnect', { user })).toEqual({
      result: { disconnected: 1 },
    });
    expect(await admin('connections.disconnect', { user: '' })).toMatchObject({
      error: { code: 'refused' },
    });
  });

  test('describes itself', async () => {
    await using server = await start();
    const response = await fetch(`${server.url}/api/openapi.json`);
    const description = (await response.json()) as { openapi: string; paths: object };
    expect(description.openapi).toBe('3.1.0');
    expect(Object.keys(description.paths)).toContain('/publish');
    expect(Object.keys(description.paths)).toContain('/batch');
  });
});
