import { openEmbeddedStore, type Store } from '@belfry/store';
import { waitFor } from '@belfry/testkit';
import { Centrifuge, State, type Options, type PublicationContext } from 'centrifuge';
import { Centrifuge as ProtobufCentrifuge } from 'centrifuge/build/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { BeaconConfig } from '../config.ts';
import { startBackend, type Backend } from '../testing/backend.ts';
import { startBeacon, tokenFor, type BeaconRig } from '../testing/beacon-rig.ts';

/** Seconds that are far away. */
const LATER = 4_000_000_000;

interface World extends AsyncDisposable {
  readonly backend: Backend;
  readonly rig: BeaconRig;
  readonly store: Store;
}

function everything({ url }: Backend): BeaconConfig {
  const at = (use: string): { endpoint: string; timeout: string } => ({
    endpoint: `${url}/${use}`,
    timeout: '2s',
  });
  return {
    http_stream: { enabled: true },
    uni_sse: { enabled: true },
    client: {
      proxy: {
        connect: {
          ...at('connect'),
          enabled: true,
          http_headers: ['X-Real', 'Host'],
          emulated_headers: ['Authorization', 'X-Real'],
          http: { static_headers: { 'X-Static': 'ours' }, sign_secret: 'a secret' },
        },
        disconnect: { ...at('disconnect'), enabled: true },
      },
    },
    channel: {
      proxy: {
        subscribe: { ...at('subscribe'), include_connection_meta: true },
        publish: {
          ...at('publish'),
          http: {
            status_to_code_transforms: [
              { status_code: 404, to_error: { code: 444, message: 'no such thing' } },
              { status_code: 410, to_disconnect: { code: 4510, reason: 'gone' } },
            ],
          },
        },
        unsubscribe: at('unsubscribe'),
        sub_refresh: at('sub_refresh'),
      },
      namespaces: [
        {
          name: 'room',
          subscribe_proxy_enabled: true,
          publish_proxy_enabled: true,
          unsubscribe_proxy_enabled: true,
          sub_refresh_proxy_enabled: true,
          allow_user_limited_channels: true,
          history_size: 10,
          history_ttl: '60s',
          presence: true,
          allow_presence_for_subscriber: true,
          allow_history_for_subscriber: true,
        },
        { name: 'news', presence: true },
      ],
    },
    rpc: {
      proxy: at('rpc'),
      without_namespace: { proxy_enabled: true },
      namespaces: [{ name: 'game', proxy_enabled: true, proxy_name: 'games' }, { name: 'closed' }],
      ping: { enabled: true },
    },
    proxies: [{ name: 'games', ...at('games'), binary_encoding: true }],
  };
}

async function open(config: (backend: Backend) => BeaconConfig = everything): Promise<World> {
  const backend = await startBackend();
  const store = await openEmbeddedStore({ dataDir: ':memory:' });
  const rig = await startBeacon(store, config(backend));
  return {
    backend,
    store,
    rig,
    async [Symbol.asyncDispose]() {
      await rig[Symbol.asyncDispose]();
      await store.close();
      await backend[Symbol.asyncDispose]();
    },
  };
}

type Client = Centrifuge & Disposable;

