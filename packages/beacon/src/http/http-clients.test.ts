import { encodePublication } from '@belfry/protocol';
import { shareChannels } from '@belfry/store';
import { waitFor } from '@belfry/testkit';
import { Centrifuge, type TransportName } from 'centrifuge';
import { Centrifuge as ProtobufCentrifuge } from 'centrifuge/build/protobuf';
import { EventSource } from 'eventsource';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { startBeacon, tokenFor, type BeaconRig } from '../testing/beacon-rig.ts';
import { openMemoryStore } from '../testing/stores.ts';

const CONFIG: BeaconConfig = {
  sse: { enabled: true },
  http_stream: { enabled: true },
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
        allow_history_for_subscriber: true,
        history_size: 100,
        history_ttl: '300s',
        force_recovery: true,
      },
    ],
  },
};

const KINDS = ['sse', 'http_stream', 'http_stream in Protobuf'] as const;

/** Payloads of Protobuf clients are bytes. */
function payload(kind: (typeof KINDS)[number], value: unknown): unknown {
  return kind === 'http_stream in Protobuf' ? Buffer.from(JSON.stringify(value)) : value;
}

function valueOf(data: unknown): unknown {
  return data instanceof Uint8Array ? JSON.parse(Buffer.from(data).toString('utf8')) : data;
}

interface Options {
  readonly kind: (typeof KINDS)[number];
  readonly user?: string;
  /** The Beacon that commands are sent to. */
  readonly emulation?: BeaconRig;
  readonly token?: string;
  readonly fetch?: typeof fetch;
}

type Client = Centrifuge & Disposable;

