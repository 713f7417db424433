import { encodePublication } from '@belfry/protocol';
import { openEmbeddedStore, partitionOf, type Store } from '@belfry/store';
import { virtualClock, waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from './config.ts';
import { SECRET, startBeacon, tokenFor } from './testing/beacon-rig.ts';
import { openMemoryStore } from './testing/stores.ts';

const config: BeaconConfig = {
  channel: {
    namespaces: [
      {
        name: 'echoless',
        exclude_publisher: true,
        allow_subscribe_for_client: true,
        allow_publish_for_subscriber: true,
        history_size: 10,
        history_ttl: '60s',
        force_recovery: true,
      },
      {
        name: 'control',
        queue: true,
        presence: true,
        presence_events: true,
        presence_ttl: '2s',
        presence_update_interval: '200ms',
        allow_subscribe_for_client: true,
        allow_publish_for_subscriber: true,
      },
    ],
  },
};

const kinds = new Map([
  ['made', { kind: 'made', inboxLimit: 10, explicit: true, validate: () => null }],
]);

/** Runs one turn of an actor by hand: `state` is what it leaves. */
async function turn(
  store: Store,
  actor: `${string}/${string}`,
  state: string | null,
): Promise<void> {
  await store.actors.send({ to: actor, body: '{}' });
  const { claimed } = await store.actors.claim({
    partition: partitionOf(actor, store.partitions),
    holder: 'test',
    overdueMs: { message: 0, tick: 0 },
    limit: 1,
    leaseMs: 10_000,
    maxMessages: 100,
  });
  const [held] = claimed;
  if (held === undefined) throw new Error('nothing to claim');
  const [result] = await store.actors.commit([
    {
      actor,
      fence: held.fence,
      version: held.version,
      state,
      meta: null,
      consumedThrough: held.messages.at(-1)?.seq ?? null,
      deadLetters: [],
      publications: [],
      sends: [],
      forget: [],
      wakeAt: null,
      holdUntil: null,
      suspend: null,
      lease: { type: 'release' },
    },
  ]);
  expect(result?.status).toBe('committed');
}

const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

describe('what does not last', () => {
  it('is refreshed by the SDK: connections and subscriptions', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config);
    const client = new Centrifuge(rig.url, {
      getToken: () => tokenFor('ann', { exp: inSeconds(3) }),
    });
    const subscription = client.newSubscription('$echoless:1', {
      getToken: ({ channel }) => tokenFor('ann', { channel, exp: inSeconds(3) }),
    });
    const states: string[] = [];
    client.on('state', ({ newState }) => states.push(newState));
    subscription.on('state', ({ newState }) => states.push(newState));
    subscription.subscribe();
    client.connect();
    await waitFor(
      () => {
        const { commands } = rig.beacon.snapshot();
        return (commands['refresh'] ?? 0) >= 2 && (commands['sub_refresh'] ?? 0) >= 2;
      },
      { timeoutMs: 15_000 },
    );
    // Neither was ever interrupted.
    expect(states.sort()).toEqual(['connected', 'connecting', 'subscribed', 'subscribing']);
    client.disconnect();
  });

  it('ends with 3005 when nobody refreshes the token', async () => {
    await using store = await openMemoryStore();
    const client = { expired_close_delay: '0s' };
    await using rig = await startBeacon(store, { ...config, client });
    const token = await tokenFor('ann', { exp: inSeconds(3) });
    const socket = new WebSocket(rig.url);
    socket.addEventListener('open', () =>
      socket.send(`{"id":1,"connect":{"token":${JSON.stringify(token)}}}`),
    );
    const code = await new Promise<number>((resolve) => {
      socket.addEventListener('close', (event) => resolve(event.code));
    });
    expect(code).toBe(3005);
  });

  it('is an actor that was created and is deleted: whoever is there is told', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config, { kinds });
    await turn(store, 'made/1', '{}');
    const client = new Centrifuge(rig.url, { token: await tokenFor('ann') });
    const subscription = client.newSubscription('control:made/1');
    const codes: number[] = [];
    subscription.on('unsubscribed', ({ code }) => codes.push(code));
    subscription.subscribe();
    client.connect();
    await subscription.ready(5_000);
    await subscription.publish({ hello: 1 });
    await turn(store, 'made/1', null);
    await expect(client.publish('control:made/1', {})).rejects.toMatchObject({ code: 102 });
    await waitFor(() => codes.length === 1);
    expect(codes).toEqual([2000]);
    client.disconnect();
  });
});

