import { once } from 'node:events';
import { Centrifuge as JsonClient, type PublicationContext } from 'centrifuge';
import { Centrifuge as ProtobufClient } from 'centrifuge/build/protobuf';
import { encodePublication } from '@belfry/protocol';
import { type Store } from '@belfry/store';
import { waitFor } from '@belfry/testkit';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { startBeacon, tokenFor, type BeaconRig } from '../testing/beacon-rig.ts';
import { openMemoryStore } from '../testing/stores.ts';

/** The real JavaScript SDK against a real server, in both encodings, plain and compressed. */

const WIRES = [
  { encoding: 'json', compression: false },
  { encoding: 'json', compression: true },
  { encoding: 'protobuf', compression: false },
  { encoding: 'protobuf', compression: true },
] as const;

type Wire = (typeof WIRES)[number];

const open = {
  allow_subscribe_for_client: true,
  allow_publish_for_subscriber: true,
  allow_presence_for_subscriber: true,
  allow_history_for_subscriber: true,
};

const config: BeaconConfig = {
  client: { allow_anonymous_connect_without_token: true },
  channel: {
    namespaces: [
      { name: 'plain', ...open, presence: true, join_leave: true, force_push_join_leave: true },
      { name: 'kept', ...open, history_size: 10, history_ttl: '60s', force_recovery: true },
      { name: 'strict', ...open, publication_data_format: 'json' },
    ],
  },
};

function serve(store: Store, { compression }: Wire): Promise<BeaconRig> {
  return startBeacon(
    store,
    { ...config, websocket: { compression } },
    { rpc: new Map([['echo', (data) => Promise.resolve(data)]]) },
  );
}

type Client = JsonClient & Disposable;

async function connect(rig: BeaconRig, { encoding }: Wire, user: string): Promise<Client> {
  const Sdk = encoding === 'json' ? JsonClient : (ProtobufClient as unknown as typeof JsonClient);
  const client = new Sdk(rig.url, { token: await tokenFor(user, { info: { name: user } }) });
  client.connect();
  await client.ready(5_000);
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

/** A payload as the SDK takes it. */
function payload({ encoding }: Wire, value: unknown): unknown {
  return encoding === 'json' ? value : new TextEncoder().encode(JSON.stringify(value));
}

/** A payload that the SDK gave, as a value. */
function value({ encoding }: Wire, data: unknown): unknown {
  return encoding === 'json' ? data : JSON.parse(new TextDecoder().decode(data as Uint8Array));
}

describe.each(WIRES)('the JavaScript SDK over a WebSocket in %o', (wire) => {
  it('connects, subscribes, publishes and gets publications', async () => {
    await using store = await openMemoryStore();
    await using rig = await serve(store, wire);
    using ann = await connect(rig, wire, 'ann');
    const sub = ann.newSubscription('plain:a');
    const got: PublicationContext[] = [];
    sub.on('publication', (each) => got.push(each));
    sub.subscribe();
    await sub.ready(5_000);
    await sub.publish(payload(wire, { n: 1, text: 'é'.repeat(300) }));
    await waitFor(() => got.length === 1);
    expect(value(wire, got[0]?.data)).toEqual({ n: 1, text: 'é'.repeat(300) });
    expect(got[0]?.info?.user).toBe('ann');
    expect(value(wire, got[0]?.info?.connInfo)).toEqual({ name: 'ann' });
  });

  it('asks for presence, and is told who joins and leaves', async () => {
    await using store = await openMemoryStore();
    await using rig = await serve(store, wire);
    using ann = await connect(rig, wire, 'ann');
    const sub = ann.newSubscription('plain:a');
    const events: string[] = [];
    sub.on('join', ({ info }) => events.push(`join ${info.user}`));
    sub.on('leave', ({ info }) => events.push(`leave ${info.user}`));
    sub.subscribe();
    await sub.ready(5_000);
    const bob = await connect(rig, wire, 'bob');
    const his = bob.newSubscription('plain:a');
    his.subscribe();
    await his.ready(5_000);
    await waitFor(() => events.includes('join bob'));
    const { clients } = await sub.presence();
    expect(
      Object.values(clients)
        .map((each) => each.user)
        .toSorted(),
    ).toEqual(['ann', 'bob']);
    expect(await sub.presenceStats()).toEqual({ numClients: 2, numUsers: 2 });
    bob.disconnect();
    await waitFor(() => events.includes('leave bob'));
  });

  it('reads history from a position, and in reverse', async () => {
    await using store = await openMemoryStore();
    await using rig = await serve(store, wire);
    using ann = await connect(rig, wire, 'ann');
    const sub = ann.newSubscription('kept:a');
    sub.subscribe();
    await sub.ready(5_000);
    for (const n of [1, 2, 3]) await sub.publish(payload(wire, n));
    const { offset, epoch } = await sub.history({ limit: 0 });
    expect(offset).toBe(3);
    const later = await sub.history({ limit: 10, since: { offset: 1, epoch } });
    expect(later.publications.map((each) => value(wire, each.data))).toEqual([2, 3]);
    const latest = await sub.history({ limit: 1, reverse: true });
    expect(latest.publications.map((each) => each.offset)).toEqual([3]);
  });

  it('calls procedures and gets errors with their codes', async () => {
    await using store = await openMemoryStore();
    await using rig = await serve(store, wire);
    using ann = await connect(rig, wire, 'ann');
    const { data } = await ann.rpc('echo', payload(wire, { a: [1, null] }));
    expect(value(wire, data)).toEqual({ a: [1, null] });
    await expect(ann.rpc('nothing', payload(wire, {}))).rejects.toMatchObject({ code: 104 });
    const sub = ann.newSubscription('unknown:a');
    const failed = new Promise<number>((resolve) => {
      sub.on('unsubscribed', ({ code }) => resolve(code));
    });
    sub.subscribe();
    expect(await failed).toBe(102);
  });

  it('recovers what it missed while it was away', async () => {
    await using store = await openMemoryStore();
    await using rig = await serve(store, wire);
    using ann = await connect(rig, wire, 'ann');
    const sub = ann.newSubscription('kept:a');
    const got: unknown[] = [];
    const recovered: boolean[] = [];
    sub.on('publication', (each) => got.push(value(wire, each.data)));
    sub.on('subscribed', (each) => recovered.push(each.recovered));
    sub.subscribe();
    await sub.ready(5_000);
    await sub.publish(payload(wire, 1));
    await waitFor(() => got.length === 1);
    ann.disconnect();
    const history = { size: 10, ttlMs: 60_000, metaTtlMs: 60_000 };
    for (const n of [2, 3]) {
      const body = encodePublication(String(n));
      await store.channels.publish({ channel: 'kept:a', body, origin: '', history });
    }
    ann.connect();
    await waitFor(() => got.length === 3);
    expect(got).toEqual([1, 2, 3]);
    expect(recovered).toEqual([false, true]);
  });

  it('goes on through pings', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, {
      ...config,
      client: { ...config.client, ping_interval: '300ms', pong_timeout: '200ms' },
      websocket: { compression: wire.compression },
    });
    using ann = await connect(rig, wire, 'ann');
    const states: string[] = [];
    ann.on('state', ({ newState }) => states.push(newState));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(states).toEqual([]);
  });
});

