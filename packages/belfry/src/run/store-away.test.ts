import { openRedisStore } from '@belfry/store';
import { startRedis, waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { encodePublication } from '@belfry/protocol';
import { temporaryDirectory } from '../testing/belfry-process.ts';
import { startBelfry } from './start-belfry.ts';

const HISTORY = { size: 1_000, ttlMs: 300_000, metaTtlMs: 3_600_000 };
const CHANNELS = 10;
const SECRET = 'a-secret-for-tests-that-is-long-enough';

interface Watcher extends Disposable {
  readonly client: Centrifuge;
  /** What it got, by channel. */
  readonly got: Map<string, unknown[]>;
  /** `<channel> <code> <recovered>` of every time it subscribed anew. */
  readonly again: string[];
  /** Times that its connection ended. */
  disconnections(): number;
}

async function watch(url: string): Promise<Watcher> {
  const client = new Centrifuge(`${url.replace('http', 'ws')}/connection/websocket`, {
    websocket: WebSocket,
    minReconnectDelay: 10,
    maxReconnectDelay: 100,
  });
  let disconnections = -1;
  client.on('connecting', () => disconnections++);
  const got = new Map<string, unknown[]>();
  const again: string[] = [];
  const subscriptions = Array.from({ length: CHANNELS }, (_, i) => {
    const channel = `chat:${i}`;
    const subscription = client.newSubscription(channel, {
      minResubscribeDelay: 10,
      maxResubscribeDelay: 200,
    });
    const list: unknown[] = [];
    got.set(channel, list);
    let code = 0;
    let times = 0;
    subscription.on('publication', ({ data }) => list.push(data));
    subscription.on('subscribing', (each) => {
      code = each.code;
    });
    subscription.on('subscribed', ({ recovered }) => {
      if (times++ > 0) again.push(`${channel} ${code} ${recovered}`);
    });
    subscription.subscribe();
    return subscription;
  });
  client.connect();
  await Promise.all(subscriptions.map((each) => each.ready(15_000)));
  return {
    client,
    got,
    again,
    disconnections: () => disconnections,
    [Symbol.dispose]: () => client.disconnect(),
  };
}

/** A Beacon over a Redis of its own, a client of it, and another process that publishes. */
async function rig({ appendonly }: { appendonly: boolean }) {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis({ appendonly }));
  const directory = stack.use(temporaryDirectory());
  const belfry = await startBelfry({
    roles: ['beacon'],
    data_dir: directory.path,
    redis: { url: redis.url },
    store: { timeout: '1s' },
    http_server: { port: 0 },
    log: { level: 'silent' },
    client: {
      token: { hmac_secret_key: SECRET },
      allow_anonymous_connect_without_token: true,
      allowed_origins: ['*'],
    },
    channel: {
      namespaces: [
        {
          name: 'chat',
          allow_subscribe_for_client: true,
          allow_subscribe_for_anonymous: true,
          history_size: 1_000,
          history_ttl: '300s',
          force_recovery: true,
        },
      ],
    },
  });
  stack.defer(() => belfry.stop());
  const backend = await openRedisStore({ url: redis.url, timeoutMs: 1_000 });
  stack.defer(() => backend.close());
  const url = belfry.url ?? '';
  const watcher = stack.use(await watch(url));
  /** Publishes on every channel; tried again until it is done. */
  const publish = async (data: string): Promise<void> => {
    for (let i = 0; i < CHANNELS; i++) {
      const publication = {
        channel: `chat:${i}`,
        body: encodePublication(JSON.stringify(data)),
        origin: '',
        history: HISTORY,
      };
      const options = { idempotencyKey: data };
      await waitFor(() => backend.channels.publish(publication, options), {
        timeoutMs: 30_000,
        everyMs: 50,
      });
    }
  };
  const owned = stack.move();
  return {
    redis,
    url,
    watcher,
    publish,
    health: async () => {
      const response = await fetch(`${url}/health`);
      return { status: response.status, body: (await response.json()) as unknown };
    },
    arrived: (data: string) =>
      waitFor(() => [...watcher.got.values()].every((list) => list.includes(data)), {
        timeoutMs: 30_000,
        what: `"${data}" on every channel`,
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test('a Redis that is stopped and comes back with its data costs no client anything', async () => {
  await using all = await rig({ appendonly: true });
  const { redis, watcher, publish, health, arrived } = all;
  await publish('before');
  await arrived('before');
  expect(await health()).toMatchObject({ status: 200, body: { status: 'ok' } });
  const lostAfter = Date.now();
  await redis.stop();
  const lost = await health();
  expect(lost).toMatchObject({
    status: 503,
    body: { status: 'degraded', store: { ok: false } },
  });
  const { store, warnings } = lost.body as {
    store: { lost_since: string; description: string };
    warnings: string[];
  };
  expect(store.description).toMatch(/^redis .*standalone$/);
  expect(warnings.join()).toContain(`127.0.0.1:${redis.port}`);
  expect(Date.parse(store.lost_since)).toBeGreaterThanOrEqual(lostAfter);
  // It is since then, however often and however late anybody asks.
  const later = (await health()).body as { store: { lost_since: string } };
  expect(later.store.lost_since).toBe(store.lost_since);
  expect(watcher.client.state).toBe('connected');
  await redis.restart();
  await publish('after');
  await arrived('after');
  await waitFor(async () => (await health()).status === 200, { timeoutMs: 20_000 });
  expect([...watcher.got.values()]).toEqual(
    Array.from({ length: CHANNELS }, () => ['before', 'after']),
  );
  expect(watcher.disconnections()).toBe(0);
  // Whoever missed some of it was told so and got it from history.
  expect(watcher.again.filter((each) => !each.endsWith('2500 true'))).toEqual([]);
}, 90_000);

test('when Redis comes back empty, clients are told that they lost continuity, and go on', async () => {
  await using all = await rig({ appendonly: false });
  const { redis, watcher, publish, arrived } = all;
  await publish('before');
  await arrived('before');
  // One whose subscription the server made cannot be told of the subscription alone.
  const ann = new Centrifuge(`${all.url.replace('http', 'ws')}/connection/websocket`, {
    websocket: WebSocket,
    token: await new SignJWT({ sub: 'ann', subs: { 'chat:0': {} } })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(SECRET)),
    minReconnectDelay: 10,
    maxReconnectDelay: 100,
  });
  const codes: number[] = [];
  const recoveries: (boolean | undefined)[] = [];
  ann.on('connecting', ({ code }) => codes.push(code));
  ann.on('subscribed', ({ recovered }) => recoveries.push(recovered));
  ann.connect();
  await ann.ready(10_000);
  await redis.restart();
  await waitFor(() => recoveries.length === 2, { timeoutMs: 30_000 });
  expect(codes).toEqual([0, 3010]);
  expect(recoveries).toEqual([false, false]);
  ann.disconnect();
  await waitFor(() => watcher.again.length >= CHANNELS, { timeoutMs: 30_000 });
  expect(watcher.again.toSorted()).toEqual(
    Array.from({ length: CHANNELS }, (_, i) => `chat:${i} 2500 false`),
  );
  await publish('after');
  await arrived('after');
  expect(watcher.disconnections()).toBe(0);
}, 90_000);

test('a Redis that is frozen for longer than its connections live loses nothing of what others publish', async () => {
  await using all = await rig({ appendonly: false });
  const { redis, watcher, publish, health, arrived } = all;
  await publish('before');
  await arrived('before');
  redis.pause();
  await waitFor(async () => (await health()).status === 503, { timeoutMs: 20_000, everyMs: 100 });
  // 15 s without a word, and the driver takes the connections for dead.
  await new Promise((resolve) => setTimeout(resolve, 17_000));
  expect(watcher.client.state).toBe('connected');
  redis.resume();
  await publish('after');
  await arrived('after');
  await waitFor(async () => (await health()).status === 200, { timeoutMs: 20_000 });
  expect([...watcher.got.values()]).toEqual(
    Array.from({ length: CHANNELS }, () => ['before', 'after']),
  );
  expect(watcher.disconnections()).toBe(0);
}, 120_000);
