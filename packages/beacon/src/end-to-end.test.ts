import { setTimeout as sleep } from 'node:timers/promises';
import { decodeActorMessage, encodePublication } from '@belfry/protocol';
import { openEmbeddedStore, partitionOf, shareChannels, type Store } from '@belfry/store';
import { waitFor } from '@belfry/testkit';
import {
  Centrifuge,
  type PublicationContext,
  type SubscribedContext,
  type Subscription,
} from 'centrifuge';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from './config.ts';
import { historyPolicyFor } from './core/namespaces.ts';
import { RpcError } from './runtime/rpc.ts';
import { startBeacon, tokenFor, type BeaconRig } from './testing/beacon-rig.ts';

const config: BeaconConfig = {
  channel: {
    namespaces: [
      {
        name: 'control',
        queue: true,
        presence: true,
        presence_events: true,
        allow_subscribe_for_client: true,
        allow_publish_for_subscriber: true,
        client_message_ids: true,
      },
      {
        name: 'server',
        allow_subscribe_for_client: true,
        history_size: 128,
        history_ttl: '24h',
        force_recovery: true,
        force_recovery_mode: 'cache',
      },
      {
        name: 'user',
        allow_user_limited_channels: true,
        history_size: 32,
        history_ttl: '60s',
        force_recovery: true,
      },
      {
        name: 'chat',
        presence: true,
        join_leave: true,
        force_push_join_leave: true,
        allow_subscribe_for_client: true,
        allow_publish_for_subscriber: true,
        allow_presence_for_subscriber: true,
        allow_history_for_subscriber: true,
        history_size: 100,
        history_ttl: '300s',
        force_recovery: true,
      },
    ],
  },
};

const kinds = new Map([
  [
    'room',
    {
      kind: 'room',
      inboxLimit: 3,
      explicit: false,
      validate: (data: unknown) =>
        typeof data === 'object' && data !== null && 'type' in data ? null : 'type is missing',
    },
  ],
  ['made', { kind: 'made', inboxLimit: 10, explicit: true, validate: () => null }],
]);