describe('exclude_publisher', () => {
  it('spares the connection that published, and keeps its position', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config);
    const [ann, bob] = await Promise.all(
      ['ann', 'bob'].map(async (user) => {
        const client = new Centrifuge(rig.url, { token: await tokenFor(user) });
        const subscription = client.newSubscription('echoless:1');
        const got: unknown[] = [];
        subscription.on('publication', (each) => got.push(each.data));
        subscription.subscribe();
        client.connect();
        await subscription.ready(5_000);
        return { client, subscription, got };
      }),
    );
    await ann?.subscription.publish(1);
    await bob?.subscription.publish(2);
    await waitFor(() => ann?.got.length === 1 && bob?.got.length === 1);
    expect([ann?.got, bob?.got]).toEqual([[2], [1]]);
    expect(rig.beacon.snapshot().counters.position_losses).toBe(0);
    ann?.client.disconnect();
    bob?.client.disconnect();
  });
});

describe('channel_position_max_time_lag', () => {
  it('ends the subscriptions of those to whom publications come too late: they recover', async () => {
    await using store = await openMemoryStore();
    const clock = { ahead: 0 };
    await using rig = await startBeacon(
      store,
      { ...config, client: { channel_position_max_time_lag: '5s' } },
      { now: () => Date.now() + clock.ahead },
    );
    const client = new Centrifuge(rig.url, { token: await tokenFor('ann') });
    using _gone = { [Symbol.dispose]: () => client.disconnect() };
    const subscription = client.newSubscription('echoless:1', { minResubscribeDelay: 1 });
    const again: number[] = [];
    subscription.on('subscribing', ({ code }) => again.push(code));
    subscription.subscribe();
    client.connect();
    await subscription.ready(10_000);
    const publish = async (n: number): Promise<unknown> =>
      store.channels.publish({
        channel: 'echoless:1',
        body: encodePublication(String(n)),
        origin: '',
        history: { size: 10, ttlMs: 60_000, metaTtlMs: 60_000 },
      });
    const got: unknown[] = [];
    subscription.on('publication', ({ data }) => got.push(data));
    await publish(1);
    await waitFor(() => got.length === 1, { timeoutMs: 10_000 });
    clock.ahead = 6_000;
    await publish(2);
    await waitFor(() => again.length === 2, { timeoutMs: 10_000 });
    await subscription.ready(10_000);
    expect([again, got]).toEqual([
      [0, 2500],
      [1, 2],
    ]);
  });
});

describe('the position of a channel that nobody has published on', () => {
  it('lasts as long as somebody is subscribed, and hardly longer', async () => {
    const clock = virtualClock();
    const store = await openEmbeddedStore({ dataDir: ':memory:', now: clock.now });
    await using _closing = { [Symbol.asyncDispose]: () => store.close() };
    const asked: string[] = [];
    const channels = new Proxy(store.channels, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (name === 'history') asked.push(args[0] as string);
          return Reflect.apply(value, target, args) as unknown;
        };
      },
    });
    await using rig = await startBeacon(
      { channels, actors: store.actors },
      {
        ...config,
        client: { channel_position_check_delay: '100ms', token: { hmac_secret_key: SECRET } },
      },
    );
    const client = new Centrifuge(rig.url, { token: await tokenFor('ann') });
    using _gone = { [Symbol.dispose]: () => client.disconnect() };
    client.connect();
    const stays = client.newSubscription('echoless:stays');
    const events: string[] = [];
    stays.on('subscribed', () => events.push('subscribed'));
    stays.on('publication', ({ data }) => events.push(`publication ${data as string}`));
    const goes = client.newSubscription('echoless:goes');
    for (const each of [stays, goes]) {
      each.subscribe();
      await each.ready(5_000);
    }
    goes.unsubscribe();
    const top = { limit: 0, metaTtlMs: 1 };
    const { epoch } = await store.channels.history('echoless:goes', top);
    for (let i = 0; i < 3; i++) {
      clock.advance(540_000);
      asked.length = 0;
      // The first may have been on its way before the clock moved.
      await waitFor(() => asked.filter((channel) => channel === 'echoless:stays').length === 2);
    }
    expect((await store.channels.history('echoless:goes', top)).epoch).not.toBe(epoch);
    const history = { size: 10, ttlMs: 60_000, metaTtlMs: 3_600_000 };
    const publication = {
      channel: 'echoless:stays',
      body: encodePublication('"first"'),
      origin: '',
    };
    await store.channels.publish({ ...publication, history });
    await waitFor(() => events.includes('publication first'));
    expect(events).toEqual(['subscribed', 'publication first']);
  });
});
