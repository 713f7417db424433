import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodePublication } from '@belfry/protocol';
import { waitFor } from '@belfry/testkit';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { startBeacon, tokenFor, type BeaconRig } from '../testing/beacon-rig.ts';
import { openMemoryStore } from '../testing/stores.ts';

const CONFIG: BeaconConfig = {
  sse: { enabled: true },
  http_stream: { enabled: true },
  uni_sse: { enabled: true },
  uni_http_stream: { enabled: true },
  client: { allow_anonymous_connect_without_token: true, stale_close_delay: '500ms' },
  channel: {
    without_namespace: {
      allow_subscribe_for_client: true,
      allow_subscribe_for_anonymous: true,
      allow_publish_for_subscriber: true,
    },
  },
};

/** An HTTP connection by hand. */
interface Raw extends Disposable {
  readonly socket: Socket;
  text(): string;
  readonly closed: Promise<void>;
}

function dial({ port }: BeaconRig): Raw {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  // A server that cuts us off may do so while we send.
  socket.on('error', () => {});
  const closed = once(socket, 'close').then(() => {});
  return {
    socket,
    closed,
    text: () => Buffer.concat(chunks).toString('utf8'),
    [Symbol.dispose]: () => socket.destroy(),
  };
}

function post(path: string, body: string | Buffer, headers: readonly string[] = []): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: x',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

const statusOf = (raw: Raw): number => Number(/^HTTP\/1\.1 (\d+)/.exec(raw.text())?.[1] ?? 0);

