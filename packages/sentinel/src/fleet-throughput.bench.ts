/*
 * How many chunks that do nothing go assign → complete → merge in a second, without HTTP? Nodes, runner and (embedded) store share this process.
 *
 *   node --conditions=@belfry/source packages/sentinel/src/fleet-throughput.bench.ts [embedded|redis] [nodes] [slots] [chunks]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineSimulation } from '@belfry/protocol';
import { openEmbeddedStore, openRedisStore } from '@belfry/store';
import { startRedis } from '@belfry/testkit';
import { DEFAULT_FLEET_SETTINGS } from './fleet-settings.ts';
import { openFleet } from './testing/live-fleet.ts';

const [kind = 'embedded', nodes = 50, slots = 4, blocks = 100_000] = [
  process.argv[2],
  ...process.argv.slice(3).map(Number),
];

const nothing = defineSimulation({
  name: 'nothing',
  input: {
    '~standard': {
      version: 1,
      vendor: 'bench',
      validate: (value: unknown) => ({ value: value as { readonly blocks: number } }),
    },
  },
  run: () => null,
  plan: ({ input, round }) => (round === 0 ? { blocks: input.blocks, blockIterations: 1 } : null),
  merge: () => null,
  summarize: () => null,
});

const { chunk } = DEFAULT_FLEET_SETTINGS;
const input = { simulations: [nothing], settings: { chunk: { ...chunk, maxBlocks: 1 } } };
const dir = await mkdtemp(join(tmpdir(), 'belfry-bench-'));
await using redis = kind === 'redis' ? await startRedis({ appendonly: true }) : null;
const store =
  redis === null
    ? await openEmbeddedStore({ dataDir: dir })
    : await openRedisStore({ url: redis.url });
{
  await using fleet = await openFleet(store, input);
  for (let i = 0; i < nodes; i++) {
    await fleet.addNode(`n${i}`, { slots, trusted: true, idle: true });
  }
  const before = process.cpuUsage();
  await fleet.submit('bench', { simulation: 'nothing', input: { blocks } });
  let view = await fleet.view('bench');
  while (view.endedAt === null) {
    await sleep(200);
    view = await fleet.view('bench');
  }
  const { user, system } = process.cpuUsage(before);
  const seconds = (view.endedAt - (view.startedAt ?? 0)) / 1_000;
  const { turns } = fleet.runners[0]?.snapshot().counters ?? {};
  console.log({
    store: kind,
    nodes,
    slots,
    chunks: view.counts.completed,
    chunks_per_s: Math.round(view.counts.completed / seconds),
    seconds,
    cpu_s: (user + system) / 1e6,
    turns,
    ...view.counts,
  });
}
await rm(dir, { recursive: true, force: true });