describe('payloads between the encodings', () => {
  const [json, , protobuf] = WIRES;

  it('come as bytes to one and as JSON to the other, with 64-bit integers and the order of keys', async () => {
    await using store = await openMemoryStore();
    await using rig = await serve(store, json);
    using ann = await connect(rig, protobuf, 'ann');
    const text = '{"z":18446744073709551615,"b":[9223372036854775807],"a":1.0}';
    const frames: string[] = [];
    const token = await tokenFor('reader');
    const reader = new WebSocket(rig.url);
    reader.addEventListener('message', ({ data }) => frames.push(String(data)));
    await once(reader, 'open');
    reader.send(
      `{"id":1,"connect":{"token":"${token}"}}\n{"id":2,"subscribe":{"channel":"plain:a"}}`,
    );
    const sub = ann.newSubscription('plain:a');
    const got: string[] = [];
    sub.on('publication', ({ data }) => got.push(new TextDecoder().decode(data as Uint8Array)));
    sub.subscribe();
    await sub.ready(5_000);
    await waitFor(() => rig.beacon.snapshot().gauges.subscriptions === 2);
    await sub.publish(new TextEncoder().encode(text));
    await waitFor(() => got.length === 1 && frames.some((each) => each.includes(`"data":${text}`)));
    reader.send(`{"id":3,"publish":{"channel":"plain:a","data":${text}}}`);
    await waitFor(() => got.length === 2);
    expect(got).toEqual([text, text]);
    reader.close();
  });

  it('are base64 to a JSON client when they are not JSON', async () => {
    await using store = await openMemoryStore();
    await using rig = await serve(store, json);
    using ann = await connect(rig, protobuf, 'ann');
    using bob = await connect(rig, json, 'bob');
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const got: unknown[] = [];
    const subs = [ann, bob].map((client) => client.newSubscription('kept:a'));
    for (const sub of subs) {
      sub.on('publication', ({ data }) => got.push(data));
      sub.subscribe();
      await sub.ready(5_000);
    }
    await subs[0]?.publish(bytes);
    await waitFor(() => got.length === 2);
    const base64 = Buffer.from(bytes).toString('base64');
    expect(got.find((each) => typeof each === 'string')).toBe(base64);
    expect([...(got.find((each) => typeof each !== 'string') as Uint8Array)]).toEqual([...bytes]);
    const kept = await subs[0]?.history({ limit: 1 });
    expect(kept?.publications.map(({ data }) => [...(data as Uint8Array)])).toEqual([[...bytes]]);
  });

  it('are refused where the namespace wants JSON', async () => {
    await using store = await openMemoryStore();
    await using rig = await serve(store, json);
    using ann = await connect(rig, protobuf, 'ann');
    const sub = ann.newSubscription('strict:a');
    sub.subscribe();
    await sub.ready(5_000);
    await sub.publish(payload(protobuf, { ok: true }));
    await expect(sub.publish(Uint8Array.of(0xff))).rejects.toMatchObject({ code: 107 });
  });
});
