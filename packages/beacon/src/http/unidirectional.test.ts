import { once } from 'node:events';
import { encodePublication } from '@belfry/protocol';
import { type Store } from '@belfry/store';
import { waitFor } from '@belfry/testkit';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { startBeacon, tokenFor, type BeaconRig } from '../testing/beacon-rig.ts';
import { openMemoryStore } from '../testing/stores.ts';

const CONFIG: BeaconConfig = {
  uni_websocket: { enabled: true },
  uni_sse: { enabled: true },
  uni_http_stream: { enabled: true },
  channel: {
    namespaces: [
      {
        name: 'news',
        allow_subscribe_for_client: true,
        history_size: 100,
        history_ttl: '300s',
        force_recovery: true,
      },
    ],
  },
};

/** What a unidirectional client got, whatever the transport. */
interface Heard extends Disposable {
  readonly pushes: Record<string, unknown>[];
  readonly ended: Promise<number>;
}

interface Stream extends Heard {
  readonly status: number;
  readonly headers: Headers;
}

type Ask = (
  rig: BeaconRig,
  connect: object,
) => Promise<{ readonly url: string; readonly init: RequestInit }>;

const asks: Record<'uni_sse' | 'uni_sse by POST' | 'uni_http_stream', Ask> = {
  uni_sse: async (rig, connect) => ({
    url: `http://127.0.0.1:${rig.port}/connection/uni_sse?cf_connect=${encodeURIComponent(JSON.stringify(connect))}`,
    init: {},
  }),
  'uni_sse by POST': async (rig, connect) => ({
    url: `http://127.0.0.1:${rig.port}/connection/uni_sse`,
    init: { method: 'POST', body: JSON.stringify(connect) },
  }),
  uni_http_stream: async (rig, connect) => ({
    url: `http://127.0.0.1:${rig.port}/connection/uni_http_stream`,
    init: { method: 'POST', body: JSON.stringify(connect, null, 2) },
  }),
};

async function stream(rig: BeaconRig, kind: keyof typeof asks, connect: object): Promise<Stream> {
  const { url, init } = await asks[kind](rig, connect);
  const abort = new AbortController();
  const response = await fetch(url, { ...init, signal: abort.signal });
  const pushes: Record<string, unknown>[] = [];
  const read = async (): Promise<number> => {
    let rest = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        rest += decoder.decode(chunk, { stream: true });
        const lines = rest.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const json = line.startsWith('data: ') ? line.slice(6) : line.trim();
          if (json !== '') pushes.push(JSON.parse(json));
        }
      }
    } catch {
      return -1;
    }
    return 0;
  };
  const ended = response.ok ? read() : Promise.resolve(0);
  return {
    status: response.status,
    headers: response.headers,
    pushes,
    ended,
    [Symbol.dispose]: () => abort.abort(),
  };
}

