import { setTimeout as sleep } from 'node:timers/promises';
import {
  encodeBinaryPublication,
  encodePublication,
  type PublicationExtras,
} from '@belfry/protocol';
import { openRedisStore, type PublishOptions, type PublishResult, type Store } from '@belfry/store';
import { startRedis, waitFor } from '@belfry/testkit';
import {
  Centrifuge,
  type PublicationContext,
  type SubscribedContext,
  type Subscription,
  type SubscriptionOptions,
} from 'centrifuge';
import { Centrifuge as ProtobufCentrifuge } from 'centrifuge/build/protobuf';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from './config.ts';
import { historyPolicyFor } from './core/namespaces.ts';
import { startBeacon, tokenFor, type BeaconRig } from './testing/beacon-rig.ts';
import { STORE_LABS } from './testing/stores.ts';

const kept = { history_size: 100, history_ttl: '300s', allow_subscribe_for_client: true } as const;

const config: BeaconConfig = {
  channel: {
    namespaces: [
      {
        name: 'game',
        ...kept,
        force_recovery: true,
        allowed_delta_types: ['fossil'],
        delta_publish: true,
      },
      {
        name: 'state',
        ...kept,
        force_recovery: true,
        force_recovery_mode: 'cache',
        allowed_delta_types: ['fossil'],
        delta_publish: true,
      },
      { name: 'marked', ...kept, force_positioning: true, allowed_delta_types: ['fossil'] },
      { name: 'market', ...kept, force_recovery: true, allow_tags_filter: true },
      {
        name: 'chat',
        ...kept,
        force_recovery: true,
        allow_publish_for_subscriber: true,
        exclude_publisher: true,
      },
      {
        name: 'aloud',
        allow_subscribe_for_client: true,
        allow_publish_for_subscriber: true,
        exclude_publisher: true,
      },
    ],
  },
};

type Channels = Pick<Store, 'channels' | 'actors'>;

/** Publishes as a backend does. */
function publish(
  { channels }: Channels,
  channel: string,
  what: {
    readonly data: unknown;
    readonly extras?: PublicationExtras;
    readonly options?: PublishOptions;
  },
): Promise<PublishResult> {
  const body = encodePublication(JSON.stringify(what.data), what.extras);
  const history = historyPolicyFor(config, channel);
  return channels.publish({ channel, body, origin: '', history }, what.options);
}

