import { createHmac } from 'node:crypto';
import { openEmbeddedStore } from '@belfry/store';
import { freePort, waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { describe, expect, it } from 'vitest';
import type { BeaconConfig } from '../config.ts';
import { startBackend, type Backend } from '../testing/backend.ts';
import { startBeacon, tokenFor, type BeaconRig } from '../testing/beacon-rig.ts';

const SECRET = 'a secret of ours';

function config(url: string): BeaconConfig {
  return {
    client: {
      proxy: {
        disconnect: {
          enabled: true,
          endpoint: `${url}/disconnect`,
          include_connection_meta: true,
          http: { sign_secret: SECRET },
        },
      },
    },
    channel: {
      proxy: { unsubscribe: { endpoint: `${url}/unsubscribe` } },
      namespaces: [
        { name: 'room', allow_subscribe_for_client: true, unsubscribe_proxy_enabled: true },
        { name: 'quiet', allow_subscribe_for_client: true },
      ],
    },
  };
}

interface World extends AsyncDisposable {
  readonly rig: BeaconRig;
  connect(user: string, channels?: readonly string[]): Promise<Centrifuge>;
}

async function open(settings: BeaconConfig): Promise<World> {
  const store = await openEmbeddedStore({ dataDir: ':memory:' });
  const rig = await startBeacon(store, settings);
  const clients: Centrifuge[] = [];
  return {
    rig,
    async connect(user, channels = []) {
      const client = new Centrifuge(rig.url, {
        token: await tokenFor(user, { meta: { of: user } }),
      });
      clients.push(client);
      client.connect();
      await client.ready(5_000);
      for (const channel of channels) {
        const each = client.newSubscription(channel);
        each.subscribe();
        await each.ready(5_000);
      }
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.disconnect();
      await rig[Symbol.asyncDispose]();
      await store.close();
    },
  };
}

type Body = Record<string, unknown>;

/** What it was told, in that order: path, user, channel or channels, code. */
function told(backend: Backend): unknown[] {
  return backend.requests.map(({ path, body }) => {
    const { user, channel, channels, code } = JSON.parse(body) as Body;
    return [path, user, channel ?? channels, code];
  });
}

describe('hooks', () => {
  it('tell of every subscription and connection that ends, in the order of each connection', async () => {
    await using backend = await startBackend();
    await using world = await open(config(backend.url));
    const ann = await world.connect('ann', ['room:1', 'room:2', 'room:3', 'quiet:1']);
    ann.getSubscription('room:1')?.unsubscribe();
    await waitFor(() => backend.requests.length === 1);
    await world.rig.beacon.control.unsubscribe({ user: 'ann' }, 'room:2');
    await waitFor(() => backend.requests.length === 2);
    ann.disconnect();
    await waitFor(() => backend.requests.length === 4);
    expect(told(backend)).toEqual([
      ['/unsubscribe', 'ann', 'room:1', 0],
      ['/unsubscribe', 'ann', 'room:2', 2000],
      ['/unsubscribe', 'ann', 'room:3', 1],
      ['/disconnect', 'ann', ['room:3', 'quiet:1'], 3000],
    ]);
    const last = backend.at('/disconnect')[0];
    const body = JSON.parse(last?.body ?? '') as Body;
    expect(body).toEqual({
      client: expect.any(String) as string,
      transport: 'websocket',
      protocol: 'json',
      encoding: 'json',
      user: 'ann',
      meta: { of: 'ann' },
      channels: ['room:3', 'quiet:1'],
      code: 3000,
      reason: 'connection closed',
      id: expect.any(String) as string,
      time: expect.any(Number) as number,
    });
    expect(last?.headers['idempotency-key']).toBe(body['id']);
    const [, at, signature] =
      /^t=(\d+),v1=(\w+)$/.exec(String(last?.headers['x-belfry-signature'])) ?? [];
    const own = createHmac('sha256', SECRET).update(`${at}.${last?.body}`).digest('hex');
    expect(signature).toBe(own);
    // Counted when the backend's answer is there.
    await waitFor(() => world.rig.beacon.snapshot().counters.hooks_sent === 4);
    expect(world.rig.beacon.snapshot().counters.hooks_lost).toBe(0);
  });

  it('that fail are told again with the same id, and those behind them wait', async () => {
    await using backend = await startBackend();
    await using world = await open(config(backend.url));
    await backend.answer('/unsubscribe', { status: 503, times: 2 });
    const ann = await world.connect('ann', ['room:1']);
    ann.disconnect();
    await waitFor(() => backend.at('/disconnect').length === 1, { timeoutMs: 10_000 });
    const ids = backend.at('/unsubscribe').map(({ body }) => (JSON.parse(body) as Body)['id']);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
    expect(backend.requests.at(-1)?.path).toBe('/disconnect');
    await waitFor(() => world.rig.beacon.snapshot().counters.hooks_sent === 2);
    expect(world.rig.beacon.snapshot().counters.hooks_retried).toBe(2);
  });

  it('that hang for one connection do not hold up those of another', async () => {
    await using backend = await startBackend();
    await using world = await open(config(backend.url));
    await backend.answer('/disconnect', { where: '"ann"', hang: true, times: 1 });
    const ann = await world.connect('ann');
    const bob = await world.connect('bob');
    ann.disconnect();
    await waitFor(() => backend.requests.length === 1);
    bob.disconnect();
    await waitFor(() => told(backend).some((each) => (each as unknown[])[1] === 'bob'));
    await waitFor(() => world.rig.beacon.snapshot().counters.hooks_sent === 2, {
      timeoutMs: 10_000,
    });
  });

  it('are all told when the Beacon shuts down, also to a backend that comes back late', async () => {
    const port = await freePort();
    const world = await open(config(`http://127.0.0.1:${port}`));
    for (let i = 0; i < 20; i++) await world.connect(`user${i}`, [`room:${i}`]);
    await using backend = await startBackend(port);
    await backend.answer('/disconnect', { status: 500, times: 3 });
    await world.rig.beacon.drain(100);
    expect(world.rig.beacon.snapshot().counters).toMatchObject({
      hooks_sent: 40,
      hooks_lost: 0,
      hooks_dropped: 0,
    });
    expect(world.rig.beacon.snapshot().gauges.hooks_waiting).toBe(0);
    const byUser = Map.groupBy(told(backend) as string[][], (each) => each[1]);
    expect(byUser.size).toBe(20);
    for (const each of byUser.values()) {
      expect(each.map(([path, , , code]) => [path, code]).slice(0, 2)).toEqual([
        ['/unsubscribe', 1],
        ['/disconnect', 3001],
      ]);
    }
    await world[Symbol.asyncDispose]();
  });

  it('are given up when nobody is there to hear them, and counted', async () => {
    const port = await freePort();
    await using world = await open(config(`http://127.0.0.1:${port}`));
    await world.connect('ann', ['room:1']);
    await world.rig.beacon.stop();
    expect(world.rig.beacon.snapshot().counters).toMatchObject({ hooks_sent: 0, hooks_lost: 2 });
  });

  it('tell of connections that a backend let in and that were gone by then', async () => {
    await using backend = await startBackend();
    const settings = config(backend.url);
    const connect = { enabled: true, endpoint: `${backend.url}/connect` };
    await using world = await open({
      ...settings,
      client: { ...settings.client, proxy: { ...settings.client?.proxy, connect } },
    });
    await backend.answer('/connect', { afterMs: 300, body: { result: { user: 'ann' } } });
    const client = new Centrifuge(world.rig.url);
    client.connect();
    await waitFor(() => backend.requests.length === 1);
    client.disconnect();
    await waitFor(() => backend.requests.length === 2);
    expect(told(backend)[1]).toEqual(['/disconnect', 'ann', [], 3000]);
    const [asked, gone] = backend.requests.map(({ body }) => JSON.parse(body) as Body);
    expect(gone?.['client']).toBe(asked?.['client']);
  });
});
