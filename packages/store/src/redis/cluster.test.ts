import { setTimeout as sleep } from 'node:timers/promises';
import { startRedisCluster, waitFor, type RedisCluster, type RedisServer } from '@belfry/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ActorKey } from '@belfry/protocol';
import type { ClaimedActor, Commit } from '../actor-store.ts';
import type { ChannelListener } from '../channel-store.ts';
import { partitionOf, type Partition } from '../partition.ts';
import type { Store } from '../store.ts';
import { openRedisStore } from './open.ts';
import { slotOf } from './slot.ts';

const PARTITIONS = 8;
const HISTORY = { size: 100, ttlMs: 600_000, metaTtlMs: 600_000 };

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

let prefixes = 0;
function open(prefix?: string): Promise<Store> {
  prefixes += 1;
  return openRedisStore({
    url: cluster.url,
    partitions: PARTITIONS,
    prefix: prefix ?? `t${prefixes}`,
  });
}

function keyIn(partition: number, name: string): string {
  for (let i = 0; ; i++) {
    const key = `${name}-${i}`;
    if (partitionOf(key, PARTITIONS) === partition) return key;
  }
}

function owner(slot: number): RedisServer {
  const index = cluster.nodes.findIndex(
    (_, i) => slot < Math.floor(((i + 1) * 16_384) / cluster.nodes.length),
  );
  return cluster.nodes[index] as RedisServer;
}

/** Moves a slot with its keys as redis-cli does, `pauseMs` in the middle of it. */
async function moveSlot(slot: number, to: RedisServer, pauseMs: number): Promise<void> {
  const from = owner(slot);
  const toId = await to.command('CLUSTER', 'MYID');
  const fromId = await from.command('CLUSTER', 'MYID');
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
  await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
  const move = `local keys = redis.call('CLUSTER', 'GETKEYSINSLOT', ARGV[1], 1000) return table.concat(keys, '\\n')`;
  const keys = (await from.command('EVAL', move, 0, slot)).split('\n').filter((key) => key !== '');
  for (const [i, key] of keys.entries()) {
    if (i === Math.floor(keys.length / 2)) await sleep(pauseMs);
    await from.command('MIGRATE', '127.0.0.1', to.port, key, 0, 5_000);
  }
  for (const node of [to, from, ...cluster.nodes]) {
    await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
  }
}

function turn({ actor, fence, version, messages }: ClaimedActor, more: Partial<Commit>): Commit {
  return {
    actor,
    fence,
    version,
    state: 's',
    meta: null,
    consumedThrough: messages.at(-1)?.seq ?? null,
    deadLetters: [],
    publications: [],
    sends: [],
    forget: [],
    wakeAt: null,
    holdUntil: null,
    suspend: null,
    lease: { type: 'release' },
    ...more,
  };
}

async function claimOne(store: Store, actor: ActorKey): Promise<ClaimedActor> {
  const { claimed } = await store.actors.claim({
    partition: partitionOf(actor, PARTITIONS),
    holder: 'h',
    overdueMs: { message: 0, tick: 0 },
    limit: 10,
    leaseMs: 60_000,
    maxMessages: 1_000,
  });
  return claimed.find((one) => one.actor === actor) as ClaimedActor;
}

test('a Cluster is recognised from one of its nodes, and every partition works', async () => {
  const store = await open();
  const warnings = await store.health();
  expect(warnings).toMatchObject({
    ok: true,
    description: expect.stringMatching(/cluster of 3 masters/) as unknown,
  });
  for (let p = 0; p < PARTITIONS; p++) {
    expect(await store.actors.send({ to: `room/${keyIn(p, 'a')}`, body: 'm' })).toBe('accepted');
  }
  expect((await store.actors.list({ limit: 100 })).actors).toHaveLength(PARTITIONS);
  await store.close();
});