async function ask(rig: BeaconRig, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${rig.port}${path}`, {
    ...init,
    signal: AbortSignal.timeout(10_000),
  });
}

const CONNECT = '{"id":1,"connect":{}}';
const query = (text: string): string => `?cf_connect=${encodeURIComponent(text)}`;

/** Opens a stream and gives what its client knows of it. */
async function stream(rig: BeaconRig): Promise<Raw & { session: string; node: string }> {
  const raw = dial(rig);
  raw.socket.write(post('/connection/http_stream', CONNECT));
  await waitFor(() => raw.text().includes('"node"'));
  const [, session = '', node = ''] = /"session":"([^"]+)","node":"([^"]+)"/.exec(raw.text()) ?? [];
  return Object.assign(raw, { session, node });
}

describe('a stream', () => {
  it('tells proxies and caches to keep nothing back', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    const cases = [
      [`/connection/sse${query(CONNECT)}`, {}, 'text/event-stream; charset=utf-8'],
      ['/connection/sse', { method: 'POST', body: CONNECT }, 'text/event-stream; charset=utf-8'],
      [
        '/connection/http_stream',
        { method: 'POST', body: CONNECT },
        'application/json; charset=utf-8',
      ],
      [`/connection/uni_sse${query('{}')}`, {}, 'text/event-stream; charset=utf-8'],
      [
        '/connection/uni_http_stream/',
        { method: 'POST', body: '{}' },
        'application/json; charset=utf-8',
      ],
    ] as const;
    for (const [path, init, type] of cases) {
      const abort = new AbortController();
      const url = `http://127.0.0.1:${rig.port}${path}`;
      const { status, headers } = await fetch(url, { ...init, signal: abort.signal });
      expect([path, status, headers.get('content-type')]).toEqual([path, 200, type]);
      expect(headers.get('x-accel-buffering')).toBe('no');
      expect(headers.get('cache-control')).toMatch(/no-cache.*no-transform/);
      expect(headers.get('transfer-encoding')).toBe('chunked');
      abort.abort();
    }
    await waitFor(() => rig.beacon.snapshot().gauges.connections === 0);
  });

  it('is not there unless it is switched on', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, { client: CONFIG.client });
    for (const path of ['sse', 'http_stream', 'uni_sse', 'uni_http_stream', 'uni_websocket']) {
      expect((await ask(rig, `/connection/${path}${query(CONNECT)}`)).status).toBe(404);
    }
    expect((await ask(rig, '/emulation', { method: 'POST' })).status).toBe(404);
  });

  it('is wherever the configuration says', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, {
      ...CONFIG,
      sse: { enabled: true, handler_prefix: '/a' },
      emulation: { handler_prefix: '/b', max_request_body_size: 300 },
    });
    const abort = new AbortController();
    const url = `http://127.0.0.1:${rig.port}/a${query(CONNECT)}`;
    expect((await fetch(url, { signal: abort.signal })).status).toBe(200);
    abort.abort();
    const emulate = (body: string): Promise<Response> => ask(rig, '/b', { method: 'POST', body });
    expect((await emulate('x'.repeat(301))).status).toBe(413);
    expect((await emulate('x')).status).toBe(400);
  });

  it.each([
    ['garbage', 'garbage'],
    ['an empty body', ''],
    ['an array', '[]'],
    ['a command before connect', '{"id":1,"ping":{}}'],
    ['a connect without an id', '{"connect":{}}'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ['JSON that is cut off', '{"id":1,"connect":{'],
    ['two connects', `${CONNECT}\n{"id":2,"connect":{}}`],
  ])('ends with 3501 on %s', async (_, body) => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using raw = dial(rig);
    raw.socket.write(post('/connection/http_stream', body, ['Connection: close']));
    await raw.closed;
    expect(statusOf(raw)).toBe(200);
    const last = '{"push":{"disconnect":{"code":3501,"reason":"bad request"}}}\n';
    expect(raw.text()).toContain(last);
    expect(raw.text().endsWith('0\r\n\r\n')).toBe(true);
    expect(rig.beacon.snapshot().gauges.connections).toBe(0);
  });

  it.each([
    ['Protobuf that is cut off', Buffer.from([9, 8, 1])],
    ['a length beyond the body', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['an endless length', Buffer.alloc(64, 0xff)],
  ])('ends with 3501 in Protobuf on %s', async (_, body) => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    const headers = { 'content-type': 'application/octet-stream' };
    const init = { method: 'POST', body: new Uint8Array(body), headers };
    const response = await ask(rig, '/connection/http_stream', init);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(Buffer.from(await response.arrayBuffer()).toString('latin1')).toContain('bad request');
    expect(rig.beacon.snapshot().disconnects).toEqual({ 3501: 1 });
  });

  it.each(['garbage', '', '[]', '1', 'null', '{}{}', '{}},"x":{"a":{}', '{"token":1}'])(
    'does not begin for a unidirectional client that sends %j',
    async (body) => {
      await using store = await openMemoryStore();
      await using rig = await startBeacon(store, CONFIG);
      const posted = await ask(rig, '/connection/uni_http_stream', { method: 'POST', body });
      expect(posted.status).toBe(400);
      expect((await ask(rig, `/connection/uni_sse${query(body)}`)).status).toBe(400);
      expect(rig.beacon.snapshot().counters.connections_refused).toBe(2);
    },
  );

  it('is refused with a body that is too large, told or not, and whatever follows it', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    const huge = 'x'.repeat(65_537);
    for (const path of ['sse', 'http_stream', 'uni_sse', 'uni_http_stream']) {
      const told = await ask(rig, `/connection/${path}`, { method: 'POST', body: huge });
      expect([path, told.status]).toEqual([path, 413]);
    }
    using raw = dial(rig);
    raw.socket.write(
      'POST /connection/http_stream HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const chunk = Buffer.from(`2000\r\n${'x'.repeat(0x2000)}\r\n`);
    for (let i = 0; i < 100 && statusOf(raw) === 0; i++) {
      raw.socket.write(chunk);
      await new Promise(setImmediate);
    }
    await waitFor(() => statusOf(raw) === 413);
    // Who goes on sending is cut off in time.
    const timer = setInterval(() => raw.socket.write(chunk), 50);
    await raw.closed;
    clearInterval(timer);
    expect(rig.beacon.snapshot().gauges.connections).toBe(0);
  });

  it('is refused with a body that does not come in time, and forgets one that is cut off', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using slow = dial(rig);
    slow.socket.write(
      'POST /connection/http_stream HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{',
    );
    using cut = dial(rig);
    cut.socket.write('POST /emulation HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    await once(cut.socket, 'connect').catch(() => {});
    cut.socket.end();
    await waitFor(() => statusOf(slow) === 408);
    await slow.closed;
    await waitFor(() => rig.beacon.snapshot().counters.connections_refused === 1);
    await waitFor(() => rig.beacon.snapshot().counters.emulation_failures === 1);
  });

  it('takes a connect request byte by byte, and commands behind it', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using raw = dial(rig);
    const body = `{"id":1,"connect":{"name":"é"}}\n{"id":2,"subscribe":{"channel":"a"}}\n{"id":3,"ping":{}}`;
    for (const byte of post('/connection/http_stream', body)) {
      raw.socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    await waitFor(() => raw.text().includes('{"id":2,"subscribe":{}}'));
    await waitFor(() => raw.text().includes('{"id":3,"ping":{}}'));
  });

  it('is framed by its end for proxies that speak HTTP/1.0', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using raw = dial(rig);
    const body = `${CONNECT}\n{"id":2,"ping":{}}\n{"id":3,"connect":{}}`;
    const head = `POST /connection/http_stream HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n`;
    raw.socket.write(head + body);
    await raw.closed;
    const [headers = '', stream = ''] = raw.text().split('\r\n\r\n');
    expect(headers.toLowerCase()).not.toContain('transfer-encoding');
    const lines = stream.trimEnd().split('\n');
    expect(lines.slice(1)).toEqual([
      '{"id":2,"ping":{}}',
      '{"push":{"disconnect":{"code":3501,"reason":"bad request"}}}',
    ]);
  });

  // Regression: its head said that chunks follow, and what followed were none: a proxy would take payloads for framing.
  it('is framed as its head says for HTTP/1.0 with TE', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using raw = dial(rig);
    const head = `POST /connection/http_stream HTTP/1.0\r\nTE: chunked\r\nContent-Length: 7\r\n\r\n`;
    raw.socket.write(`${head}garbage`);
    await raw.closed;
    const [headers = '', stream = ''] = raw.text().split(/\r\n\r\n(.*)/s);
    const isChunked = headers.toLowerCase().includes('transfer-encoding: chunked');
    expect(/^[0-9a-f]+\r\n\{/.test(stream)).toBe(isChunked);
    expect(stream).toContain('3501');
  });

  it('leaves its connection to the next request when it has ended', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using raw = dial(rig);
    raw.socket.write(post('/connection/http_stream', 'garbage'));
    await waitFor(() => raw.text().endsWith('0\r\n\r\n'));
    raw.socket.write(post('/connection/sse', CONNECT));
    await waitFor(() => raw.text().includes('data: {"id":1,"connect":'));
    // One that comes while a stream is under way cannot be answered before that ends.
    raw.socket.write(post('/connection/http_stream', CONNECT));
    await waitFor(() => rig.beacon.snapshot().counters.connections_refused === 1);
    expect(rig.beacon.snapshot().gauges.connections).toBe(1);
  });

  it('ends a connection that sends no connect command in time', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    expect((await ask(rig, '/connection/sse')).status).toBe(400);
    const body = '{"id":1,"connect":{"token":"x"}}';
    const response = await ask(rig, '/connection/sse', { method: 'POST', body });
    expect(await response.text()).toBe(
      '\r\ndata: {"push":{"disconnect":{"code":3500,"reason":"invalid token"}}}\n\n',
    );
  });

  it('is given up when its client does not read, and nobody else suffers', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, {
      ...CONFIG,
      client: { ...CONFIG.client, queue_max_size: 100_000 },
    });
    const subscribe = `${CONNECT}\n{"id":2,"subscribe":{"channel":"a"}}`;
    using slow = dial(rig);
    slow.socket.write(post('/connection/http_stream', subscribe));
    await waitFor(() => slow.text().includes('"subscribe"'));
    slow.socket.pause();
    using quick = dial(rig);
    quick.socket.write(post('/connection/sse', subscribe));
    await waitFor(() => rig.beacon.snapshot().gauges.subscriptions === 2);
    const body = encodePublication(JSON.stringify('x'.repeat(60_000)));
    const history = { size: 0, ttlMs: 0, metaTtlMs: 0 };
    let sent = 0;
    await waitFor(
      async () => {
        await store.channels.publish({ channel: 'a', body, origin: '', history });
        sent++;
        return rig.beacon.snapshot().disconnects[3008] === 1;
      },
      { timeoutMs: 15_000 },
    );
    await waitFor(() => quick.text().split('"pub"').length - 1 === sent);
    expect(rig.beacon.snapshot().gauges.connections).toBe(1);
    slow.socket.resume();
    await waitFor(() => slow.socket.destroyed, { timeoutMs: 10_000 });
  });
});