async function connected(
  rig: BeaconRig,
  user: string,
  claims = {},
): Promise<Disposable & Centrifuge> {
  const client = new Centrifuge(rig.url, { token: await tokenFor(user, claims) });
  client.connect();
  await client.ready(5_000);
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

interface Heard {
  readonly subscription: Subscription;
  readonly publications: PublicationContext[];
  readonly subscribed: SubscribedContext[];
  readonly events: string[];
}

async function listen(client: Centrifuge, channel: string, options = {}): Promise<Heard> {
  const subscription = client.newSubscription(channel, options);
  const heard: Heard = { subscription, publications: [], subscribed: [], events: [] };
  subscription.on('publication', (each) => heard.publications.push(each));
  subscription.on('subscribed', (each) => heard.subscribed.push(each));
  subscription.on('join', (each) => heard.events.push(`join ${each.info.user}`));
  subscription.on('leave', (each) => heard.events.push(`leave ${each.info.user}`));
  subscription.on('unsubscribed', (each) => heard.events.push(`unsubscribed ${each.code}`));
  subscription.subscribe();
  await subscription.ready(5_000);
  return heard;
}

const open = (): Promise<Store> => openEmbeddedStore({ dataDir: ':memory:' });

async function inboxOf(store: Store, actor: `${string}/${string}`): Promise<unknown[]> {
  const partition = partitionOf(actor, store.partitions);
  const reply = await store.actors.claim({
    partition,
    holder: 'test',
    overdueMs: { message: 0, tick: 0 },
    limit: 10,
    leaseMs: 1,
    maxMessages: 100,
  });
  const claimed = reply.claimed.find((each) => each.actor === actor);
  return (claimed?.messages ?? []).map((each) => decodeActorMessage(each.body));
}

describe('a Beacon on the embedded store, with the unmodified SDK', () => {
  it('delivers publications, history, presence and join/leave', async () => {
    await using store = disposable(await open());
    await using rig = await startBeacon(store, config);
    using ann = await connected(rig, 'ann', { info: { name: 'Ann' } });
    using bob = await connected(rig, 'bob');
    const annHeard = await listen(ann, 'chat:1');
    const bobHeard = await listen(bob, 'chat:1');
    await waitFor(() => annHeard.events.includes('join bob'));
    await annHeard.subscription.publish({ text: 'hello', n: 1 });
    await bobHeard.subscription.publish([1, 2]);
    await waitFor(() => bobHeard.publications.length === 2 && annHeard.publications.length === 2);
    expect(bobHeard.publications).toMatchObject([
      {
        channel: 'chat:1',
        data: { text: 'hello', n: 1 },
        offset: 1,
        info: { user: 'ann', connInfo: { name: 'Ann' } },
      },
      { data: [1, 2], offset: 2, info: { user: 'bob' } },
    ]);
    const presence = await annHeard.subscription.presence();
    expect(
      Object.values(presence.clients)
        .map((each) => each.user)
        .sort(),
    ).toEqual(['ann', 'bob']);
    expect(await annHeard.subscription.presenceStats()).toEqual({ numClients: 2, numUsers: 2 });
    const history = await annHeard.subscription.history({ limit: 1, reverse: true });
    expect(history).toMatchObject({ offset: 2, publications: [{ data: [1, 2] }] });
    bob.disconnect();
    await waitFor(() => annHeard.events.includes('leave bob'));
    await waitFor(async () => (await annHeard.subscription.presenceStats()).numClients === 1);
  });

  it('passes payloads through byte for byte', async () => {
    await using store = disposable(await open());
    await using rig = await startBeacon(store, config);
    const data = '{"big":9223372036854775807,"b":1,"a":"\\u00e9\\/"}';
    const token = await tokenFor('ann');
    const socket = new WebSocket(rig.url);
    const frames: string[] = [];
    socket.onmessage = (event) => frames.push(...String(event.data).split('\n'));
    await new Promise((resolve) => (socket.onopen = resolve));
    socket.send(
      `{"id":1,"connect":{"token":"${token}"}}\n{"id":2,"subscribe":{"channel":"chat:1"}}`,
    );
    socket.send(`{"id":3,"publish":{"channel":"chat:1","data":${data}}}`);
    await waitFor(() => frames.some((each) => each.includes(`"pub":{"data":${data},`)));
    expect(frames.some((each) => each === '{"id":3,"publish":{}}')).toBe(true);
    socket.close();
  });

  it('recovers everything missed while a client was away', async () => {
    await using store = disposable(await open());
    await using rig = await startBeacon(store, config);
    using ann = await connected(rig, 'ann');
    using bob = await connected(rig, 'bob');
    const heard = await listen(ann, 'chat:1');
    const other = await listen(bob, 'chat:1');
    await other.subscription.publish(1);
    await waitFor(() => heard.publications.length === 1);
    ann.disconnect();
    for (const n of [2, 3, 4]) await other.subscription.publish(n);
    ann.connect();
    await waitFor(() => heard.publications.length === 4);
    expect(heard.publications.map((each) => each.data)).toEqual([1, 2, 3, 4]);
    expect(heard.subscribed.at(-1)).toMatchObject({ wasRecovering: true, recovered: true });
  });

  it('says so when history no longer reaches back', async () => {
    await using store = disposable(await open());
    const short = { ...config.channel?.namespaces?.[3], name: 'chat', history_size: 2 };
    await using rig = await startBeacon(store, { channel: { namespaces: [short] } });
    using ann = await connected(rig, 'ann');
    using bob = await connected(rig, 'bob');
    const heard = await listen(ann, 'chat:1');
    const other = await listen(bob, 'chat:1');
    ann.disconnect();
    for (const n of [1, 2, 3]) await other.subscription.publish(n);
    ann.connect();
    await waitFor(() => heard.subscribed.length === 2);
    expect(heard.subscribed[1]).toMatchObject({ wasRecovering: true, recovered: false });
  });

  it('gives a late joiner the latest publication of a cache channel', async () => {
    await using store = disposable(await open());
    await using rig = await startBeacon(store, config);
    const channel = 'server:room/1';
    const publish = (n: number): Promise<unknown> =>
      store.channels.publish({
        channel,
        body: encodePublication(JSON.stringify({ n })),
        origin: '',
        history: historyPolicyFor(config, channel),
      });
    for (const n of [1, 2, 3]) await publish(n);
    using ann = await connected(rig, 'ann');
    const heard = await listen(ann, channel, { since: { offset: 0, epoch: '' } });
    await waitFor(() => heard.publications.length === 1);
    expect(heard.publications[0]).toMatchObject({ data: { n: 3 }, offset: 3 });
    expect(heard.subscribed[0]).toMatchObject({ wasRecovering: true, recovered: true });
    await publish(4);
    await waitFor(() => heard.publications.length === 2);
    await expect(heard.subscription.publish({})).rejects.toMatchObject({ code: 103 });
  });

  it('turns control channels into an inbox', async () => {
    await using store = disposable(await open());
    await using rig = await startBeacon(store, config, { kinds });
    using ann = await connected(rig, 'ann', { info: { name: 'Ann' } });
    await expect(ann.publish('control:room/1', { type: 'x' })).rejects.toMatchObject({ code: 103 });
    const heard = await listen(ann, 'control:room/1');
    await heard.subscription.publish({ id: 'm1', data: { type: 'mark' } });
    await heard.subscription.publish({ id: 'm1', data: { type: 'mark' } });
    await heard.subscription.publish({ type: 'plain' });
    await expect(heard.subscription.publish({ cell: 1 })).rejects.toMatchObject({
      code: 107,
      message: 'type is missing',
    });
    await expect(heard.subscription.publish({ type: 'too-many' })).rejects.toMatchObject({
      code: 106,
    });
    await expect(heard.subscription.presence()).rejects.toMatchObject({ code: 108 });
    await expect(heard.subscription.history({ limit: 1 })).rejects.toMatchObject({ code: 108 });
    const clientId = await waitFor(() => (ann as unknown as { _client: string })._client);
    const from = { type: 'client', user: 'ann', client: clientId, info: { name: 'Ann' } };
    expect(await inboxOf(store, 'room/1')).toEqual([
      { type: 'enter', user: 'ann', info: { name: 'Ann' } },
      {
        type: 'message',
        from,
        id: 'm1',
        data: { type: 'mark' },
      },
      {
        type: 'message',
        from,
        data: { type: 'plain' },
      },
    ]);
    expect(heard.publications).toEqual([]);
  });

  it('refuses control channels that name nothing a client can reach', async () => {
    await using store = disposable(await open());
    await using rig = await startBeacon(
      store,
      { ...config, client: { allow_anonymous_connect_without_token: true } },
      { kinds },
    );
    using ann = await connected(rig, 'ann');
    for (const channel of [
      'control:none/1',
      'control:room',
      'control:room/a b',
      'control:made/1',
    ]) {
      const subscription = ann.newSubscription(channel);
      subscription.subscribe();
      await expect(subscription.ready(2_000)).rejects.toBeDefined();
      expect(subscription.state).toBe('unsubscribed');
    }
    expect(rig.beacon.snapshot().replyErrors[102]).toBe(4);
  });

  it('is there with several connections as one user, and leaves with the last', async () => {
    await using store = disposable(await open());
    await using rig = await startBeacon(store, config, { kinds });
    using first = await connected(rig, 'ann');
    using second = await connected(rig, 'ann');
    await listen(first, 'control:room/7');
    await listen(second, 'control:room/7');
    first.disconnect();
    await sleep(50);
    second.disconnect();
    await waitFor(async () => (await store.actors.peek('room/7'))?.inboxLength === 2);
    expect(await inboxOf(store, 'room/7')).toEqual([
      { type: 'enter', user: 'ann' },
      { type: 'leave', user: 'ann' },
    ]);
  });

  it('answers remote calls', async () => {
    await using store = disposable(await open());
    const rpc = new Map([
      [
        'echo',
        (data: unknown, { user, info }: { user: string; info: unknown }): Promise<unknown> =>
          Promise.resolve({ data, user, info }),
      ],
      ['deny', (): Promise<unknown> => Promise.reject(new RpcError(403, 'not yours'))],
      ['crash', (): Promise<unknown> => Promise.reject(new Error('secret details'))],
      ['slow', (): Promise<unknown> => sleep(10_000, undefined, { ref: false })],
    ]);
    const client = { rpc_timeout: '50ms' };
    await using rig = await startBeacon(store, { ...config, client }, { rpc });
    using ann = await connected(rig, 'ann', { info: { a: 1 } });
    const echoed = await ann.rpc('echo', { x: [1] });
    expect(echoed.data).toEqual({ data: { x: [1] }, user: 'ann', info: { a: 1 } });
    await expect(ann.rpc('deny', {})).rejects.toMatchObject({ code: 403, message: 'not yours' });
    await expect(ann.rpc('none', {})).rejects.toMatchObject({ code: 104 });
    await expect(ann.rpc('crash', {})).rejects.toMatchObject({
      code: 100,
      message: 'internal server error',
    });
    await expect(ann.rpc('slow', {})).rejects.toMatchObject({ code: 100 });
  });

  it('keeps private channels private', async () => {
    await using store = disposable(await open());
    await using rig = await startBeacon(store, config);
    using ann = await connected(rig, 'ann');
    using bob = await connected(rig, 'bob');
    const heard = await listen(ann, 'user:#ann');
    const spy = bob.newSubscription('user:#ann');
    spy.subscribe();
    await expect(spy.ready(2_000)).rejects.toBeDefined();
    await store.channels.publish({
      channel: 'user:#ann',
      body: encodePublication('"psst"'),
      origin: '',
      history: historyPolicyFor(config, 'user:#ann'),
    });
    await waitFor(() => heard.publications.length === 1);
  });

  it('makes the server-side subscriptions of a token', async () => {
    await using store = disposable(await open());
    await using rig = await startBeacon(store, config);
    const client = new Centrifuge(rig.url, {
      token: await tokenFor('ann', {
        channels: ['chat:1'],
        subs: { 'user:#ann': { data: { a: 1 } } },
      }),
    });
    const subscribed: string[] = [];
    const got: unknown[] = [];
    client.on('subscribed', (each) => subscribed.push(each.channel));
    client.on('publication', (each) => got.push(each.data));
    client.connect();
    await client.ready(5_000);
    await waitFor(() => subscribed.length === 2);
    await client.publish('chat:1', 'x');
    await waitFor(() => got.length === 1);
    client.disconnect();
  });

  it('delivers to the clients of all Beacons on a store', async () => {
    await using store = disposable(await open());
    const share = shareChannels(store.channels);
    const view = (): Pick<Store, 'channels' | 'actors'> => ({
      channels: share(),
      actors: store.actors,
    });
    await using one = await startBeacon(view(), config);
    await using two = await startBeacon(view(), config);
    using ann = await connected(one, 'ann');
    using bob = await connected(two, 'bob');
    const heard = await listen(bob, 'chat:1');
    const said = await listen(ann, 'chat:1');
    await waitFor(() => heard.events.includes('join ann'));
    for (let n = 0; n < 20; n++) void said.subscription.publish(n);
    await waitFor(() => heard.publications.length === 20);
    expect(heard.publications.map((each) => each.data)).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    );
    expect(Object.keys((await heard.subscription.presence()).clients)).toHaveLength(2);
  });

  it('sends clients away when it shuts down, and they come back elsewhere', async () => {
    await using store = disposable(await open());
    await using rig = await startBeacon(store, config);
    using ann = await connected(rig, 'ann');
    const codes: number[] = [];
    ann.on('connecting', (each) => codes.push(each.code));
    await listen(ann, 'chat:1');
    await rig.beacon.drain(0);
    await waitFor(() => codes.includes(3001));
    expect(rig.beacon.snapshot().gauges).toEqual({
      connections: 0,
      nodes: 1,
      hooks_waiting: 0,
      users: 0,
      channels: 0,
      subscriptions: 0,
    });
    expect(await store.channels.presence('chat:1')).toEqual([]);
  });
});

function disposable(store: Store): Store & AsyncDisposable {
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}
