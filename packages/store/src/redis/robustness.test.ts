import { setTimeout as sleep } from 'node:timers/promises';
import { startFaultProxy, startRedis, waitFor } from '@belfry/testkit';
import { expect, test } from 'vitest';
import type { ActorKey } from '@belfry/protocol';
import type { ChannelListener } from '../channel-store.ts';
import { allPartitions } from '../partition.ts';
import { StoreError } from '../store-error.ts';
import type { Store } from '../store.ts';
import { openRedisStore } from './open.ts';

const HISTORY = { size: 100, ttlMs: 600_000, metaTtlMs: 600_000 };

interface Load {
  /** Message ids that were accepted. */
  readonly accepted: Set<string>;
  readonly errors: StoreError[];
  stop(): Promise<void>;
}

/** Sends messages with ids to a few actors, each again until it is accepted. */
function load(store: Store): Load {
  const accepted = new Set<string>();
  const errors: StoreError[] = [];
  let running = true;
  const one = async (worker: number): Promise<void> => {
    for (let i = 0; running; i++) {
      const to: ActorKey = `room/${worker}`;
      const id = `${worker}-${i}`;
      while (running && !accepted.has(id)) {
        try {
          await store.actors.send({ to, body: id, id, inboxLimit: 1_000_000 });
          accepted.add(id);
        } catch (error) {
          errors.push(error as StoreError);
        }
      }
    }
  };
  const workers = Promise.all(Array.from({ length: 16 }, (_, worker) => one(worker)));
  return {
    accepted,
    errors,
    async stop() {
      running = false;
      await workers;
    },
  };
}

/** What all inboxes hold, in order. */
async function inboxes(store: Store): Promise<string[]> {
  const found: string[] = [];
  for (const partition of allPartitions(store.partitions)) {
    const { claimed } = await store.actors.claim({
      partition,
      holder: 'h',
      overdueMs: { message: 0, tick: 0 },
      limit: 100,
      leaseMs: 60_000,
      maxMessages: 1_000_000,
    });
    for (const { messages } of claimed) found.push(...messages.map(({ body }) => body));
  }
  return found;
}

function expectOnceAndInOrder(found: readonly string[], accepted: ReadonlySet<string>): void {
  expect(new Set(found).size).toBe(found.length);
  for (const id of accepted) expect(found).toContain(id);
  const last = new Map<string, number>();
  for (const id of found) {
    const [worker = '', n] = id.split('-');
    expect(Number(n)).toBe((last.get(worker) ?? -1) + 1);
    last.set(worker, Number(n));
  }
}

test('a frozen server costs time-outs and nothing else', async () => {
  await using redis = await startRedis();
  const store = await openRedisStore({ url: redis.url, partitions: 4, timeoutMs: 400 });
  const work = load(store);
  await waitFor(() => work.accepted.size > 200);
  redis.pause();
  await waitFor(() => work.errors.length > 32, { timeoutMs: 10_000 });
  redis.resume();
  const before = work.accepted.size;
  await waitFor(() => work.accepted.size > before + 200, { timeoutMs: 15_000 });
  await work.stop();
  for (const error of work.errors) {
    expect(error).toBeInstanceOf(StoreError);
    expect(error.temporary).toBe(true);
  }
  expectOnceAndInOrder(await inboxes(store), work.accepted);
  await store.close();
});

test('a server that is killed and comes back is used again, and what it saved is there once', async () => {
  await using redis = await startRedis({ appendonly: true, settings: { appendfsync: 'always' } });
  const store = await openRedisStore({ url: redis.url, partitions: 4, timeoutMs: 1_000 });
  const work = load(store);
  for (let i = 0; i < 2; i++) {
    const before = work.accepted.size;
    await waitFor(() => work.accepted.size > before + 50, { timeoutMs: 15_000 });
    await redis.kill();
    await sleep(100);
    await redis.restart();
  }
  const before = work.accepted.size;
  await waitFor(() => work.accepted.size > before + 50, { timeoutMs: 15_000 });
  await work.stop();
  for (const error of work.errors) expect(error.temporary).toBe(true);
  expectOnceAndInOrder(await inboxes(store), work.accepted);
  expect(store.counters()['reconnects']).toBeGreaterThanOrEqual(2);
  await store.close();
});

test('a server that stays away rejects every call in time and can be closed', async () => {
  await using redis = await startRedis();
  const store = await openRedisStore({ url: redis.url, timeoutMs: 300 });
  await redis.kill();
  const calls = [
    store.actors.send({ to: 'room/a', body: 'm' }),
    store.actors.peek('room/a'),
    store.channels.publish({ channel: 'c', body: 'b', origin: '', history: HISTORY }),
    store.channels.history('c', { limit: 1, metaTtlMs: 1 }),
    store.channels.presence('c'),
    store.channels.subscribe('c'),
    store.actors.listen(allPartitions(4), () => undefined),
    store.membership.heartbeat({ id: 'm', roles: [] }, 1_000),
  ];
  for (const result of await Promise.allSettled(calls)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { temporary: true } });
  }
  expect(await store.health()).toMatchObject({ ok: false });
  await store.close();
  await expect(store.actors.peek('room/a')).rejects.toMatchObject({ code: 'closed' });
});