describe('emulation', () => {
  const emulate = (
    rig: BeaconRig,
    body: string | Uint8Array<ArrayBuffer>,
    type?: string,
  ): Promise<Response> =>
    ask(rig, '/emulation', {
      method: 'POST',
      body,
      ...(type === undefined ? {} : { headers: { 'content-type': type } }),
    });

  it('reaches the connection whose key it has, and nothing else does', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using raw = await stream(rig);
    const { session, node } = raw;
    const data = '{"id":2,"rpc":{"method":"none"}}\n{"id":3,"ping":{}}';
    expect((await emulate(rig, JSON.stringify({ session, node, data }))).status).toBe(204);
    await waitFor(() => raw.text().includes('{"id":3,"ping":{}}'));
    const client = /"client":"([^"]+)"/.exec(raw.text())?.[1] ?? '';
    for (const request of [
      { session: client, node, data },
      { session: '', node, data },
      { session, node: 'nobody', data },
      { session: `${session.slice(0, -1)}x`, node, data },
    ]) {
      expect((await emulate(rig, JSON.stringify(request))).status).toBe(404);
    }
    const { counters } = rig.beacon.snapshot();
    expect(counters.emulation_failures).toBe(4);
    expect(counters.messages_received).toBe(2);
  });

  it('of a connection that has just ended is no error', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using raw = await stream(rig);
    const { session, node } = raw;
    const request = JSON.stringify({ session, node, data: 'garbage' });
    expect((await emulate(rig, request)).status).toBe(204);
    await waitFor(() => raw.text().includes('3501'));
    expect((await emulate(rig, request)).status).toBe(204);
    expect(rig.beacon.snapshot().disconnects).toEqual({ 3501: 1 });
  });

  it.each([
    [400, 'garbage'],
    [400, ''],
    [400, 'null'],
    [400, '[]'],
    [400, '{"session":1,"node":"a","data":"x"}'],
    [400, '{"session":"a","node":"a"}'],
    [413, 'x'.repeat(65_537)],
  ])('answers with %i to %s', async (status, body) => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    expect((await emulate(rig, body)).status).toBe(status);
    expect(rig.beacon.snapshot().counters.emulation_failures).toBe(1);
  });

  it.each([
    [[0x80, 0x80]],
    [[0x0a, 0x05, 0x61]],
    [[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    [[0x08, 0x01]],
    [[0x0a]],
  ])('answers Protobuf %j with 400', async (bytes) => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    const answer = await emulate(rig, Uint8Array.from(bytes), 'application/octet-stream');
    expect(answer.status).toBe(400);
  });

  it('is held back while a connection has more under way than it may, and in order', async () => {
    await using store = await openMemoryStore();
    const wait = Promise.withResolvers<void>();
    await using rig = await startBeacon(
      store,
      { ...CONFIG, client: { ...CONFIG.client, queue_max_size: 3_000 } },
      { rpc: new Map([['wait', async () => wait.promise.then(() => ({ ok: true }))]]) },
    );
    using raw = await stream(rig);
    const { session, node } = raw;
    const send = (data: string): Promise<Response> =>
      emulate(rig, JSON.stringify({ session, node, data }));
    for (let id = 2; id < 8; id++) {
      expect((await send(`{"id":${id},"rpc":{"method":"wait"}}`)).status).toBe(204);
    }
    expect(rig.beacon.snapshot().counters.read_pauses).toBe(1);
    for (let id = 8; id < 20; id++) await send(`{"id":${id},"ping":{}}`);
    expect(raw.text()).not.toContain('"ping":{}}');
    wait.resolve();
    await waitFor(() => raw.text().includes('{"id":19,"ping":{}}'));
    const ids = [...raw.text().matchAll(/\{"id":(\d+),"ping":\{\}\}/g)].map(([, id]) => Number(id));
    expect(ids).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });

  it('ends a connection for which too much is held back', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(
      store,
      { ...CONFIG, client: { ...CONFIG.client, queue_max_size: 3_000 } },
      { rpc: new Map([['wait', () => new Promise<never>(() => {})]]) },
    );
    using raw = await stream(rig);
    const { session, node } = raw;
    const data = '{"id":2,"rpc":{"method":"wait"}}';
    await waitFor(async () => {
      await emulate(rig, JSON.stringify({ session, node, data }));
      return rig.beacon.snapshot().disconnects[3013] === 1;
    });
    await waitFor(() => raw.text().includes('"code":3013'));
  });
});