function disposable(store: Store): Store & AsyncDisposable {
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

interface Heard extends Disposable {
  readonly client: Pick<Centrifuge, 'connect' | 'disconnect'>;
  readonly subscription: Pick<Subscription, 'publish' | 'deltaStats'>;
  readonly publications: PublicationContext[];
  readonly subscribed: SubscribedContext[];
  data(): unknown[];
}

type Encoding = 'json' | 'protobuf';

/** What subscribers of an encoding are given, as a value. */
function valueOf(data: unknown): unknown {
  if (!(data instanceof Uint8Array)) return data;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(data);
  return JSON.parse(text) as unknown;
}

interface ListenOptions extends Partial<SubscriptionOptions> {
  /** Default `json`. */
  readonly encoding?: Encoding;
}

/** A client of the SDK on a channel. */
async function listen(
  rig: BeaconRig,
  channel: string,
  { encoding = 'json', ...options }: ListenOptions = {},
): Promise<Heard> {
  const Client = encoding === 'json' ? Centrifuge : ProtobufCentrifuge;
  const client = new Client(rig.url, {
    token: await tokenFor('ann'),
    minReconnectDelay: 10,
    maxReconnectDelay: 50,
  });
  const subscription = client.newSubscription(channel, {
    minResubscribeDelay: 10,
    maxResubscribeDelay: 50,
    ...options,
  });
  const publications: PublicationContext[] = [];
  const subscribed: SubscribedContext[] = [];
  subscription.on('publication', (each) => publications.push(each));
  subscription.on('subscribed', (each) => subscribed.push(each));
  subscription.subscribe();
  client.connect();
  await subscription.ready(10_000);
  return {
    client,
    subscription,
    publications,
    subscribed,
    data: () => publications.map((each) => valueOf(each.data)),
    [Symbol.dispose]: () => client.disconnect(),
  };
}

/** A state of a game: most of it stays, and it has characters of several bytes. */
const state = (n: number): object => ({
  n,
  name: n % 2 === 0 ? 'Zoë 😀' : 'Zoé 😁',
  board: Array.from({ length: 20 }, (_, i) => ({ cell: i, mark: i === n % 20 ? '×' : '○' })),
});

const states = (from: number, to: number): object[] =>
  Array.from({ length: to - from + 1 }, (_, i) => state(from + i));

describe('a subscription with deltas over Redis', () => {
  it('has lost nothing when delivery was interrupted', async () => {
    await using redis = await startRedis();
    await using store = disposable(await openRedisStore({ url: redis.url }));
    await using other = disposable(await openRedisStore({ url: redis.url }));
    await using rig = await startBeacon(store, config);
    using heard = await listen(rig, 'game:1', { delta: 'fossil' });
    for (let n = 1; n <= 60; n++) {
      await publish(other, 'game:1', { data: state(n) });
      if (n % 20 === 10) await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    }
    await waitFor(() => heard.publications.length >= 60, { timeoutMs: 15_000 });
    expect(heard.data()).toEqual(states(1, 60));
  });
});

const ENCODINGS: readonly Encoding[] = ['json', 'protobuf'];

for (const [driver, open] of STORE_LABS) {
  describe.each(ENCODINGS)(
    `the SDK's subscriptions with deltas, %s, ${driver} store`,
    (encoding) => {
      it('have what was published, from patches that are much smaller', async () => {
        await using lab = await open();
        const store = await lab.open();
        await using rig = await startBeacon(store, config);
        using heard = await listen(rig, 'game:1', { delta: 'fossil', encoding });
        using plain = await listen(rig, 'game:1', { encoding });
        for (let n = 1; n <= 20; n++) await publish(store, 'game:1', { data: state(n) });
        await waitFor(() => heard.publications.length === 20 && plain.publications.length === 20);
        expect(heard.data()).toEqual(states(1, 20));
        expect(plain.data()).toEqual(heard.data());
        expect(heard.subscription.deltaStats()).toMatchObject({
          numFullPayloads: 1,
          numDeltaPayloads: 19,
        });
        expect(heard.subscription.deltaStats().compressionRatio).toBeGreaterThan(0.8);
      });

      it('recover after a reconnect, and patches fit again', async () => {
        await using lab = await open();
        const store = await lab.open();
        await using rig = await startBeacon(store, config);
        using heard = await listen(rig, 'game:1', { delta: 'fossil', encoding });
        for (let n = 1; n <= 3; n++) await publish(store, 'game:1', { data: state(n) });
        await waitFor(() => heard.publications.length === 3);
        heard.client.disconnect();
        for (let n = 4; n <= 8; n++) await publish(store, 'game:1', { data: state(n) });
        heard.client.connect();
        await waitFor(() => heard.publications.length === 8);
        // Now nothing is missed: the client may have what it had, and gets a whole one all the same.
        heard.client.disconnect();
        heard.client.connect();
        await waitFor(() => heard.subscribed.length === 3);
        for (let n = 9; n <= 12; n++) await publish(store, 'game:1', { data: state(n) });
        await waitFor(() => heard.publications.length === 12);
        expect(heard.data()).toEqual(states(1, 12));
        expect(heard.subscribed.slice(1).map((each) => each.recovered)).toEqual([true, true]);
        expect(heard.subscription.deltaStats()).toMatchObject({ numFullPayloads: 3 });
      });

      it('in cache mode begin with the latest', async () => {
        await using lab = await open();
        const store = await lab.open();
        await using rig = await startBeacon(store, config);
        for (let n = 1; n <= 3; n++) await publish(store, 'state:1', { data: state(n) });
        using heard = await listen(rig, 'state:1', {
          delta: 'fossil',
          encoding,
          since: { offset: 0, epoch: '' },
        });
        for (let n = 4; n <= 6; n++) await publish(store, 'state:1', { data: state(n) });
        await waitFor(() => heard.publications.length === 4);
        expect(heard.data()).toEqual(states(3, 6));
        expect(heard.subscription.deltaStats()).toMatchObject({ numFullPayloads: 1 });
      });

      it('get patches of what the server API publishes for them', async () => {
        await using lab = await open();
        await using rig = await startBeacon(await lab.open(), config);
        using heard = await listen(rig, 'marked:1', { delta: 'fossil', encoding });
        for (let n = 1; n <= 6; n++) {
          const payload = { data: JSON.stringify(state(n)) };
          await rig.beacon.control.publish({
            channel: 'marked:1',
            payload,
            delta: n > 3,
            tags: { n: String(n) },
          });
        }
        await waitFor(() => heard.publications.length === 6);
        expect(heard.data()).toEqual(states(1, 6));
        expect(heard.publications.map(({ tags }) => tags)).toEqual(
          [1, 2, 3, 4, 5, 6].map((n) => ({ n: String(n) })),
        );
        expect(heard.subscription.deltaStats()).toMatchObject({ numDeltaPayloads: 3 });
      });

      it('get bytes that are not JSON whole or as patches', async () => {
        await using lab = await open();
        const store = await lab.open();
        await using rig = await startBeacon(store, config);
        using heard = await listen(rig, 'game:1', { delta: 'fossil', encoding });
        const bytes = (n: number): Buffer =>
          Buffer.from([0xff, n, ...Buffer.alloc(200, 'same'), 0xfe]);
        const history = historyPolicyFor(config, 'game:1');
        for (let n = 1; n <= 3; n++) {
          const body = encodeBinaryPublication(bytes(n).toString('base64'));
          await store.channels.publish({ channel: 'game:1', body, origin: '', history });
        }
        await publish(store, 'game:1', { data: state(4) });
        await publish(store, 'game:1', { data: state(5) });
        await waitFor(() => heard.publications.length === 5);
        const got = heard.publications.map(({ data }) => data as unknown);
        const wanted = [1, 2, 3].map((n) =>
          encoding === 'json' ? bytes(n).toString('base64') : new Uint8Array(bytes(n)),
        );
        expect(got.slice(0, 3)).toEqual(wanted);
        expect(got.slice(3).map(valueOf)).toEqual(states(4, 5));
        const { numDeltaPayloads } = heard.subscription.deltaStats();
        expect(numDeltaPayloads).toBe(encoding === 'json' ? 1 : 3);
      });
    },
  );
}

for (const [driver, open] of STORE_LABS) {
  describe(`the SDK's subscriptions, ${driver} store`, () => {
    it('with a filter get what matches, live and recovered', async () => {
      await using lab = await open();
      const store = await lab.open();
      await using rig = await startBeacon(store, config);
      const tagsFilter = {
        op: 'and' as const,
        nodes: [
          { key: 'ticker', cmp: 'in' as const, vals: ['AAPL', 'MSFT'] },
          { key: 'price', cmp: 'gte' as const, val: '100.50' },
        ],
      };
      using heard = await listen(rig, 'market:1', { tagsFilter });
      using all = await listen(rig, 'market:1');
      const trades = [
        ['AAPL', '100.5'],
        ['GOOG', '200'],
        ['MSFT', '99'],
        ['MSFT', '101'],
        ['GOOG', '300'],
      ] as const;
      const trade = async (): Promise<void> => {
        for (const [ticker, price] of trades) {
          await publish(store, 'market:1', {
            data: [ticker, price],
            extras: { tags: { ticker, price } },
          });
        }
      };
      await trade();
      await waitFor(() => all.publications.length === 5);
      heard.client.disconnect();
      await trade();
      heard.client.connect();
      await waitFor(() => heard.subscribed.length === 2);
      await trade();
      await waitFor(() => all.publications.length === 15 && heard.publications.length >= 6);
      expect(
        heard.publications.map((each) => [each.offset, each.data as unknown, each.tags]),
      ).toEqual(
        [1, 4, 6, 9, 11, 14].map((offset) => {
          const [ticker, price] = trades[(offset - 1) % 5] ?? ['', ''];
          return [offset, [ticker, price], { ticker, price }];
        }),
      );
      expect(heard.subscribed[1]).toMatchObject({ recovered: true, wasRecovering: true });
      expect(rig.beacon.snapshot().counters.position_losses).toBe(0);
    });

    it('with a filter that is none end with error 107', async () => {
      await using lab = await open();
      await using rig = await startBeacon(await lab.open(), config);
      const client = new Centrifuge(rig.url, { token: await tokenFor('ann') });
      try {
        const subscription = client.newSubscription('market:1', {
          tagsFilter: { op: 'and', nodes: [] },
        });
        const ended = new Promise<number>((resolve) => {
          subscription.on('unsubscribed', ({ code }) => resolve(code));
        });
        subscription.subscribe();
        client.connect();
        expect(await ended).toBe(107);
      } finally {
        client.disconnect();
      }
    });

    it('do not get their own publications back, nor lose any, where the namespace excludes the publisher', async () => {
      await using lab = await open();
      await using one = await startBeacon(await lab.open(), config);
      await using two = await startBeacon(await lab.open(), config);
      for (const channel of ['chat:1', 'aloud:1']) {
        using ann = await listen(one, channel);
        using near = await listen(one, channel);
        using far = await listen(two, channel);
        for (let n = 0; n < 6; n++)
          await (n % 3 === 0 ? ann : n % 3 === 1 ? near : far).subscription.publish(n);
        await waitFor(() => [ann, near, far].every((each) => each.publications.length === 4));
        expect(ann.data()).toEqual([1, 2, 4, 5]);
        expect(near.data()).toEqual([0, 2, 3, 5]);
        expect(far.data()).toEqual([0, 1, 3, 4]);
      }
      for (const rig of [one, two]) expect(rig.beacon.snapshot().counters.position_losses).toBe(0);
    });

    it('get once what is published with one idempotency key or one version, through whichever Beacon', async () => {
      await using lab = await open();
      const [first, second] = [await lab.open(), await lab.open()];
      await using one = await startBeacon(first, config);
      await using two = await startBeacon(second, config);
      using ann = await listen(one, 'market:1');
      using bob = await listen(two, 'market:1');
      const results = [
        await publish(first, 'market:1', { data: 'a', options: { idempotencyKey: 'k' } }),
        await publish(second, 'market:1', { data: 'a again', options: { idempotencyKey: 'k' } }),
        await publish(first, 'market:1', { data: 'v2', options: { version: 2 } }),
        await publish(second, 'market:1', { data: 'v1', options: { version: 1 } }),
        await publish(second, 'market:1', {
          data: 'e1',
          options: { version: 1, versionEpoch: 'e' },
        }),
      ];
      expect(results.map(({ published, offset }) => [published, offset])).toEqual([
        [true, 1],
        [false, 1],
        [true, 2],
        [false, 2],
        [true, 3],
      ]);
      await waitFor(() => ann.publications.length >= 3 && bob.publications.length >= 3);
      await sleep(50);
      expect(ann.data()).toEqual(['a', 'v2', 'e1']);
      expect(bob.data()).toEqual(['a', 'v2', 'e1']);
    });
  });
}
