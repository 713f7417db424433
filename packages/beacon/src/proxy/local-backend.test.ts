import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbeddedStore } from '@belfry/store';
import { waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { describe, expect, test } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { startBeacon, tokenFor } from '../testing/beacon-rig.ts';
import type { ProxyBackend } from './proxy-backend.ts';

const CONFIG: BeaconConfig = {
  channel: {
    namespaces: [
      {
        name: 'job',
        subscribe_proxy_enabled: true,
        subscribe_proxy_name: 'fleet',
        publish_proxy_enabled: true,
        publish_proxy_name: 'fleet',
        history_size: 1,
        history_ttl: '60s',
      },
    ],
  },
};

async function rigWith(backend: ProxyBackend) {
  await using parts = new AsyncDisposableStack();
  const store = await openEmbeddedStore({ dataDir: ':memory:' });
  parts.defer(() => store.close());
  const options = { backends: new Map([['fleet', backend]]), openChannels: new Set(['broadcast']) };
  const rig = parts.use(await startBeacon(store, CONFIG, options));
  const owned = parts.move();
  return {
    rig,
    store,
    async client(user: string): Promise<Centrifuge> {
      const client = new Centrifuge(rig.url, { token: await tokenFor(user) });
      owned.defer(() => client.disconnect());
      client.connect();
      await client.ready(5_000);
      return client;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** `subscribed`, or the code of the error that ended it. */
function outcomeOf(client: Centrifuge, channel: string): Promise<string | number> {
  const subscription = client.newSubscription(channel);
  const { promise, resolve } = Promise.withResolvers<string | number>();
  subscription.on('subscribed', () => resolve('subscribed'));
  subscription.on('error', ({ error }) => resolve(error.code));
  subscription.on('unsubscribed', ({ code }) => resolve(code));
  subscription.subscribe();
  return promise;
}

describe('a backend in the process of the Beacon', () => {
  test('is asked what one over HTTP would be, and decides', async () => {
    const asked: { use: string; body: Record<string, unknown> }[] = [];
    await using all = await rigWith(async (use, body) => {
      const parsed = JSON.parse(body) as Record<string, unknown>;
      asked.push({ use, body: parsed });
      if (parsed['user'] !== 'ann') return '{"error":{"code":103,"message":"permission denied"}}';
      return use === 'publish' ? '{"result":{"skip_history":true}}' : '{"result":{}}';
    });
    const ann = await all.client('ann');
    const bob = await all.client('bob');
    expect(await outcomeOf(bob, 'job:7')).toBe(103);
    expect(await outcomeOf(ann, 'job:7')).toBe('subscribed');
    const got: unknown[] = [];
    ann.getSubscription('job:7')?.on('publication', ({ data }) => got.push(data));
    await ann.publish('job:7', { done: 1 });
    await expect(bob.publish('job:7', { done: 2 })).rejects.toMatchObject({ code: 103 });
    await waitFor(() => got.length > 0);
    expect(got).toEqual([{ done: 1 }]);
    const { publications } = await all.store.channels.history('job:7', {
      limit: -1,
      metaTtlMs: 1_000,
    });
    expect(publications).toEqual([]);
    expect(
      asked.map(({ use, body }) => [use, body['user'], body['channel'], body['data']]),
    ).toEqual([
      ['subscribe', 'bob', 'job:7', undefined],
      ['subscribe', 'ann', 'job:7', undefined],
      ['publish', 'ann', 'job:7', { done: 1 }],
      ['publish', 'bob', 'job:7', { done: 2 }],
    ]);
    expect(all.rig.beacon.snapshot().proxies['publish/fleet']).toMatchObject({
      calls: 2,
      failures: {},
    });
  });

  test('one that throws, answers nonsense or takes too long lets nobody in, and is counted', async () => {
    let answer: () => Promise<string> = () => Promise.reject(new Error('no'));
    await using all = await rigWith(() => answer());
    const ann = await all.client('ann');
    await expect(ann.publish('job:1', {})).rejects.toMatchObject({ code: 100 });
    answer = async () => 'nonsense';
    await expect(ann.publish('job:1', {})).rejects.toMatchObject({ code: 100 });
    answer = () => sleep(60_000, '{}', { ref: false });
    await expect(ann.publish('job:1', {})).rejects.toMatchObject({ code: 100 });
    const failures = () => all.rig.beacon.snapshot().proxies['publish/fleet']?.failures;
    await waitFor(() => failures()?.['timeout'] === 1, { timeoutMs: 10_000 });
    expect(failures()).toMatchObject({ bad_answer: 2, timeout: 1 });
  });
});

test('an open channel is for everyone; others of its namespace are not', async () => {
  await using all = await rigWith(async () => '{"result":{}}');
  const ann = await all.client('ann');
  expect(await outcomeOf(ann, 'broadcast')).toBe('subscribed');
  expect(await outcomeOf(ann, 'other')).toBe(103);
  await expect(ann.publish('broadcast', {})).rejects.toMatchObject({ code: 103 });
});
