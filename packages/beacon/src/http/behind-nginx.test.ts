import { encodePublication } from '@belfry/protocol';
import { startNginx, startRedis, waitFor } from '@belfry/testkit';
import { Centrifuge, type TransportName } from 'centrifuge';
import { EventSource } from 'eventsource';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { startBeacon, tokenFor } from '../testing/beacon-rig.ts';
import { openStoreOn } from '../testing/stores.ts';

const CONFIG: BeaconConfig = {
  sse: { enabled: true },
  http_stream: { enabled: true },
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

/** Each request goes to the next Beacon, and buffering is as it is unless an answer says otherwise. */
function roundRobin(ports: readonly number[]): (port: number) => string {
  const servers = ports.map((each) => `server 127.0.0.1:${each} max_fails=0;`).join(' ');
  return (port) => `upstream beacons { ${servers} }
server {
  listen 127.0.0.1:${port};
  location / { proxy_pass http://beacons; proxy_http_version 1.1; proxy_set_header Connection ''; }
}`;
}

describe.each(['sse', 'http_stream'] as const)('%s behind nginx, over Redis', (transport) => {
  it('needs no sticky sessions, and misses nothing when a Beacon goes', async () => {
    await using redis = await startRedis();
    await using firstStore = await openStoreOn(redis);
    await using secondStore = await openStoreOn(redis);
    await using first = await startBeacon(firstStore, CONFIG);
    await using second = await startBeacon(secondStore, CONFIG);
    await waitFor(() => first.beacon.snapshot().gauges.nodes === 2);
    await waitFor(() => second.beacon.snapshot().gauges.nodes === 2);
    await using nginx = await startNginx(roundRobin([first.port, second.port]));
    const client = new Centrifuge(
      [
        {
          transport: transport as TransportName,
          endpoint: `${nginx.url}/connection/${transport}`,
        },
      ],
      {
        token: await tokenFor('ann'),
        eventsource: EventSource,
        emulationEndpoint: `${nginx.url}/emulation`,
        minReconnectDelay: 10,
        maxReconnectDelay: 100,
      },
    );
    using _ = { [Symbol.dispose]: () => client.disconnect() };
    const got: unknown[] = [];
    const recovered: boolean[] = [];
    const subscription = client.newSubscription('chat:x');
    subscription.on('publication', ({ data }) => got.push(data));
    subscription.on('subscribed', (each) => recovered.push(each.recovered));
    client.connect();
    await client.ready(10_000);
    subscription.subscribe();
    await subscription.ready(10_000);
    for (let n = 0; n < 10; n++) await subscription.publish(n);
    await waitFor(() => got.length === 10, { timeoutMs: 10_000 });
    const forwarded = [first, second].map(
      ({ beacon }) => beacon.snapshot().counters.emulation_forwarded,
    );
    expect(Math.max(...forwarded)).toBeGreaterThan(0);

    const [here, there] =
      first.beacon.snapshot().gauges.connections === 1 ? [first, second] : [second, first];
    await here.beacon.drain(0);
    for (let n = 10; n < 20; n++) {
      await firstStore.channels.publish({
        channel: 'chat:x',
        body: encodePublication(String(n)),
        origin: '',
        history: { size: 1_000, ttlMs: 60_000, metaTtlMs: 60_000 },
      });
    }
    await waitFor(() => there.beacon.snapshot().gauges.subscriptions === 1, { timeoutMs: 10_000 });
    await waitFor(() => got.length === 20, { timeoutMs: 10_000 });
    expect(got).toEqual(Array.from({ length: 20 }, (__, n) => n));
    expect(recovered).toEqual([false, true]);
  });
});