async function dial(rig: BeaconRig, query = ''): Promise<Heard & { socket: WebSocket }> {
  const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/connection/uni_websocket${query}`);
  const pushes: Record<string, unknown>[] = [];
  const ended = new Promise<number>((resolve) => {
    socket.addEventListener('close', ({ code }) => resolve(code));
  });
  socket.addEventListener('message', ({ data }) => pushes.push(JSON.parse(String(data))));
  await once(socket, 'open');
  return { socket, pushes, ended, [Symbol.dispose]: () => socket.close() };
}

const KINDS = ['uni_sse', 'uni_sse by POST', 'uni_http_stream', 'uni_websocket'] as const;

async function connect(
  rig: BeaconRig,
  kind: (typeof KINDS)[number],
  request: object,
): Promise<Heard> {
  if (kind !== 'uni_websocket') return stream(rig, kind, request);
  const wire = await dial(rig);
  wire.socket.send(JSON.stringify(request));
  return wire;
}

function publish(store: Store, channel: string, data: unknown): Promise<unknown> {
  return store.channels.publish({
    channel,
    body: encodePublication(JSON.stringify(data)),
    origin: '',
    history: { size: 100, ttlMs: 60_000, metaTtlMs: 60_000 },
  });
}

describe.each(KINDS)('%s', (kind) => {
  it('begins with a connect push and brings bare pushes and pings', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, {
      ...CONFIG,
      client: { ping_interval: '1s', pong_timeout: '500ms' },
    });
    const token = await tokenFor('ann', { channels: ['news:a'] });
    using heard = await connect(rig, kind, { token, subs: { 'news:b': {} } });
    await waitFor(() => heard.pushes.length > 0);
    const [first] = heard.pushes;
    const { connect: connected } = first as { connect: Record<string, unknown> };
    expect(Object.keys(connected['subs'] as object).toSorted()).toEqual(['news:a', 'news:b']);
    expect(connected).toMatchObject({ ping: 1, version: '0.1.0' });
    expect(connected['session']).toMatch(/^[0-9a-f-]{36}$/);
    expect(connected).not.toHaveProperty('pong');
    expect(connected).not.toHaveProperty('node');
    await publish(store, 'news:a', 'one');
    await publish(store, 'news:b', { two: 2 });
    await waitFor(() => heard.pushes.filter((each) => 'pub' in each).length === 2);
    expect(heard.pushes.filter((each) => 'pub' in each)).toMatchObject([
      { channel: 'news:a', pub: { data: 'one', offset: 1 } },
      { channel: 'news:b', pub: { data: { two: 2 }, offset: 1 } },
    ]);
    // Without pongs it stays.
    await waitFor(() => heard.pushes.filter((each) => Object.keys(each).length === 0).length > 2);
    expect(rig.beacon.snapshot().gauges.connections).toBe(1);
    expect(rig.beacon.snapshot().disconnects).toEqual({});
  });

  it('recovers what was missed, from the positions in the connect request', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    const token = await tokenFor('ann');
    let epoch = '';
    {
      using heard = await connect(rig, kind, { token, subs: { 'news:a': {} } });
      await waitFor(() => heard.pushes.length === 1);
      const connected = heard.pushes[0]?.['connect'] as {
        readonly subs?: Record<string, { readonly epoch: string }>;
      };
      epoch = connected.subs?.['news:a']?.epoch ?? '';
    }
    await waitFor(() => rig.beacon.snapshot().gauges.connections === 0);
    for (const n of [1, 2, 3]) await publish(store, 'news:a', n);
    const subs = { 'news:a': { recover: true, offset: 1, epoch } };
    using heard = await connect(rig, kind, { token, subs });
    await waitFor(() => heard.pushes.length === 1);
    expect(heard.pushes[0]).toMatchObject({
      connect: {
        subs: { 'news:a': { recovered: true, publications: [{ data: 2 }, { data: 3 }] } },
      },
    });
  });

  it('says why it ends, and ends', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    const good = await tokenFor('ann');
    const expired = await tokenFor('ann', { exp: 1 });
    using invalid = await connect(rig, kind, { token: 'x' });
    using old = await connect(rig, kind, { token: expired });
    using none = await connect(rig, kind, {});
    using leaving = await connect(rig, kind, { token: good });
    await waitFor(() => leaving.pushes.length === 1);
    await Promise.all([invalid, old, none].map((each) => each.ended));
    void rig.beacon.drain(0);
    const ends = await Promise.all([invalid, old, none, leaving].map((each) => each.ended));
    const last = [invalid, old, none, leaving].map(({ pushes }) => pushes.at(-1)?.['disconnect']);
    expect(last).toEqual([
      { code: 3500, reason: 'invalid token' },
      { code: 3005, reason: 'connection expired', reconnect: true },
      { code: 3501, reason: 'bad request' },
      { code: 3001, reason: 'shutdown', reconnect: true },
    ]);
    expect(ends).toEqual(kind === 'uni_websocket' ? [3500, 3005, 3501, 3001] : [0, 0, 0, 0]);
  });

  it('ends with what the configuration says for the error', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, {
      ...CONFIG,
      client: {
        connect_code_to_unidirectional_disconnect: {
          enabled: true,
          transforms: [{ code: 109, to: { code: 4904, reason: 'log in again' } }],
        },
      },
    });
    using heard = await connect(rig, kind, { token: await tokenFor('ann', { exp: 1 }) });
    await heard.ended;
    expect(heard.pushes).toEqual([{ disconnect: { code: 4904, reason: 'log in again' } }]);
  });
});

describe('uni_websocket', () => {
  it('connects by its query, and does not listen to what comes later', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    const request = JSON.stringify({ token: await tokenFor('ann'), subs: { 'news:a': {} } });
    using wire = await dial(rig, `?cf_connect=${encodeURIComponent(request)}`);
    await waitFor(() => wire.pushes.length === 1);
    wire.socket.send('{"id":2,"subscribe":{"channel":"news:b"}}');
    wire.socket.send('garbage');
    await publish(store, 'news:a', 1);
    await waitFor(() => wire.pushes.length === 2);
    expect(rig.beacon.snapshot().gauges.subscriptions).toBe(1);
  });

  it('closes with 3501 on what is no connect request', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, {
      ...CONFIG,
      uni_websocket: { enabled: true, disable_disconnect_push: true },
    });
    for (const text of ['garbage', '[]', '1', '{}},"x":{"a":{}', '{"token":1}']) {
      using wire = await dial(rig);
      wire.socket.send(text);
      expect(await wire.ended).toBe(3501);
      expect(wire.pushes).toEqual([]);
    }
  });
});

describe('a connect error as an HTTP answer', () => {
  it('is what the configuration says, and status 500 where it says nothing', async () => {
    await using store = await openMemoryStore();
    const codes = {
      enabled: true,
      transforms: [
        { code: 109, to: { status_code: 401 } },
        { code: 3500, to: { status_code: 403, body: '{"problem":"token"}' } },
      ],
    };
    await using rig = await startBeacon(store, {
      ...CONFIG,
      uni_sse: { enabled: true, connect_code_to_http_response: codes },
      uni_http_stream: { enabled: true, connect_code_to_http_response: codes },
    });
    for (const kind of ['uni_sse', 'uni_http_stream'] as const) {
      const answer = async (request: object): Promise<string> => {
        const { url, init } = await asks[kind](rig, request);
        const response = await fetch(url, init);
        return `${response.status} ${await response.text()}`;
      };
      const expired = await tokenFor('ann', { exp: 1 });
      expect(await answer({ token: expired })).toBe('401 token expired');
      expect(await answer({ token: 'x' })).toBe('403 {"problem":"token"}');
      expect(await answer({})).toBe('500 Internal Server Error');
      using heard = await stream(rig, kind, { token: await tokenFor('ann') });
      expect(heard.status).toBe(200);
      await waitFor(() => heard.pushes.length === 1);
    }
  });
});