function clientOf(rig: BeaconRig, options: Partial<Options> = {}): Client {
  const client = new Centrifuge(rig.url, {
    minReconnectDelay: 10,
    maxReconnectDelay: 50,
    ...options,
  });
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

/** A client that a backend lets in as ann. */
async function ann({ rig, backend }: World, options: Partial<Options> = {}): Promise<Client> {
  await backend.answer('/connect', { body: { result: { user: 'ann', meta: { plan: 'gold' } } } });
  const client = clientOf(rig, options);
  client.connect();
  await client.ready(5_000);
  return client;
}

function bodies(backend: Backend, path: string): Record<string, unknown>[] {
  return backend.at(path).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
}

/** How many requests got no answer. */
function failuresOf({ rig }: World, key: string): number {
  const { failures = {} } = rig.beacon.snapshot().proxies[key] ?? {};
  return Object.values(failures).reduce((sum, each) => sum + each, 0);
}

describe('a connect proxy', () => {
  it('is asked who a client without a token is, and says everything about it', async () => {
    await using world = await open();
    const { rig, backend } = world;
    await backend.answer('/connect', {
      body: `{"result":{"user":"ann","info":{"n":9223372036854775807},"data":{"hello":true},"expire_at":${LATER},
        "channels":["news:all"],"subs":{"news:you":{"info":{"seat":1},"data":{"yours":1}}}}}`,
    });
    using client = clientOf(rig, {
      data: { from: 'here' },
      name: 'app',
      version: '7',
      headers: { Authorization: 'Bearer x', 'X-Real': 'forged\r\nX-Evil: 1', Cookie: 'no' },
      websocket: class extends WebSocket {
        constructor(url: string, protocols: string[]) {
          super(url, protocols, { headers: { 'x-real': 'real' } });
        }
      },
    });
    const connected = new Promise<unknown>((resolve) => {
      client.on('connected', resolve);
    });
    const subscribed: string[] = [];
    client.on('subscribed', ({ channel, data }) =>
      subscribed.push(`${channel} ${JSON.stringify(data)}`),
    );
    client.connect();
    expect(await connected).toMatchObject({ data: { hello: true } });
    await waitFor(() => subscribed.length === 2);
    expect(subscribed.toSorted()).toEqual(['news:all undefined', 'news:you {"yours":1}']);
    const [request] = backend.at('/connect');
    expect(request?.method).toBe('POST');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      client: expect.any(String) as string,
      transport: 'websocket',
      protocol: 'json',
      encoding: 'json',
      name: 'app',
      version: '7',
      data: { from: 'here' },
    });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      authorization: 'Bearer x',
      'x-real': 'real',
      'x-static': 'ours',
      'x-belfry-signature': expect.stringMatching(/^t=\d+,v1=[0-9a-f]{64}$/) as string,
      host: `127.0.0.1:${backend.port}`,
    });
    expect(request?.headers).not.toHaveProperty('cookie');
    expect(request?.headers).not.toHaveProperty('x-evil');
    const presence = await world.store.channels.presence('news:you');
    // As the backend wrote it: no number was read and written again.
    expect(presence[0]?.infoJson).toContain('"conn_info":{"n":9223372036854775807}');
    expect(presence[0]?.infoJson).toContain('"chan_info":{"seat":1}');
  });

  it('is not asked about a client with a token', async () => {
    await using world = await open();
    using client = clientOf(world.rig, { token: await tokenFor('bob') });
    client.connect();
    await client.ready(5_000);
    expect(world.backend.at('/connect')).toEqual([]);
  });

  it('drops a forged header that would become two', async () => {
    await using world = await open();
    using client = await ann(world, { headers: { 'X-Real': 'forged\r\nX-Evil: 1' } });
    expect(client.state).toBe(State.Connected);
    expect(world.backend.at('/connect')[0]?.headers).not.toHaveProperty('x-real');
  });

  it('lets anonymous clients in where the options do and the backend does not say', async () => {
    await using world = await open((backend) => {
      const config = everything(backend);
      return {
        ...config,
        client: { ...config.client, allow_anonymous_connect_without_token: true },
      };
    });
    await world.backend.answer('/connect', { body: {} });
    using client = clientOf(world.rig);
    client.connect();
    await client.ready(5_000);
    expect(world.backend.at('/connect')).toHaveLength(1);
  });

  it('is asked about clients of HTTP streams and unidirectional ones', async () => {
    await using world = await open();
    const { rig, backend } = world;
    await backend.answer('/connect', { body: { result: { user: 'ann', channels: ['news:all'] } } });
    const endpoint = `http://127.0.0.1:${rig.port}/connection/http_stream`;
    using client = Object.assign(
      new Centrifuge([{ transport: 'http_stream', endpoint }], {
        emulationEndpoint: `http://127.0.0.1:${rig.port}/emulation`,
      }),
      { [Symbol.dispose]: () => client.disconnect() },
    );
    client.connect();
    await client.ready(5_000);
    expect(await client.rpc('hi', {})).toEqual({ data: undefined });
    const abort = new AbortController();
    const stream = await fetch(
      `http://127.0.0.1:${rig.port}/connection/uni_sse?cf_connect=${encodeURIComponent('{"data":1}')}`,
      { signal: abort.signal, headers: { 'x-real': 'uni' } },
    );
    const reader = stream.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    expect(first).toContain('news:all');
    abort.abort();
    const [emulated, unidirectional] = bodies(backend, '/connect');
    expect(emulated).toMatchObject({ transport: 'http_stream', protocol: 'json' });
    expect(unidirectional).toMatchObject({ transport: 'uni_sse', data: 1 });
    expect(backend.at('/connect')[1]?.headers).toMatchObject({ 'x-real': 'uni' });
  });
});