test('what a commit sends to partitions on other nodes arrives once, whichever processes relay it', async () => {
  const [store, other] = [await open('relay'), await open('relay')];
  const source: ActorKey = `room/${keyIn(0, 'source')}`;
  const targets = [1, 2, 3, 4, 5, 6, 7].map((p): ActorKey => `room/${keyIn(p, 'target')}`);
  for (let round = 0; round < 20; round++) {
    await store.actors.send({ to: source, body: 'go' });
    const held = await claimOne(store, source);
    const sends = targets.map((to) => ({ to, body: String(round) }));
    await store.actors.commit([turn(held, { sends })]);
    // Relays the same outbox at the same time.
    await other.actors.claim({
      partition: 0 as Partition,
      holder: 'other',
      overdueMs: { message: -10_000, tick: null },
      limit: 0,
      leaseMs: 1,
      maxMessages: 0,
    });
  }
  const rounds = Array.from({ length: 20 }, (_, round) => String(round));
  for (const to of targets) {
    await waitFor(async () => (await store.actors.peek(to))?.inboxLength === 20);
    expect((await claimOne(store, to)).messages.map(({ body }) => body)).toEqual(rounds);
  }
  await Promise.all([store.close(), other.close()]);
});

class Listener implements ChannelListener {
  readonly bodies: string[] = [];
  readonly interrupted = new Set<string>();

  onPublication(_channel: string, { body }: { body: string }): void {
    this.bodies.push(body);
  }

  onSignal(): void {
    // Not of interest here.
  }

  onInterrupted(channels: readonly string[] | 'all'): void {
    for (const channel of channels) this.interrupted.add(channel);
  }
}

test('a slot that moves to another node under load loses nothing, and its subscriptions follow', async () => {
  const store = await open();
  const partition = 3;
  const slot = slotOf(String(partition));
  const target = cluster.nodes.find((node) => node !== owner(slot)) as RedisServer;
  const actor: ActorKey = `room/${keyIn(partition, 'moving')}`;
  const channel = `news:${keyIn(partition, 'moving')}`;
  const listener = new Listener();
  store.channels.attach(listener);
  await store.channels.subscribe(channel);
  await store.channels.publish({ channel, body: 'before', origin: '', history: HISTORY });
  await waitFor(() => listener.bodies.length === 1);
  await Promise.all(
    Array.from({ length: 30 }, (_, i) =>
      store.channels.publish({
        channel: `${channel}${i}{${keyIn(partition, 'moving')}}`,
        body: 'b',
        origin: '',
        history: HISTORY,
      }),
    ),
  );

  let running = true;
  const accepted: string[] = [];
  const sender = (async () => {
    for (let i = 0; running; i++) {
      const id = String(i);
      while (
        (await store.actors
          .send({ to: actor, body: id, id, inboxLimit: 100_000 })
          .catch(() => '')) === ''
      ) {
        // Until it is accepted.
      }
      accepted.push(id);
    }
  })();
  await waitFor(() => accepted.length > 20);
  await moveSlot(slot, target, 200);
  const before = accepted.length;
  await waitFor(() => accepted.length > before + 20, { timeoutMs: 15_000 });
  running = false;
  await sender;
  const { messages } = await claimOne(store, actor);
  expect(messages.map(({ body }) => body)).toEqual(accepted.slice(0, messages.length));
  expect((await store.actors.peek(actor))?.inboxLength).toBe(accepted.length);

  await waitFor(() => listener.interrupted.has(channel), { timeoutMs: 10_000 });
  await store.channels.publish({ channel, body: 'after', origin: '', history: HISTORY });
  await waitFor(() => listener.bodies.includes('after'));
  expect(store.counters()['redirects']).toBeGreaterThan(0);
  await store.close();
});

test('a node that freezes stops its own partitions only', async () => {
  const store = await openRedisStore({
    url: cluster.url,
    partitions: PARTITIONS,
    prefix: 'frozen',
    timeoutMs: 1_000,
  });
  // Slot of partition 3 has moved.
  const frozen = 1;
  const node = owner(slotOf(String(frozen)));
  const fine = Array.from({ length: PARTITIONS }, (_, p) => p).find(
    (p) => p !== 3 && owner(slotOf(String(p))) !== node,
  ) as number;
  node.pause();
  const stuck = store.actors.send({ to: `room/${keyIn(frozen, 'x')}`, body: 'm' });
  stuck.catch(() => undefined);
  expect(await store.actors.send({ to: `room/${keyIn(fine, 'x')}`, body: 'm' })).toBe('accepted');
  await expect(stuck).rejects.toMatchObject({ temporary: true });
  node.resume();
  await waitFor(
    async () =>
      (await store.actors.send({ to: `room/${keyIn(frozen, 'y')}`, body: 'm' })) === 'accepted',
    { timeoutMs: 15_000 },
  );
  await store.close();
});