describe('pages of other origins', () => {
  const paths = ['/connection/sse', '/connection/http_stream', '/connection/uni_sse', '/emulation'];

  it('may use it where the configuration says so, and are asked first', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, {
      ...CONFIG,
      client: { ...CONFIG.client, allowed_origins: ['https://*.example.com'] },
    });
    const origin = 'https://app.example.com';
    for (const path of paths) {
      const preflight = await ask(rig, path, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      });
      expect([path, preflight.status]).toEqual([path, 204]);
      expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
      expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
      expect(preflight.headers.get('vary')).toContain('Origin');
      for (const method of ['OPTIONS', 'POST']) {
        const other = await ask(rig, path, { method, headers: { origin: 'https://evil.com' } });
        expect([path, other.status]).toEqual([path, 403]);
        expect(other.headers.has('access-control-allow-origin')).toBe(false);
      }
    }
    // An error can be read by the page, too.
    const bad = await ask(rig, '/emulation', { method: 'POST', body: 'x', headers: { origin } });
    expect([bad.status, bad.headers.get('access-control-allow-origin')]).toEqual([400, origin]);
  });

  it('are told which methods there are', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    for (const [method, path, allow] of [
      ['GET', '/connection/http_stream', 'POST, OPTIONS'],
      ['PUT', '/connection/sse', 'GET, POST, OPTIONS'],
      ['GET', '/emulation', 'POST, OPTIONS'],
    ] as const) {
      const answer = await ask(rig, path, { method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    }
  });
});

describe('limits', () => {
  it('refuse streams with 503 where WebSockets are refused', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, {
      ...CONFIG,
      client: { ...CONFIG.client, connection_limit: 1 },
    });
    using raw = await stream(rig);
    const body = JSON.stringify({ token: await tokenFor('ann') });
    expect((await ask(rig, '/connection/uni_sse', { method: 'POST', body })).status).toBe(503);
    expect((await ask(rig, `/connection/sse${query(CONNECT)}`)).status).toBe(503);
    raw.socket.destroy();
    await waitFor(() => rig.beacon.snapshot().gauges.connections === 0);
  });
});
