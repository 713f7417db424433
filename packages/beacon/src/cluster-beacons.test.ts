import { encodePublication } from '@belfry/protocol';
import { openRedisStore, type Store } from '@belfry/store';
import {
  startRedis,
  startRedisCluster,
  startValkey,
  waitFor,
  whyNoValkey,
  type RedisServer,
} from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from './config.ts';
import { historyPolicyFor } from './core/namespaces.ts';
import { startBeacon, tokenFor, type BeaconRig } from './testing/beacon-rig.ts';

const config: BeaconConfig = {
  channel: {
    namespaces: [
      {
        name: 'chat',
        allow_subscribe_for_client: true,
        allow_publish_for_subscriber: true,
        history_size: 1_000,
        history_ttl: '300s',
        force_recovery: true,
      },
    ],
  },
};

async function open(url: string, timeoutMs = 5_000): Promise<Store & AsyncDisposable> {
  const store = await openRedisStore({ url, timeoutMs });
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

interface Listener extends Disposable {
  readonly client: Centrifuge;
  readonly got: Map<string, unknown[]>;
  publish(channel: string, data: unknown): Promise<unknown>;
  leave(channel: string): void;
}

async function listen(
  rig: BeaconRig,
  user: string,
  channels: readonly string[],
): Promise<Listener> {
  const client = new Centrifuge(rig.url, {
    token: await tokenFor(user),
    minReconnectDelay: 10,
    maxReconnectDelay: 100,
    // A thousand subscriptions at once may take a while on a busy machine.
    timeout: 30_000,
  });
  const got = new Map<string, unknown[]>();
  for (const channel of channels) {
    const list: unknown[] = [];
    got.set(channel, list);
    const subscription = client.newSubscription(channel, {
      minResubscribeDelay: 10,
      maxResubscribeDelay: 200,
    });
    subscription.on('publication', ({ data }) => list.push(data));
    subscription.subscribe();
  }
  client.connect();
  await Promise.all(Object.values(client.subscriptions()).map((each) => each.ready(30_000)));
  return {
    client,
    got,
    publish: (channel, data) => client.publish(channel, data),
    leave: (channel) => client.getSubscription(channel)?.unsubscribe(),
    [Symbol.dispose]: () => client.disconnect(),
  };
}

function publish(store: Store, channel: string, data: unknown): Promise<unknown> {
  return store.channels.publish(
    {
      channel,
      body: encodePublication(JSON.stringify(data)),
      origin: '',
      history: historyPolicyFor(config, channel),
    },
    { idempotencyKey: JSON.stringify(data) },
  );
}

const CHANNELS = Array.from({ length: 24 }, (_, i) => `chat:${i}`);

/** Two Beacons on a store at `url` are one to clients on all of the channels. */
async function areOne(url: string): Promise<void> {
  await using first = await open(url);
  await using second = await open(url);
  await using one = await startBeacon(first, config);
  await using two = await startBeacon(second, config);
  using ann = await listen(one, 'ann', CHANNELS);
  using bob = await listen(two, 'bob', CHANNELS);
  for (const [i, channel] of CHANNELS.entries()) {
    for (let n = 0; n < 4; n++) await ((i + n) % 2 === 0 ? ann : bob).publish(channel, n);
  }
  const all = CHANNELS.map((channel) => [channel, [0, 1, 2, 3]]);
  for (const { got } of [ann, bob]) {
    await waitFor(() => CHANNELS.every((channel) => got.get(channel)?.length === 4), {
      timeoutMs: 10_000,
    });
    expect([...got]).toEqual(all);
  }
}

describe('two Beacons over a Redis Cluster with three masters', () => {
  it('are one to their clients, whichever master a channel is on', async () => {
    await using cluster = await startRedisCluster();
    await areOne(cluster.url);
    for (const node of cluster.nodes) {
      // Nobody is left, and no channel of anybody.
      await waitFor(async () => (await shardChannels(node)) === 0, { timeoutMs: 10_000 });
    }
  }, 60_000);

  it('lose nothing when a master is killed and comes back, and serve the channels of the others meanwhile', async () => {
    await using cluster = await startRedisCluster({ appendonly: true });
    await using first = await open(cluster.url, 1_000);
    await using second = await open(cluster.url, 1_000);
    await using backend = await open(cluster.url, 1_000);
    await using one = await startBeacon(first, config);
    await using two = await startBeacon(second, config);
    using ann = await listen(one, 'ann', CHANNELS);
    using bob = await listen(two, 'bob', CHANNELS);
    const hasAll = (data: unknown, channels: readonly string[]): Promise<unknown> =>
      waitFor(
        () =>
          [ann, bob].every(({ got }) => channels.every((each) => got.get(each)?.includes(data))),
        { timeoutMs: 30_000, what: `${JSON.stringify(data)} on ${channels.length} channels` },
      );
    await Promise.all(CHANNELS.map((each) => publish(backend, each, 'before')));
    await hasAll('before', CHANNELS);
    await cluster.nodes[0]?.kill();
    const done = await Promise.all(
      CHANNELS.map((each) =>
        publish(backend, each, 'while').then(
          () => true,
          () => false,
        ),
      ),
    );
    const served = CHANNELS.filter((_, i) => done[i]);
    expect(served.length).toBeGreaterThan(0);
    expect(served.length).toBeLessThan(CHANNELS.length);
    await hasAll('while', served);
    expect([ann, bob].map(({ client }) => client.state)).toEqual(['connected', 'connected']);
    await cluster.nodes[0]?.restart();
    for (const channel of CHANNELS) {
      for (const data of ['while', 'after']) {
        await waitFor(() => publish(backend, channel, data), { timeoutMs: 30_000, everyMs: 100 });
      }
    }
    await hasAll('after', CHANNELS);
    for (const { got } of [ann, bob]) {
      expect([...got.values()]).toEqual(CHANNELS.map(() => ['before', 'while', 'after']));
    }
  }, 120_000);
});

/** On how many channels somebody listens, by what Redis says. */
async function shardChannels(redis: RedisServer): Promise<number> {
  const info = await redis.command('INFO', 'stats');
  return Number(/pubsubshard_channels:(\d+)/.exec(info)?.[1]);
}

describe('a Beacon hears of no channel that nobody on it is on', () => {
  it('as Redis counts subscriptions, and as it counts deliveries', async () => {
    await using redis = await startRedis();
    await using first = await open(redis.url);
    await using second = await open(redis.url);
    await using one = await startBeacon(first, config);
    await using two = await startBeacon(second, config);
    const clients = (): Promise<number> => subscribed(redis);
    // What Beacons tell each other goes by channels too.
    await waitFor(() => [one, two].every(({ beacon }) => beacon.bus.nodes().length === 2));
    const own = await settled(redis);
    using ann = await listen(one, 'ann', ['chat:1', 'chat:2']);
    using bob = await listen(one, 'bob', ['chat:1']);
    using cid = await listen(two, 'cid', ['chat:3']);
    // Ann and Bob are on one Beacon, so chat:1 is subscribed once.
    expect((await clients()) - own).toBe(3);
    for (const channel of ['chat:1', 'chat:2', 'chat:3', 'chat:4']) {
      for (let n = 0; n < 10; n++) await publish(second, channel, n);
    }
    await waitFor(() => cid.got.get('chat:3')?.length === 10);
    await waitFor(() => ann.got.get('chat:2')?.length === 10);
    expect(bob.got.get('chat:1')).toHaveLength(10);
    const received = (rig: BeaconRig): number =>
      rig.beacon.snapshot().counters.publications_received;
    expect([received(one), received(two)]).toEqual([20, 10]);
    ann.leave('chat:1');
    ann.leave('chat:2');
    await waitFor(async () => (await clients()) - own === 2);
    bob.client.disconnect();
    cid.client.disconnect();
    await waitFor(async () => (await clients()) === own);
  });

  it('also when it was ten thousand of them', async () => {
    await using redis = await startRedis();
    await using store = await open(redis.url, 20_000);
    await using rig = await startBeacon(store, {
      ...config,
      client: { channel_limit: 1_000 },
    });
    const own = await settled(redis);
    const clients: Listener[] = [];
    for (let i = 0; i < 10; i++) {
      const channels = Array.from({ length: 1_000 }, (_, n) => `chat:${i}-${n}`);
      clients.push(await listen(rig, `user-${i}`, channels));
    }
    expect((await subscribed(redis)) - own).toBe(10_000);
    await publish(store, 'chat:7-999', 'hello');
    await waitFor(() => clients[7]?.got.get('chat:7-999')?.length === 1);
    for (const { client } of clients) client.disconnect();
    await waitFor(async () => (await subscribed(redis)) === own, { timeoutMs: 20_000 });
  }, 180_000);
});

/** How many subscriptions all connections have, by what Redis says. */
async function subscribed(redis: RedisServer): Promise<number> {
  const list = await redis.command('CLIENT', 'LIST');
  return [...list.matchAll(/ ssub=(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** The same when it has stopped changing: what a Beacon subscribes to for itself. */
async function settled(redis: RedisServer): Promise<number> {
  let last = 0;
  return waitFor(
    async () => {
      const now = await subscribed(redis);
      if (now === last) return now;
      last = now;
      return 0;
    },
    { everyMs: 300, timeoutMs: 20_000 },
  );
}

const noValkey = await whyNoValkey(process.env['PATH'] ?? '');
if (noValkey !== null) console.warn(`two Beacons over Valkey: not run: ${noValkey}`);

it.skipIf(noValkey !== null)('two Beacons over Valkey are one to their clients', async () => {
  await using valkey = await startValkey();
  expect(await valkey.command('INFO', 'server')).toContain('valkey_version');
  await areOne(valkey.url);
});