async function clientOf(rig: BeaconRig, options: Options): Promise<Client> {
  const { kind, user = 'ann', emulation = rig, token = await tokenFor(user) } = options;
  const transport: TransportName = kind === 'sse' ? 'sse' : 'http_stream';
  const endpoint = `http://127.0.0.1:${rig.port}/connection/${transport}`;
  // The same class in two builds, each with private members of its own.
  const Client =
    kind === 'http_stream in Protobuf'
      ? (ProtobufCentrifuge as unknown as typeof Centrifuge)
      : Centrifuge;
  const client = new Client([{ transport, endpoint }], {
    token,
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    eventsource: EventSource,
    emulationEndpoint: `http://127.0.0.1:${emulation.port}/emulation`,
    minReconnectDelay: 10,
    maxReconnectDelay: 100,
  });
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

describe.each(KINDS)('the centrifuge client over %s', (kind) => {
  it('subscribes, publishes, receives, asks and leaves', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using ann = await clientOf(rig, { kind });
    using bob = await clientOf(rig, { kind, user: 'bob' });
    const got: unknown[] = [];
    const events: string[] = [];
    const subscription = ann.newSubscription('chat:x');
    subscription.on('publication', ({ data }) => got.push(valueOf(data)));
    subscription.on('join', ({ info }) => events.push(`join ${info.user}`));
    subscription.on('leave', ({ info }) => events.push(`leave ${info.user}`));
    subscription.subscribe();
    ann.connect();
    await subscription.ready(5_000);
    const bobs = bob.newSubscription('chat:x');
    bobs.subscribe();
    bob.connect();
    await bobs.ready(5_000);
    const text = 'line\r\nfeed "é\u2028" 😀';
    await bobs.publish(payload(kind, { text }));
    await bobs.publish(payload(kind, [1, 2, 3]));
    await waitFor(() => got.length === 2);
    expect(got).toEqual([{ text }, [1, 2, 3]]);
    expect(Object.keys((await subscription.presence()).clients)).toHaveLength(2);
    expect((await subscription.history({ limit: 10 })).publications).toHaveLength(2);
    bobs.unsubscribe();
    await waitFor(() => events.includes('leave bob'));
    ann.disconnect();
    bob.disconnect();
    await waitFor(() => rig.beacon.snapshot().gauges.connections === 0);
    const { counters } = rig.beacon.snapshot();
    expect(counters.emulation_failures).toBe(0);
    expect(counters.emulation_requests).toBeGreaterThan(4);
  });

  it('recovers what it missed while its stream was cut', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using client = await clientOf(rig, { kind });
    const got: unknown[] = [];
    const recovered: boolean[] = [];
    const subscription = client.newSubscription('chat:x');
    subscription.on('publication', ({ data }) => got.push(valueOf(data)));
    subscription.on('subscribed', ({ recovered: each }) => recovered.push(each));
    subscription.subscribe();
    client.connect();
    await subscription.ready(5_000);
    const publish = (n: number): Promise<unknown> =>
      store.channels.publish({
        channel: 'chat:x',
        body: encodePublication(String(n)),
        origin: '',
        history: { size: 100, ttlMs: 60_000, metaTtlMs: 60_000 },
      });
    await publish(1);
    await waitFor(() => got.length === 1);
    for (let n = 2; n < 5; n++) {
      rig.cut();
      await publish(n);
      const times = n;
      await waitFor(() => recovered.length === times);
    }
    await waitFor(() => got.length === 4);
    expect(got).toEqual([1, 2, 3, 4]);
    expect(recovered).toEqual([false, true, true, true]);
  });

  it('answers pings, and is sent away when it does not', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, {
      ...CONFIG,
      client: { ping_interval: '1s', pong_timeout: '600ms' },
    });
    using good = await clientOf(rig, { kind });
    using bad = await clientOf(rig, {
      kind,
      user: 'bob',
      // Hangs for ever, as a proxy may.
      fetch: (input, init) =>
        new Request(input).url.endsWith('/emulation') ? new Promise(() => {}) : fetch(input, init),
    });
    good.connect();
    bad.connect();
    await waitFor(() => rig.beacon.snapshot().disconnects[3012] === 1, { timeoutMs: 10_000 });
    await waitFor(() => rig.beacon.snapshot().counters.emulation_requests >= 2, {
      timeoutMs: 10_000,
    });
    expect(good.state).toBe('connected');
    expect(rig.beacon.snapshot().disconnects[3012]).toBe(1);
  });

  it('is told why it may not connect', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using client = await clientOf(rig, { kind, token: 'not-a-token' });
    const codes: number[] = [];
    client.on('disconnected', ({ code }) => codes.push(code));
    client.connect();
    await waitFor(() => codes.length === 1);
    expect(codes).toEqual([3500]);
  });

  it('sends its commands to any Beacon', async () => {
    await using store = await openMemoryStore();
    const channels = shareChannels(store.channels);
    const view = { actors: store.actors, channels: channels() };
    await using one = await startBeacon(view, CONFIG);
    await using two = await startBeacon({ ...view, channels: channels() }, CONFIG);
    await waitFor(() => one.beacon.snapshot().gauges.nodes === 2);
    await waitFor(() => two.beacon.snapshot().gauges.nodes === 2);
    using client = await clientOf(one, { kind, emulation: two });
    const got: unknown[] = [];
    const subscription = client.newSubscription('chat:x');
    subscription.on('publication', ({ data }) => got.push(valueOf(data)));
    client.connect();
    await client.ready(5_000);
    subscription.subscribe();
    await subscription.ready(5_000);
    for (let n = 0; n < 5; n++) await subscription.publish(payload(kind, n));
    await waitFor(() => got.length === 5);
    expect(got).toEqual([0, 1, 2, 3, 4]);
    const { counters } = two.beacon.snapshot();
    expect(counters.emulation_forwarded).toBe(counters.emulation_requests);
    expect(counters.emulation_forwarded).toBeGreaterThanOrEqual(6);
    expect(one.beacon.snapshot().counters.emulation_requests).toBe(0);
  });

  it('connects elsewhere when its Beacon goes', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, CONFIG);
    using client = await clientOf(rig, { kind });
    const reasons: string[] = [];
    client.on('connecting', ({ code, reason }) => reasons.push(`${code} ${reason}`));
    client.connect();
    await client.ready(5_000);
    await rig.beacon.drain(0);
    await waitFor(() => reasons.includes('3001 shutdown'));
  });
});