describe('a connect proxy with an answer of its own', () => {
  let world: World;
  beforeAll(async () => {
    world = await open();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it.each([
    [
      'a disconnect',
      { disconnect: { code: 4501, reason: 'unauthorized' } },
      { code: 4501, reason: 'unauthorized' },
    ],
    [
      'a disconnect of the protocol',
      { disconnect: { code: 3501, reason: 'bad request' } },
      { code: 3501, reason: 'bad request' },
    ],
    ['no result', {}, { code: 3501, reason: 'bad request' }],
    [
      'an error',
      { error: { code: 1000, message: 'not today' } },
      { code: 1000, reason: 'not today' },
    ],
  ])('that answers with %s ends the connection for good', async (_, body, end) => {
    await world.backend.answer('/connect', { body });
    using client = clientOf(world.rig);
    const ended = new Promise<unknown>((resolve) => {
      client.on('disconnected', resolve);
    });
    client.connect();
    expect(await ended).toMatchObject(end);
  });

  it.each([
    ['garbage', { body: 'not json' }],
    ['a body of another kind', { body: '[]' }],
    ['an unknown code', { body: { error: { code: 7 } } }],
    ['an impossible disconnect', { body: { disconnect: { code: 1000 } } }],
    ['a user who is none', { body: { result: { user: 5 } } }],
    ['status 500', { status: 500 }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
    ['too much', { bytes: 2_000_000 }],
    ['a body that takes too long', { dripMs: 200 }],
    ['a silence', { hang: true }],
  ])(
    'that answers with %s leaves the client to try again, which then gets in',
    async (_, answer) => {
      const before = failuresOf(world, 'connect/default');
      await world.backend.answer(
        '/connect',
        { ...answer, times: 1 },
        { body: { result: { user: 'ann' } } },
      );
      using client = clientOf(world.rig);
      client.connect();
      await client.ready(10_000);
      expect(failuresOf(world, 'connect/default') - before).toBe(1);
    },
  );
});

describe('a subscribe proxy', () => {
  it('decides on subscriptions and says what they are', async () => {
    await using world = await open();
    using client = await ann(world);
    await world.backend.answer('/subscribe', {
      body: {
        result: {
          info: { seat: 1 },
          data: { welcome: true },
          override: { force_recovery: { value: true }, presence: { value: false } },
        },
      },
    });
    const room = client.newSubscription('room:1', { data: { ticket: 5 } });
    const subscribed = new Promise<unknown>((resolve) => {
      room.on('subscribed', resolve);
    });
    room.subscribe();
    expect(await subscribed).toMatchObject({ data: { welcome: true }, recoverable: true });
    expect(await room.presence()).toEqual({ clients: {} });
    expect(bodies(world.backend, '/subscribe')).toEqual([
      {
        client: expect.any(String) as string,
        transport: 'websocket',
        protocol: 'json',
        encoding: 'json',
        user: 'ann',
        meta: { plan: 'gold' },
        channel: 'room:1',
        data: { ticket: 5 },
      },
    ]);
  });

  it('is not asked about user-limited channels, private ones and those with a token', async () => {
    await using world = await open();
    using client = await ann(world);
    const names = ['room:dm#ann,bob', 'room:t', 'room:dm#bob', '$room:x'];
    const token = await tokenFor('ann', { channel: 'room:t' });
    const ends = await Promise.all(
      names.map(async (name) => {
        const each = client.newSubscription(name, name === 'room:t' ? { token } : {});
        const ended = new Promise<unknown>((resolve) => {
          each.on('subscribed', () => resolve('subscribed'));
          each.on('unsubscribed', ({ code }) => resolve(code));
        });
        each.subscribe();
        return ended;
      }),
    );
    expect(ends).toEqual(['subscribed', 'subscribed', 103, 103]);
    expect(world.backend.at('/subscribe')).toEqual([]);
  });

  it('refuses, ends connections, and is asked again after an error of its own', async () => {
    await using world = await open();
    using client = await ann(world);
    await world.backend.answer(
      '/subscribe',
      { where: 'room:refused', body: { error: { code: 403, message: 'permission denied' } } },
      { where: 'room:broken', status: 500, times: 1 },
      { where: 'room:end', body: { disconnect: { code: 4999, reason: 'out' } } },
    );
    const refused = client.newSubscription('room:refused');
    const unsubscribed = new Promise<unknown>((resolve) => {
      refused.on('unsubscribed', resolve);
    });
    refused.subscribe();
    expect(await unsubscribed).toMatchObject({ code: 403, reason: 'permission denied' });
    const broken = client.newSubscription('room:broken', {
      minResubscribeDelay: 10,
      maxResubscribeDelay: 20,
    });
    broken.subscribe();
    await broken.ready(5_000);
    const disconnected = new Promise<unknown>((resolve) => {
      client.on('disconnected', resolve);
    });
    client.newSubscription('room:end').subscribe();
    expect(await disconnected).toMatchObject({ code: 4999, reason: 'out' });
  });

  it('that hangs on one channel holds nothing else up', async () => {
    await using world = await open();
    using client = await ann(world);
    await world.backend.answer('/subscribe', { where: 'room:stuck', hang: true });
    client.newSubscription('room:stuck').subscribe();
    await waitFor(() => world.backend.at('/subscribe').length === 1);
    for (const name of ['room:1', 'room:2', 'room:3']) {
      const each = client.newSubscription(name);
      each.subscribe();
      await each.ready(5_000);
      await each.publish({ in: name });
    }
    expect(await client.rpc('ping', null)).toEqual({ data: null });
    expect(world.rig.beacon.snapshot().proxies['subscribe/default']?.active).toBe(1);
  });
});

describe('a publish proxy', () => {
  async function joined(world: World, client: Client): Promise<PublicationContext[]> {
    await world.backend.answer('/subscribe', {});
    const room = client.newSubscription('room:1');
    const heard: PublicationContext[] = [];
    room.on('publication', (each) => heard.push(each));
    room.subscribe();
    await room.ready(5_000);
    return heard;
  }

  it('changes what is published, and how', async () => {
    await using world = await open();
    using client = await ann(world);
    const heard = await joined(world, client);
    await world.backend.answer(
      '/publish',
      { where: '"skip"', body: { result: { skip_history: true } } },
      { where: '"once"', body: { result: { idempotency_key: 'k' } } },
      {
        where: '"raw"',
        body: '{"result":{"data":{"big":9223372036854775807},"tags":{"a":"b"}}}',
      },
      { where: '"b64"', body: { result: { b64data: Buffer.from('{"x":1}').toString('base64') } } },
    );
    for (const name of ['as it is', 'raw', 'once', 'once', 'skip', 'b64']) {
      await client.publish('room:1', { name });
    }
    await waitFor(() => heard.length === 5);
    expect(heard.map(({ data, tags }) => [data as unknown, tags])).toEqual([
      [{ name: 'as it is' }, undefined],
      [{ big: Number('9223372036854775807') }, { a: 'b' }],
      [{ name: 'once' }, undefined],
      [{ name: 'skip' }, undefined],
      [{ x: 1 }, undefined],
    ]);
    const { publications } = await world.store.channels.history('room:1', {
      limit: -1,
      metaTtlMs: 1000,
    });
    expect(publications).toHaveLength(4);
    expect(publications[1]?.body).toContain('{"big":9223372036854775807}');
    expect(bodies(world.backend, '/publish')[0]).toMatchObject({
      user: 'ann',
      channel: 'room:1',
      data: { name: 'as it is' },
    });
  });

  it('keeps the order of what one client publishes on one channel', async () => {
    await using world = await open();
    using client = await ann(world);
    const heard = await joined(world, client);
    await world.backend.answer(
      '/publish',
      { where: ':0}', afterMs: 200 },
      { where: ':2}', afterMs: 50 },
    );
    await Promise.all([0, 1, 2, 3].map((n) => client.publish('room:1', { n })));
    await waitFor(() => heard.length === 4);
    expect(heard.map(({ data }) => (data as { n: number }).n)).toEqual([0, 1, 2, 3]);
  });

  it('refuses by an error, by a status that stands for one, and by ending the connection', async () => {
    await using world = await open();
    using client = await ann(world);
    await world.backend.answer(
      '/publish',
      { where: '"error"', body: { error: { code: 1001, message: 'rude' } } },
      { where: '"404"', status: 404 },
      { where: '"503"', status: 503 },
      { where: '"410"', status: 410 },
    );
    const publish = (name: string): Promise<unknown> => client.publish('room:1', { name });
    await expect(publish('error')).rejects.toMatchObject({ code: 1001, message: 'rude' });
    await expect(publish('404')).rejects.toMatchObject({ code: 444, message: 'no such thing' });
    await expect(publish('503')).rejects.toMatchObject({ code: 100 });
    const disconnected = new Promise<unknown>((resolve) => {
      client.on('disconnected', resolve);
    });
    publish('410').catch(() => undefined);
    expect(await disconnected).toMatchObject({ code: 4510, reason: 'gone' });
  });
});

describe('an rpc proxy', () => {
  it('answers calls by the namespace of their method', async () => {
    await using world = await open();
    using client = await ann(world);
    await world.backend.answer('/rpc', { body: '{"result":{"data":{"price":12}}}' });
    await world.backend.answer('/games', {
      body: { result: { b64data: Buffer.from('[1,2]').toString('base64') } },
    });
    expect(await client.rpc('price', { of: 'tea' })).toEqual({ data: { price: 12 } });
    expect(await client.rpc('game:move', { to: 3 })).toEqual({ data: [1, 2] });
    await expect(client.rpc('closed:x', {})).rejects.toMatchObject({ code: 108 });
    await expect(client.rpc('unknown:x', {})).rejects.toMatchObject({ code: 104 });
    expect(bodies(world.backend, '/rpc')).toMatchObject([
      { method: 'price', data: { of: 'tea' }, encoding: 'json' },
    ]);
    expect(bodies(world.backend, '/games')).toMatchObject([
      {
        method: 'game:move',
        encoding: 'binary',
        b64data: Buffer.from('{"to":3}').toString('base64'),
      },
    ]);
  });

  it('takes and gives bytes', async () => {
    await using world = await open();
    const { rig, backend } = world;
    await backend.answer('/connect', { body: { result: { user: 'ann' } } });
    await backend.answer('/subscribe', {});
    const bytes = Buffer.from([0, 255, 1]);
    await backend.answer('/rpc', { body: { result: { b64data: bytes.toString('base64') } } });
    const client = new ProtobufCentrifuge(`${rig.url}?format=protobuf`);
    using _client = { [Symbol.dispose]: () => client.disconnect() };
    client.connect();
    await client.ready(5_000);
    const { data } = await client.rpc('price', bytes);
    expect(Buffer.from(data as Uint8Array)).toEqual(bytes);
    const room = client.newSubscription('room:1');
    const heard: Uint8Array[] = [];
    room.on('publication', (each) => heard.push(each.data as Uint8Array));
    room.subscribe();
    await room.ready(5_000);
    await room.publish(bytes);
    await waitFor(() => heard.length === 1);
    expect(Buffer.from(heard[0] ?? [])).toEqual(bytes);
    const b64data = bytes.toString('base64');
    const binary = { protocol: 'protobuf', encoding: 'json', b64data };
    expect(bodies(backend, '/rpc')).toMatchObject([binary]);
    expect(bodies(backend, '/publish')).toMatchObject([binary]);
  });

  it('that is killed fails its calls, and no others; it answers again when it is back', async () => {
    await using world = await open();
    using client = await ann(world);
    await client.rpc('x', {});
    await world.backend.kill();
    await expect(client.rpc('x', {})).rejects.toMatchObject({ code: 100, temporary: true });
    expect(await client.rpc('ping', {})).toEqual({ data: null });
    await using again = await startBackend(world.backend.port);
    expect(await client.rpc('x', {})).toEqual({ data: undefined });
    expect(again.requests).toHaveLength(1);
  });
});

describe('refresh proxies', () => {
  const soon = (): number => Math.floor(Date.now() / 1000) + 1;

  it('prolong connections and subscriptions when they are due, and end them', async () => {
    await using world = await open((backend) => {
      const config = everything(backend);
      const refresh = {
        enabled: true,
        endpoint: `${backend.url}/refresh`,
        include_connection_meta: true,
      };
      return {
        ...config,
        client: { ...config.client, proxy: { ...config.client?.proxy, refresh } },
      };
    });
    const { backend, rig } = world;
    await backend.answer('/connect', {
      body: { result: { user: 'ann', expire_at: soon() + 1, meta: { n: 1 } } },
    });
    await backend.answer('/subscribe', { body: { result: { expire_at: soon() + 1 } } });
    using client = clientOf(rig);
    const ends: number[] = [];
    client.on('disconnected', ({ code }) => ends.push(code));
    client.on('connecting', ({ code }) => ends.push(code));
    client.connect();
    await client.ready(5_000);
    const room = client.newSubscription('room:1');
    const unsubscribed: number[] = [];
    room.on('subscribing', ({ code }) => unsubscribed.push(code));
    room.on('unsubscribed', ({ code }) => unsubscribed.push(code));
    room.subscribe();
    await room.ready(5_000);
    unsubscribed.length = 0;
    ends.length = 0;
    await backend.answer(
      '/refresh',
      { times: 1, body: { result: { expire_at: soon() + 3, meta: { n: 2 } } } },
      { body: { result: { expired: true } } },
    );
    await backend.answer(
      '/sub_refresh',
      { times: 1, body: { result: { expire_at: soon() + 2 } } },
      { body: { result: { expired: true } } },
    );
    await waitFor(() => unsubscribed.includes(2501), { timeoutMs: 10_000 });
    await waitFor(() => ends.includes(3005), { timeoutMs: 10_000 });
    const metas = bodies(backend, '/refresh').map(({ meta }) => meta);
    expect(metas.slice(0, 2)).toEqual([{ n: 1 }, { n: 2 }]);
    expect(bodies(backend, '/sub_refresh')[0]).toMatchObject({ channel: 'room:1', user: 'ann' });
  });

  it('that do not answer end nothing', async () => {
    await using world = await open((backend) => {
      const config = everything(backend);
      const refresh = { enabled: true, endpoint: `${backend.url}/refresh` };
      return {
        ...config,
        client: { ...config.client, proxy: { ...config.client?.proxy, refresh } },
      };
    });
    const { backend, rig } = world;
    await backend.answer('/connect', { body: { result: { user: 'ann', expire_at: soon() } } });
    await backend.answer('/refresh', { status: 500 });
    using client = clientOf(rig);
    client.connect();
    await client.ready(5_000);
    await waitFor(
      () => rig.beacon.snapshot().proxies['refresh/default']?.failures['status'] === 1,
      {
        timeoutMs: 10_000,
      },
    );
    expect(client.state).toBe(State.Connected);
    expect(await client.rpc('ping', {})).toEqual({ data: null });
  });
});

describe('the configuration of proxies', () => {
  it.each([
    ['client.proxy.connect.endpoint', { client: { proxy: { connect: { enabled: true } } } }],
    [
      'client.proxy.connect.endpoint',
      { client: { proxy: { connect: { enabled: true, endpoint: 'grpc://x:1' } } } },
    ],
    ['rpc.proxy.endpoint', { rpc: { without_namespace: { proxy_enabled: true } } }],
    [
      'proxies',
      { rpc: { namespaces: [{ name: 'ab', proxy_enabled: true, proxy_name: 'nobody' }] } },
    ],
    [
      'rpc.proxy.http.status_to_code_transforms[0]',
      {
        rpc: {
          without_namespace: { proxy_enabled: true },
          proxy: {
            endpoint: 'http://x',
            http: { status_to_code_transforms: [{ status_code: 400 }] },
          },
        },
      },
    ],
    [
      'status_to_code_transforms[0].to_error.code',
      {
        rpc: {
          without_namespace: { proxy_enabled: true },
          proxy: {
            endpoint: 'http://x',
            http: { status_to_code_transforms: [{ status_code: 400, to_error: { code: 5 } }] },
          },
        },
      },
    ],
  ] as const)('is refused with an error that names %s', async (option, config) => {
    await using store = Object.assign(await openEmbeddedStore({ dataDir: ':memory:' }), {
      async [Symbol.asyncDispose]() {
        await store.close();
      },
    });
    await expect(startBeacon(store, config as BeaconConfig)).rejects.toThrow(option);
  });
});
