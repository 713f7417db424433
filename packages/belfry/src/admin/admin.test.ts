import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@belfry/client';
import { startRedis, waitFor } from '@belfry/testkit';
import { SignJWT } from 'jose';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { BelfryConfig } from '../config/schema.ts';
import { startBelfry } from '../run/start-belfry.ts';
import { createAdminTokens } from './admin-token.ts';

const SECRET = 'the-admin-secret-of-these-tests-only';
const PASSWORD = 'tower-bell-rope-42';

interface Answer {
  readonly status: number;
  readonly body: {
    readonly result?: unknown;
    readonly token?: string;
    readonly scope?: string;
    readonly error?: { readonly code: string; readonly message: string };
  };
}

interface Server extends AsyncDisposable {
  readonly url: string;
  /** Everything it logged. */
  log(): string;
  post(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** A token for the password. */
  signIn(): Promise<string>;
  /** An operation with a token. */
  ask(token: string, operation: string, input?: object): Promise<Answer>;
}

async function start(config: BelfryConfig = {}): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), 'belfry-admin-'));
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const belfry = await startBelfry(
    {
      environment: 'development',
      data_dir: directory,
      guests: { enabled: true },
      http_server: { port: 0, client_ip_header: 'x-test-address' },
      http_api: { key: 'a-key' },
      channel: {
        namespaces: [
          { name: 'news', presence: true, join_leave: true, history_size: 10, history_ttl: '60s' },
          { name: 'quiet' },
        ],
      },
      ...config,
      admin: { enabled: true, password: PASSWORD, secret: SECRET, ...config.admin },
    },
    { log: pino({ level: 'info' }, stream) },
  );
  const url = belfry.url ?? '';
  const post: Server['post'] = async (path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  return {
    url,
    log: () => written,
    post,
    async signIn() {
      return (await post('/admin/auth', { password: PASSWORD })).body.token ?? '';
    },
    ask: (token, operation, input = {}) =>
      post(`/admin/${operation}`, input, { authorization: `Bearer ${token}` }),
    async [Symbol.asyncDispose]() {
      await belfry.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function guest(url: string) {
  const response = await fetch(`${url}/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"Ann"}',
  });
  const { token, user } = (await response.json()) as { token: string; user: string };
  const client = connect({ url, token });
  await client.rpc('time');
  return { user, [Symbol.dispose]: () => client.close() };
}

/** As a proxy on this machine passes on what came from elsewhere. */
const FROM_ELSEWHERE = { 'x-forwarded-for': '203.0.113.9' };

describe('an operator', () => {
  test('signs in with the password, from anywhere, and not with another', async () => {
    await using server = await start();
    const wrong = await server.post('/admin/auth', { password: 'tower-bell-rope-43' });
    expect([wrong.status, wrong.body.error?.code]).toEqual([401, 'bad_password']);
    const right = await server.post('/admin/auth', { password: PASSWORD }, FROM_ELSEWHERE);
    expect([right.status, right.body.scope]).toEqual([200, 'all']);
    const authorization = `Bearer ${right.body.token ?? ''}`;
    const asked = await server.post('/admin/overview', {}, { authorization, ...FROM_ELSEWHERE });
    expect(asked.body.result).toMatchObject({
      nodes: [{ connections: 0, queuedBytes: 0 }],
      missing: [],
      store: { ok: true },
    });
    expect(server.log()).toContain('an operator signed in');
    expect(server.log()).toContain('a sign-in of an operator was refused');
    for (const secret of [PASSWORD, 'tower-bell-rope-43', right.body.token ?? '', SECRET]) {
      expect(server.log()).not.toContain(secret);
    }
  });

  test('is asked to wait after a few wrong passwords, while another address and a token are not', async () => {
    await using server = await start();
    const from = (address: string) => ({ 'x-test-address': address });
    const attempt = async (password: string, address: string): Promise<number> =>
      (await server.post('/admin/auth', { password }, from(address))).status;
    for (let i = 0; i < 5; i++) expect(await attempt(`guess-${i}`, '192.0.2.1')).toBe(401);
    expect(await attempt(PASSWORD, '192.0.2.1')).toBe(429);
    expect(await attempt(PASSWORD, '192.0.2.2')).toBe(200);
    const { token } = await createAdminTokens(SECRET).sign('read', Date.now());
    const signed = await server.post('/admin/auth', { password: token }, from('192.0.2.1'));
    expect([signed.status, signed.body.scope, signed.body.token]).toEqual([200, 'read', token]);
  });

  test('gets in by a link once', async () => {
    await using server = await start();
    const code = await createAdminTokens(SECRET).signCode('read', Date.now());
    const first = await server.post('/admin/auth', { code });
    expect([first.status, first.body.scope]).toEqual([200, 'read']);
    const second = await server.post('/admin/auth', { code });
    expect([second.status, second.body.error?.code]).toEqual([401, 'bad_code']);
    const old = await createAdminTokens(SECRET).signCode('all', Date.now() - 16 * 60_000);
    expect((await server.post('/admin/auth', { code: old })).status).toBe(401);
  });

  test('is known by nothing but a token of this secret that has not run out', async () => {
    await using server = await start();
    const now = Date.now();
    const tokens = createAdminTokens(SECRET);
    const client = await new SignJWT({ sub: 'ann', scope: 'all' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(SECRET));
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${
      client.split('.')[1] ?? ''
    }.`;
    const bad = [
      '',
      'x',
      client,
      unsigned,
      await tokens.signCode('all', now),
      (await tokens.sign('all', now - 13 * 3_600_000)).token,
      (await createAdminTokens(`${SECRET}!`).sign('all', now)).token,
    ];
    for (const token of bad) {
      const { status, body } = await server.ask(token, 'overview');
      expect([token, status, body.error?.code]).toEqual([token, 401, 'unauthorized']);
    }
    const authorization = `Bearer ${SECRET}`;
    const local = await server.post('/admin/overview', {}, { authorization });
    expect(local.status).toBe(200);
    const away = await server.post('/admin/overview', {}, { authorization, ...FROM_ELSEWHERE });
    expect(away.status).toBe(401);
  });

  test('who may only look changes nothing', async () => {
    await using server = await start();
    const { token } = await createAdminTokens(SECRET).sign('read', Date.now());
    expect((await server.ask(token, 'channels.busy')).status).toBe(200);
    for (const operation of ['channels.publish', 'connections.disconnect', 'actors.drop']) {
      const { status, body } = await server.ask(token, operation);
      expect([operation, status, body.error?.code]).toEqual([operation, 403, 'read_only']);
    }
  });

  test('finds no way in where it is not enabled', async () => {
    await using server = await start({ admin: { enabled: false } });
    expect((await server.post('/admin/auth', { password: PASSWORD })).status).toBe(404);
    const { token } = await createAdminTokens(SECRET).sign('all', Date.now());
    expect((await server.ask(token, 'overview')).status).toBe(401);
    const away = { authorization: `Bearer ${token}`, ...FROM_ELSEWHERE };
    expect((await server.post('/admin/overview', {}, away)).status).toBe(403);
  });

  test('sees a channel’s rate, who is on it and who comes, and changes are logged without what was sent', async () => {
    await using server = await start();
    const token = await server.signIn();
    const shown = await server.ask(token, 'channels.show', { channel: 'news:1' });
    expect(shown.body.result).toEqual({
      channel: 'news:1',
      namespace: 'news',
      use: 'publications',
      presence: true,
      joinLeave: true,
      history: { size: 10, ttlMs: 60_000 },
    });
    expect((await server.ask(token, 'channels.show', { channel: 'nope:1' })).status).toBe(400);

    const stop = new AbortController();
    const stream = await fetch(`${server.url}/admin/channels.subscribe`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ channel: 'news:1', joinLeave: true }),
      signal: stop.signal,
    });
    let lines = '';
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of stream.body as AsyncIterable<Uint8Array>) {
        lines += decoder.decode(chunk, { stream: true });
      }
    })().catch(() => undefined);
    using ann = await guest(server.url);
    expect(await subscribe(server, ann.user)).toBe(true);
    await server.ask(token, 'channels.publish', { channel: 'news:1', data: { text: 'sesame' } });
    await waitFor(async () => lines.includes('sesame') && lines.includes('"type":"join"'), {
      what: 'the publication and the join',
    });
    stop.abort();
    await reading;
    await waitFor(async () => {
      const { body } = await server.ask(token, 'channels.busy', { sort: 'rate' });
      const { channels } = body.result as { channels: { channel: string; rate: number | null }[] };
      await server.ask(token, 'channels.publish', { channel: 'news:1', data: 1 });
      return channels[0]?.channel === 'news:1' && (channels[0].rate ?? 0) > 0;
    });
    const found = await server.ask(token, 'connections.list', { search: ann.user.slice(0, 9) });
    expect(found.body.result).toMatchObject({ total: 1, connections: [{ user: ann.user }] });
    const none = await server.ask(token, 'connections.list', { search: 'nobody' });
    expect(none.body.result).toMatchObject({ total: 0, connections: [] });
    expect(server.log()).toContain('"operation":"channels.publish"');
    expect(server.log()).not.toContain('sesame');
  });
});

/** Subscribes a user by the server API's own control. */
async function subscribe(server: Server, user: string): Promise<boolean> {
  const response = await fetch(`${server.url}/api/subscribe`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'a-key' },
    body: JSON.stringify({ user, channel: 'news:1', join_leave: true, presence: true }),
  });
  return response.ok && !(await response.text()).includes('error');
}

test('one sign-in is good on every Beacon of a Redis, and a link on one of them only', async () => {
  await using redis = await startRedis();
  const shared = { redis: { url: redis.url }, client: { token: { hmac_secret_key: SECRET } } };
  await using one = await start(shared);
  await using two = await start(shared);
  const token = await one.signIn();
  await waitFor(async () => {
    const { body } = await two.ask(token, 'overview');
    return (body.result as { nodes: unknown[] }).nodes.length === 2;
  });
  const code = await createAdminTokens(SECRET).signCode('all', Date.now());
  expect((await one.post('/admin/auth', { code })).status).toBe(200);
  expect((await two.post('/admin/auth', { code })).status).toBe(401);
  using ann = await guest(one.url);
  expect((await two.ask(token, 'connections.disconnect', { user: ann.user })).body.result).toEqual({
    disconnected: 1,
  });
}, 60_000);
