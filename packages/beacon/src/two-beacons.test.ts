import { setTimeout as sleep } from 'node:timers/promises';
import { encodePublication } from '@belfry/protocol';
import { startRedis, waitFor } from '@belfry/testkit';
import { Centrifuge, type Subscription } from 'centrifuge';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from './config.ts';
import { historyPolicyFor } from './core/namespaces.ts';
import { startBeacon, tokenFor, type BeaconRig } from './testing/beacon-rig.ts';
import { openStoreOn } from './testing/stores.ts';

const config: BeaconConfig = {
  channel: {
    namespaces: [
      {
        name: 'chat',
        presence: true,
        join_leave: true,
        force_push_join_leave: true,
        allow_subscribe_for_client: true,
        allow_publish_for_subscriber: true,
        allow_presence_for_subscriber: true,
        history_size: 1_000,
        history_ttl: '300s',
        force_recovery: true,
        presence_ttl: '2s',
        presence_update_interval: '500ms',
      },
      {
        name: 'control',
        queue: true,
        presence: true,
        presence_events: true,
        allow_subscribe_for_client: true,
        allow_publish_for_subscriber: true,
      },
    ],
  },
};

const kinds = new Map([
  ['room', { kind: 'room', inboxLimit: 1_000, explicit: false, validate: () => null }],
]);

async function join(
  rig: BeaconRig,
  user: string,
  channel: string,
): Promise<Disposable & { client: Centrifuge; subscription: Subscription; got: unknown[] }> {
  const client = new Centrifuge(rig.url, {
    token: await tokenFor(user),
    minReconnectDelay: 10,
    maxReconnectDelay: 100,
  });
  const subscription = client.newSubscription(channel, {
    minResubscribeDelay: 10,
    maxResubscribeDelay: 100,
  });
  const got: unknown[] = [];
  subscription.on('publication', (each) => got.push(each.data));
  subscription.subscribe();
  client.connect();
  await subscription.ready(10_000);
  return { client, subscription, got, [Symbol.dispose]: () => client.disconnect() };
}

describe('two Beacons over Redis', () => {
  it('are one to their clients', async () => {
    await using redis = await startRedis();
    await using first = await openStoreOn(redis);
    await using second = await openStoreOn(redis);
    await using one = await startBeacon(first, config, { kinds });
    await using two = await startBeacon(second, config, { kinds });
    using ann = await join(one, 'ann', 'chat:1');
    using bob = await join(two, 'bob', 'chat:1');
    for (let n = 0; n < 50; n++) void (n % 2 === 0 ? ann : bob).subscription.publish(n);
    await waitFor(() => ann.got.length === 50 && bob.got.length === 50);
    expect(ann.got).toEqual(bob.got);
    expect(Object.keys((await bob.subscription.presence()).clients)).toHaveLength(2);
    const left: string[] = [];
    bob.subscription.on('leave', (each) => left.push(each.info.user));
    ann.client.disconnect();
    await waitFor(() => left.includes('ann'));
    expect(Object.keys((await bob.subscription.presence()).clients)).toHaveLength(1);
  });

  it('keep the order of what one connection sends to an actor', async () => {
    await using redis = await startRedis();
    await using store = await openStoreOn(redis);
    await using rig = await startBeacon(store, config, { kinds });
    using ann = await join(rig, 'ann', 'control:room/1');
    await Promise.all(Array.from({ length: 300 }, (_, n) => ann.subscription.publish({ n })));
    const held = await waitFor(async () => {
      for (let partition = 0; partition < store.partitions; partition++) {
        const { claimed } = await store.actors.claim({
          partition: partition as never,
          holder: 'test',
          overdueMs: { message: 0, tick: 0 },
          limit: 1,
          leaseMs: 10_000,
          maxMessages: 1_000,
        });
        if (claimed[0] !== undefined) return claimed[0];
      }
      return null;
    });
    const sent = held.messages.slice(1).map((each) => {
      const { data } = JSON.parse(each.body) as { data: { n: number } };
      return data.n;
    });
    expect(sent).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  it('lose nothing and repeat nothing when delivery is interrupted', async () => {
    await using redis = await startRedis();
    await using first = await openStoreOn(redis);
    await using second = await openStoreOn(redis);
    const total = 400;
    // On a slow machine delivery may be away for nearly all of them: more than clients may recover by default.
    const client = { recovery_max_publication_limit: total };
    await using rig = await startBeacon(first, { ...config, client });
    using ann = await join(rig, 'ann', 'chat:1');
    for (let n = 0; n < total; n++) {
      await second.channels.publish({
        channel: 'chat:1',
        body: encodePublication(String(n)),
        origin: '',
        history: historyPolicyFor(config, 'chat:1'),
      });
      if (n % 100 === 50) await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    }
    await waitFor(() => ann.got.length >= total, { timeoutMs: 15_000 });
    await sleep(200);
    expect(ann.got).toEqual(Array.from({ length: total }, (_, n) => n));
  });

  it('keep their clients while Redis is away, and refuse what cannot be done as temporary', async () => {
    await using redis = await startRedis({ appendonly: true });
    await using store = await openStoreOn(redis);
    await using rig = await startBeacon(store, config, { kinds });
    using ann = await join(rig, 'ann', 'chat:1');
    await ann.subscription.publish('before');
    await redis.stop();
    await expect(ann.subscription.publish('while')).rejects.toMatchObject({
      code: 100,
      temporary: true,
    });
    expect(ann.client.state).toBe('connected');
    await redis.restart();
    await waitFor(
      async () => {
        await ann.subscription.publish('after');
        return true;
      },
      { timeoutMs: 15_000, everyMs: 100 },
    );
    await waitFor(() => ann.got.includes('after'), { timeoutMs: 10_000 });
    expect(ann.got[0]).toBe('before');
  });

  it('notice that what they have is no longer what the store has', async () => {
    await using redis = await startRedis();
    await using store = await openStoreOn(redis);
    const client = { channel_position_check_delay: '200ms' };
    await using rig = await startBeacon(store, { ...config, client });
    using ann = await join(rig, 'ann', 'chat:1');
    await ann.subscription.publish(1);
    const again: { code: number; recovered: boolean }[] = [];
    let code = 0;
    ann.subscription.on('subscribing', (each) => {
      code = each.code;
    });
    ann.subscription.on('subscribed', ({ recovered }) => again.push({ code, recovered }));
    await sleep(2_500);
    expect(again).toEqual([]);
    await redis.command('FLUSHALL');
    await waitFor(() => again.length === 1, { timeoutMs: 10_000 });
    expect(again).toEqual([{ code: 2500, recovered: false }]);
    await ann.subscription.publish(2);
    await waitFor(() => ann.got.includes(2));
  });

  it('let presence of a Beacon that died expire', async () => {
    await using redis = await startRedis();
    await using first = await openStoreOn(redis);
    const second = await openStoreOn(redis);
    await using one = await startBeacon(first, config, { kinds });
    const two = await startBeacon(second, config, { kinds });
    using ann = await join(one, 'ann', 'chat:1');
    using bob = await join(two, 'bob', 'chat:1');
    expect(Object.keys((await ann.subscription.presence()).clients)).toHaveLength(2);
    // As if it were gone: it can no longer say anything to the store.
    await second.close();
    await waitFor(
      async () => Object.keys((await ann.subscription.presence()).clients).length === 1,
      { timeoutMs: 10_000, everyMs: 100 },
    );
    expect(bob.client.state).toBe('connected');
    await two[Symbol.asyncDispose]();
  });
});