test('a short absence is waited for', async () => {
  await using redis = await startRedis({ appendonly: true });
  const store = await openRedisStore({ url: redis.url, timeoutMs: 10_000 });
  await redis.stop();
  const sent = store.actors.send({ to: 'room/a', body: 'm' });
  await redis.restart();
  expect(await sent).toBe('accepted');
  await store.close();
});

test('what was sent after a message whose fate is unknown is refused, so that sent again it keeps its place', async () => {
  await using redis = await startRedis();
  await using proxy = await startFaultProxy({ target: redis.url });
  const store = await openRedisStore({ url: proxy.url, partitions: 1, timeoutMs: 5_000 });
  const send = (body: string): Promise<unknown> =>
    store.actors.send({ to: 'room/a', body, id: body });
  expect(await send('0')).toBe('accepted');
  proxy.blackHole();
  const first = send('1');
  // By then it is on its way, and the others wait for its answer.
  await sleep(50);
  const all = Promise.allSettled([first, send('2'), send('3')]);
  await sleep(50);
  proxy.refuse();
  proxy.heal();
  for (const result of await all) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
  }
  for (const body of ['1', '2', '3']) {
    await waitFor(() => send(body).catch(() => null), { timeoutMs: 10_000 });
  }
  expect(await inboxes(store)).toEqual(['0', '1', '2', '3']);
  await store.close();
});

test('more than maxQueuedBytes of waiting work is refused as overloaded', async () => {
  await using redis = await startRedis();
  const store = await openRedisStore({ url: redis.url, maxQueuedBytes: 10_000, timeoutMs: 500 });
  redis.pause();
  const body = 'x'.repeat(4_000);
  const sent = await Promise.allSettled(
    Array.from({ length: 8 }, (_, i) => store.actors.send({ to: `room/${i}`, body })),
  );
  const codes = sent.map((one) =>
    one.status === 'rejected' ? (one.reason as StoreError).code : '',
  );
  expect(codes.filter((code) => code === 'overloaded')).toHaveLength(6);
  redis.resume();
  await waitFor(async () => (await store.actors.send({ to: 'room/z', body })) === 'accepted');
  await store.close();
});

class Listener implements ChannelListener {
  readonly bodies: string[] = [];
  readonly interrupted: string[] = [];

  onPublication(_channel: string, { body }: { body: string }): void {
    this.bodies.push(body);
  }

  onSignal(): void {
    // Not of interest here.
  }

  onInterrupted(channels: readonly string[] | 'all'): void {
    this.interrupted.push(...(channels === 'all' ? ['all'] : channels));
  }
}

test('a lost subscriber connection is told once delivery works again, and wakes come again', async () => {
  await using redis = await startRedis();
  await using proxy = await startFaultProxy({ target: redis.url });
  const near = await openRedisStore({ url: redis.url, partitions: 4 });
  const far = await openRedisStore({ url: proxy.url, partitions: 4 });
  const listener = new Listener();
  let wakes = 0;
  far.channels.attach(listener);
  await Promise.all([far.channels.subscribe('news:1'), far.channels.subscribe('news:2')]);
  await far.actors.listen(allPartitions(4), () => (wakes += 1));
  const publish = (channel: string, body: string): Promise<unknown> =>
    near.channels.publish({ channel, body, origin: '', history: HISTORY });
  await publish('news:1', 'before');
  await waitFor(() => listener.bodies.length === 1);

  proxy.refuse();
  await publish('news:1', 'meanwhile');
  await sleep(50);
  proxy.heal();
  await waitFor(() => listener.interrupted.length === 2, { timeoutMs: 10_000 });
  expect(listener.interrupted.toSorted()).toEqual(['news:1', 'news:2']);
  await publish('news:1', 'after');
  await publish('news:2', 'after');
  await waitFor(() => listener.bodies.length >= 3);
  expect(listener.bodies).toEqual(['before', 'after', 'after']);

  await waitFor(
    async () => {
      await near.actors.send({ to: `room/${wakes}-${performance.now()}`, body: 'm' });
      return wakes > 0;
    },
    { timeoutMs: 10_000 },
  );
  expect(await far.actors.peek('room/nobody')).toBeNull();
  await Promise.all([near.close(), far.close()]);
});

test('a connection that goes silent without closing is made anew', async () => {
  await using redis = await startRedis();
  await using proxy = await startFaultProxy({ target: redis.url });
  const store = await openRedisStore({ url: proxy.url, timeoutMs: 500 });
  proxy.blackHole();
  const madeAnew = async (): Promise<boolean> => {
    await store.actors.peek('room/a').catch(() => undefined);
    return (store.counters()['reconnects'] ?? 0) > 0;
  };
  await waitFor(madeAnew, { timeoutMs: 15_000 });
  proxy.heal();
  await waitFor(async () => (await store.actors.peek('room/a')) === null, { timeoutMs: 15_000 });
  await store.close();
});
