import type { ActorKey } from '@belfry/protocol';
import { openRedisStore, partitionOf, type Store } from '@belfry/store';
import { startRedisCluster, waitFor, type RedisServer } from '@belfry/testkit';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineActor } from '../define-actor.ts';
import { historyOf, startRunner, stateOf, tell } from './runner-lab.ts';

const PARTITIONS = 24;
const TIMEOUT_MS = 3_000;

/** How often each ticked in this process, heard of while the store cannot be asked. */
const ticks = new Map<string, number>();

const metronome = defineActor('metronome', {
  internal: z.null(),
  server: z.number(),
  tick: { hz: 20 },
  initial: () => ({}),
  onTick(ctx, { n }) {
    ticks.set(ctx.key, (ticks.get(ctx.key) ?? 0) + 1);
    ctx.publish(n);
  },
});

const adder = defineActor('adder', {
  internal: z.number(),
  initial: () => ({ sum: 0 }),
  onInternal: (ctx, n) => void (ctx.state.sum += n),
});

/** Some actors in every partition, so that every master has some. */
function spread(kind: string, each: number): ActorKey[] {
  const found = Array.from({ length: PARTITIONS }, (): ActorKey[] => []);
  for (let i = 0; found.some(({ length }) => length < each); i++) {
    const key: ActorKey = `${kind}/${i}`;
    const there = found[partitionOf(key, PARTITIONS)];
    if (there !== undefined && there.length < each) there.push(key);
  }
  return found.flat();
}

async function partitionsAt(node: RedisServer): Promise<Set<number>> {
  const list = `return table.concat(redis.call('KEYS', '*:{*}:*'), '\\n')`;
  const keys = await node.command('EVAL', list, 0);
  return new Set([...keys.matchAll(/\{(\d+)\}/g)].map(([, partition]) => Number(partition)));
}

const sumOf = async (store: Store, actor: ActorKey): Promise<number> =>
  (await stateOf<{ sum: number }>(store, actor))?.sum ?? 0;

test('while one master of a Cluster is frozen the actors of the others go on, and its own resume afterwards', async () => {
  await using cluster = await startRedisCluster();
  const open = async (): Promise<Store & AsyncDisposable> => {
    const opened = await openRedisStore({
      url: cluster.url,
      partitions: PARTITIONS,
      timeoutMs: TIMEOUT_MS,
    });
    return Object.assign(opened, { [Symbol.asyncDispose]: () => opened.close() });
  };
  await using lab = await open();
  await using store = await open();
  // Fewer at a time than one master has, so that they could take all there is.
  await using runner = await startRunner(store, [metronome, adder], {
    options: { maxCommits: 24, maxActive: 24, maxClaims: 2 },
  });
  const metronomes = spread('metronome', 4);
  const adders = spread('adder', 1);
  await Promise.all(metronomes.map((actor) => tell(lab, actor, null)));
  await Promise.all(adders.map((actor) => tell(lab, actor, 1)));
  await waitFor(() => metronomes.every((actor) => (ticks.get(actor) ?? 0) >= 5));

  const node = cluster.nodes[1] as RedisServer;
  const cold = await partitionsAt(node);
  expect(cold.size).toBeGreaterThan(2);
  const isWarm = (actor: ActorKey): boolean => !cold.has(partitionOf(actor, PARTITIONS));
  const unknown = (): ActorKey[] =>
    runner.events.flatMap((event) => (event.type === 'unknown-commits' ? event.actors : []));
  const frozenAt = performance.now();
  node.pause();
  try {
    const before = new Map(ticks);
    // Somebody keeps the cold ones busy, too.
    const lost = adders
      .filter((actor) => !isWarm(actor))
      .map((actor) => tell(lab, actor, 100).catch(() => {}));
    const warmAdders = adders.filter(isWarm);
    for (let round = 1; round <= 5; round++) {
      await Promise.all(warmAdders.map((actor) => tell(lab, actor, 1)));
      await waitFor(
        async () => {
          const sums = await Promise.all(warmAdders.map((actor) => sumOf(lab, actor)));
          return sums.every((sum) => sum === 1 + round);
        },
        { timeoutMs: 10_000 },
      );
    }
    await waitFor(() => unknown().length > 0, { timeoutMs: 10_000 });
    // At 20 Hz each was to tick some 60 times meanwhile, and on a busy machine a few times less.
    const wanted = (performance.now() - frozenAt) / 50;
    for (const actor of metronomes.filter(isWarm)) {
      const ran = (ticks.get(actor) ?? 0) - (before.get(actor) ?? 0);
      expect(ran).toBeGreaterThan(wanted / 4);
    }
    expect(unknown().filter(isWarm)).toEqual([]);
    await Promise.all(lost);
  } finally {
    node.resume();
  }

  const after = new Map(ticks);
  await waitFor(() => metronomes.every((a) => (ticks.get(a) ?? 0) > (after.get(a) ?? 0) + 5), {
    timeoutMs: 20_000,
  });
  await Promise.all(adders.map((actor) => tell(lab, actor, 1_000)));
  await waitFor(
    async () => {
      const sums = await Promise.all(adders.map((actor) => sumOf(lab, actor)));
      return sums.every((sum) => sum >= 1_000);
    },
    { timeoutMs: 20_000 },
  );
  expect(unknown().filter(isWarm)).toEqual([]);
  for (const actor of metronomes) {
    const numbers = (await historyOf(lab, `server:${actor}`)) as number[];
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  }
}, 90_000);