test('what a process could not bring to its destination, the next one that claims brings', async () => {
  const options = { url: cluster.url, partitions: PARTITIONS, prefix: 'crash', timeoutMs: 1_000 };
  const [first, second] = [await openRedisStore(options), await openRedisStore(options)];
  const source: ActorKey = `room/${keyIn(0, 'source')}`;
  const away = [1, 2, 4, 5, 6, 7].find(
    (p) => owner(slotOf(String(p))) !== owner(slotOf('0')),
  ) as number;
  const target: ActorKey = `room/${keyIn(away, 'target')}`;
  await first.actors.send({ to: source, body: 'go' });
  const held = await claimOne(first, source);
  const node = owner(slotOf(String(away)));
  node.pause();
  await first.actors.commit([turn(held, { sends: [{ to: target, body: 'late' }] })]);
  await waitFor(() => (first.counters()['relay_failures'] ?? 0) > 0, { timeoutMs: 10_000 });
  await first.close();
  node.resume();
  await waitFor(
    async () => {
      await claimOne(second, source).catch(() => undefined);
      return ((await second.actors.peek(target))?.inboxLength ?? 0) > 0;
    },
    { timeoutMs: 15_000 },
  );
  expect((await claimOne(second, target)).messages.map(({ body }) => body)).toEqual(['late']);
  await second.close();
});

test('a destination that does not answer keeps nothing from the others, and gets all of its own in order later', async () => {
  const store = await openRedisStore({
    url: cluster.url,
    partitions: PARTITIONS,
    prefix: 'stuck',
    timeoutMs: 1_000,
  });
  const elsewhere = (than: readonly RedisServer[]): number =>
    [1, 2, 4, 5, 6, 7].find((p) => !than.includes(owner(slotOf(String(p))))) as number;
  const source: ActorKey = `room/${keyIn(0, 'source')}`;
  const home = owner(slotOf('0'));
  const away = elsewhere([home]);
  const frozen = owner(slotOf(String(away)));
  const well = elsewhere([home, frozen]);
  const stuck: ActorKey = `room/${keyIn(away, 'stuck')}`;
  const free: ActorKey = `room/${keyIn(well, 'free')}`;
  let rounds = 0;
  /** More for the one that is stuck than a relay reads at once, with something for the other behind it. */
  const round = async (): Promise<void> => {
    rounds += 1;
    await store.actors.send({ to: source, body: 'go' });
    const many = Array.from({ length: 300 }, (_, i) => `${rounds}-${i}`);
    const sends = many.map((body) => ({ to: stuck, body, inboxLimit: 10_000 }));
    const last = { to: free, body: `${rounds}`, inboxLimit: 10_000 };
    await store.actors.commit([turn(await claimOne(store, source), { sends: [...sends, last] })]);
  };
  const length = async (actor: ActorKey): Promise<number> =>
    (await store.actors.peek(actor))?.inboxLength ?? 0;
  try {
    frozen.pause();
    for (let i = 1; i <= 3; i++) {
      await round();
      await waitFor(async () => (await length(free)) === i, { timeoutMs: 10_000 });
    }
    expect(store.counters()['outbox_length']).toBe(903);
  } finally {
    frozen.resume();
  }
  await round();
  await waitFor(async () => (await length(stuck)) === 1_200, { timeoutMs: 20_000 });
  await waitFor(() => store.counters()['outbox_length'] === 0, { timeoutMs: 10_000 });
  const got = async (actor: ActorKey): Promise<string[]> =>
    (await claimOne(store, actor)).messages.map(({ body }) => body);
  const expected = Array.from({ length: 1_200 }, (_, i) => `${Math.floor(i / 300) + 1}-${i % 300}`);
  expect(await got(free)).toEqual(['1', '2', '3', '4']);
  const first = await got(stuck);
  expect(first).toEqual(expected.slice(0, first.length));
  expect(await length(stuck)).toBe(1_200);
  await store.close();
});
