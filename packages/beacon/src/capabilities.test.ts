import { Centrifuge } from 'centrifuge';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from './config.ts';
import { startBeacon, tokenFor, type BeaconRig } from './testing/beacon-rig.ts';
import { openMemoryStore } from './testing/stores.ts';

const config: BeaconConfig = {
  channel: {
    namespaces: [{ name: 'shut', presence: true, history_size: 10, history_ttl: '60s' }],
  },
};

const ALL = ['sub', 'pub', 'hst', 'prs'];

/** What a client may do on a channel: `ok`, or the code of the error. */
async function tryAll(rig: BeaconRig, channel: string, caps: readonly object[]): Promise<object> {
  const client = new Centrifuge(rig.url, { token: await tokenFor('ann', { caps }) });
  using _gone = { [Symbol.dispose]: () => client.disconnect() };
  client.connect();
  await client.ready(10_000);
  const outcome = (asked: Promise<unknown>): Promise<unknown> =>
    asked.then(
      () => 'ok',
      ({ code }: { readonly code: number }) => code,
    );
  const subscription = client.newSubscription(channel);
  const subscribed = new Promise((resolve) => {
    subscription.once('subscribed', () => {
      resolve('ok');
    });
    subscription.once('unsubscribed', ({ code }) => {
      resolve(code);
    });
  });
  subscription.subscribe();
  return {
    sub: await subscribed,
    pub: await outcome(client.publish(channel, 1)),
    hst: await outcome(client.history(channel, { limit: 1 })),
    prs: await outcome(client.presence(channel)),
  };
}

describe('what a connection token allows by its caps', () => {
  it('is what its client may do on the channels that it names, and on no others', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, config);
    const none = { sub: 103, pub: 103, hst: 103, prs: 103 };
    const wildcard = { channels: ['shut:room-*'], match: 'wildcard' };
    const seen = [
      await tryAll(rig, 'shut:room-1', []),
      await tryAll(rig, 'shut:room-1', [{ ...wildcard, allow: ALL }]),
      await tryAll(rig, 'shut:other', [{ ...wildcard, allow: ALL }]),
    ];
    for (const one of ALL) {
      seen.push(await tryAll(rig, 'shut:room-1', [{ ...wildcard, allow: [one] }]));
    }
    expect(seen).toEqual([
      none,
      { sub: 'ok', pub: 'ok', hst: 'ok', prs: 'ok' },
      none,
      ...ALL.map((one) => ({ ...none, [one]: 'ok' })),
    ]);
  });
});
