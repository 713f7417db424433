import { once } from 'node:events';
import { waitFor } from '@belfry/testkit';
import { Centrifuge, State } from 'centrifuge';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from './config.ts';
import { startBeacon, tokenFor, type BeaconRig } from './testing/beacon-rig.ts';
import { STORE_LABS } from './testing/stores.ts';
import { openMemoryStore } from './testing/stores.ts';

const channel: BeaconConfig['channel'] = {
  without_namespace: {
    allow_subscribe_for_client: true,
    allow_publish_for_client: true,
  },
};

const withClient = (client: BeaconConfig['client']): BeaconConfig => ({ channel, client });

/** A client whose going is taken care of. */
async function connect(
  rig: BeaconRig,
  user: string,
  options: { minReconnectDelay?: number; maxReconnectDelay?: number } = {},
): Promise<Centrifuge & Disposable> {
  const client = new Centrifuge(rig.url, { token: await tokenFor(user), ...options });
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

/** The code that a bare WebSocket is closed with after a connect command; `0`: it was refused. */
async function closeCode(rig: BeaconRig, token: string): Promise<number> {
  const socket = new WebSocket(rig.url);
  const closed = once(socket, 'close') as Promise<[CloseEvent]>;
  const opened = await Promise.race([
    once(socket, 'open').then(() => true),
    closed.then(() => false),
  ]).catch(() => false);
  if (!opened) return 0;
  socket.send(JSON.stringify({ id: 1, connect: { token } }));
  const [{ code }] = await closed;
  return code;
}

/** How many of so many bare WebSockets are let in. They are closed again. */
async function letIn(rig: BeaconRig, attempts: number): Promise<number> {
  const sockets = Array.from({ length: attempts }, () => new WebSocket(rig.url));
  const results = await Promise.all(
    sockets.map((socket) =>
      Promise.race([
        once(socket, 'open').then(() => true),
        once(socket, 'error').then(() => false),
      ]).catch(() => false),
    ),
  );
  return results.filter(Boolean).length;
}

describe('a real client', () => {
  it('gets 111 for publishing too fast, and may go on later', async () => {
    await using store = await openMemoryStore();
    const publish = { enabled: true, buckets: [{ interval: '1s', rate: 5 }] };
    await using rig = await startBeacon(
      store,
      withClient({ rate_limit: { client_command: { enabled: true, publish } } }),
    );
    using client = await connect(rig, 'ann');
    client.connect();
    await client.ready(5_000);
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, () => client.publish('a', {})),
    );
    const refused = results.filter((each) => each.status === 'rejected');
    expect(refused.length).toBeGreaterThan(20);
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 111, temporary: true });
    expect(results.length - refused.length).toBeGreaterThanOrEqual(5);
    expect(rig.beacon.snapshot().rateLimited['client_command']).toBe(refused.length);
    await waitFor(() =>
      client.publish('a', {}).then(
        () => true,
        () => false,
      ),
    );
  });

  it('gets 106 for one channel too many, and 3505 when its token has too many', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, withClient({ channel_limit: 2 }));
    using client = await connect(rig, 'ann');
    const errors: number[] = [];
    for (const name of ['a', 'b', 'c']) {
      const subscription = client.newSubscription(name);
      subscription.on('unsubscribed', ({ code }) => errors.push(code));
      subscription.subscribe();
    }
    client.connect();
    await waitFor(() => errors.length === 1);
    expect(errors).toEqual([106]);
    expect(await closeCode(rig, await tokenFor('bob', { channels: ['a', 'b', 'c'] }))).toBe(3505);
    expect(rig.beacon.snapshot()).toMatchObject({
      replyErrors: { 106: 1 },
      disconnects: { 3505: 1 },
    });
  });

  it('gets 3504 for one connection too many, also when all come at once', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, withClient({ user_connection_limit: 2 }));
    const codes: number[] = [];
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect(rig, 'ann')));
    using _all = { [Symbol.dispose]: () => clients.forEach((each) => each.disconnect()) };
    for (const client of clients) {
      client.on('disconnected', ({ code }) => codes.push(code));
      client.connect();
    }
    await waitFor(() => codes.length === 3);
    await waitFor(() => clients.filter(({ state }) => state === State.Connected).length === 2);
    expect(codes).toEqual([3504, 3504, 3504]);
    using other = await connect(rig, 'bob');
    other.connect();
    await other.ready(5_000);
  });

  it('comes in later where too many come in a second', async () => {
    await using store = await openMemoryStore();
    await using rig = await startBeacon(store, withClient({ connection_rate_limit: 3 }));
    const options = { minReconnectDelay: 200, maxReconnectDelay: 500 };
    const clients = await Promise.all(
      Array.from({ length: 8 }, (_, i) => connect(rig, `user${i}`, options)),
    );
    using _all = { [Symbol.dispose]: () => clients.forEach((each) => each.disconnect()) };
    for (const client of clients) client.connect();
    await waitFor(() => (rig.beacon.snapshot().refusals['connection_rate_limit'] ?? 0) > 0);
    await waitFor(() => clients.every(({ state }) => state === State.Connected), {
      timeoutMs: 15_000,
    });
  });
});

describe.each(STORE_LABS)('Beacons on one %s store', (_name, openLab) => {
  it('count the connections of all together', async () => {
    await using lab = await openLab();
    const config = withClient({ total_connection_limit: 10, stale_close_delay: '60s' });
    await using a = await startBeacon(await lab.open(), config, { node: 'a' });
    await using b = await startBeacon(await lab.open(), config, { node: 'b' });
    // Each claims its half once it knows of the other.
    const count = (): number =>
      a.beacon.snapshot().gauges.connections + b.beacon.snapshot().gauges.connections;
    await waitFor(() => a.beacon.bus.nodes().length === 2 && b.beacon.bus.nodes().length === 2);
    // Announcements give a Beacon what others do not use: in the end all but one place can be had at one of them.
    await waitFor(
      async () => {
        await letIn(a, 4);
        expect(count()).toBeLessThanOrEqual(10);
        return count() >= 9;
      },
      { timeoutMs: 60_000 },
    );
    await letIn(b, 5);
    expect(count()).toBeLessThanOrEqual(10);
    expect(a.beacon.snapshot().refusals['total_connection_limit']).toBeGreaterThan(0);
  });

  it('count what a user does on all of them', async () => {
    await using lab = await openLab();
    const publish = { enabled: true, buckets: [{ interval: '1h', rate: 20 }] };
    const config = withClient({ rate_limit: { redis_user_command: { enabled: true, publish } } });
    await using a = await startBeacon(await lab.open(), config);
    await using b = await startBeacon(await lab.open(), config);
    const rigs = [a, b];
    const clients = await Promise.all(rigs.map((rig) => connect(rig, 'ann')));
    using _all = { [Symbol.dispose]: () => clients.forEach((each) => each.disconnect()) };
    for (const client of clients) client.connect();
    await Promise.all(clients.map((client) => client.ready(5_000)));
    const results = await Promise.allSettled(
      Array.from({ length: 60 }, async (_, i) => clients[i % 2]?.publish('a', i)),
    );
    const done = results.filter(({ status }) => status === 'fulfilled').length;
    // Tokens are fetched two at a time, and none is made up.
    expect(done).toBe(20);
    const bob = await connect(a, 'bob');
    using _bob = bob;
    bob.connect();
    await bob.ready(5_000);
    await bob.publish('a', {});
  });
});
