import { encodePublication } from '@belfry/protocol';
import {
  openEmbeddedStore,
  StoreError,
  type ChannelListener,
  type ChannelStore,
} from '@belfry/store';
import { waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { historyPolicyFor } from '../core/namespaces.ts';
import { startBeacon, tokenFor } from '../testing/beacon-rig.ts';

const config: BeaconConfig = {
  channel: {
    namespaces: [
      {
        name: 'chat',
        allow_subscribe_for_client: true,
        history_size: 100,
        history_ttl: '300s',
        force_recovery: true,
      },
    ],
  },
};

/** A store that can lose what it delivers, and that can be away for so many questions about positions. */
class Flaky {
  readonly channels: ChannelStore;
  listener: ChannelListener | null = null;
  isLosing = false;
  failures = 0;

  constructor(real: ChannelStore) {
    const own: Partial<ChannelStore> = {
      attach: (listener) => {
        this.listener = listener;
        real.attach({
          onPublication: (...delivered) => {
            if (!this.isLosing) listener.onPublication(...delivered);
          },
          onSignal: (...delivered) => listener.onSignal(...delivered),
          onInterrupted: (channels) => listener.onInterrupted(channels),
        });
      },
      history: (channel, query) =>
        this.failures-- > 0
          ? Promise.reject(new StoreError('unavailable', 'it is away again'))
          : real.history(channel, query),
    };
    this.channels = new Proxy(real, {
      get(target, name) {
        const method = Reflect.get(own, name) ?? Reflect.get(target, name);
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });
  }
}

it('asks again until the store answers, and whoever lost something gets it', async () => {
  const store = await openEmbeddedStore({ dataDir: ':memory:' });
  try {
    const flaky = new Flaky(store.channels);
    // Without the round of every 40 s, only the interruption makes it look.
    await using rig = await startBeacon(
      { actors: store.actors, channels: flaky.channels },
      { ...config, client: { channel_position_check_delay: '0s' } },
    );
    const client = new Centrifuge(rig.url, { token: await tokenFor('ann') });
    const subscription = client.newSubscription('chat:1', { minResubscribeDelay: 10 });
    const got: unknown[] = [];
    const codes: number[] = [];
    subscription.on('publication', ({ data }) => got.push(data));
    subscription.on('subscribing', ({ code }) => codes.push(code));
    subscription.subscribe();
    client.connect();
    await subscription.ready(10_000);
    const publish = (data: number): Promise<unknown> =>
      store.channels.publish({
        channel: 'chat:1',
        body: encodePublication(String(data)),
        origin: '',
        history: historyPolicyFor(config, 'chat:1'),
      });
    await publish(1);
    await waitFor(() => got.length === 1);
    flaky.isLosing = true;
    await publish(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    flaky.isLosing = false;
    flaky.failures = 3;
    flaky.listener?.onInterrupted('all');
    await waitFor(() => got.length === 2, { timeoutMs: 15_000 });
    expect(got).toEqual([1, 2]);
    expect(codes).toEqual([0, 2500]);
    expect(flaky.failures).toBeLessThanOrEqual(0);
    client.disconnect();
  } finally {
    await store.close();
  }
});
