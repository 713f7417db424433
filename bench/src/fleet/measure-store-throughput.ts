/** The same without HTTP and Beacon, to see what those cost: nodes that speak to the actors through the store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '@belfry/testkit';
import { usageOf } from '../beacon/usage.ts';
import { startOrdered } from '../load/ordered-process.ts';
import type {
  FleetStoreAnswer,
  FleetStoreOrder,
  FleetStoreRole,
} from './load/fleet-store-process.ts';
import { SAID_MS, WARM_UP, type ThroughputOptions } from './measure-throughput.ts';
import { faultProblems, jobProblems, type Measured } from './set-up.ts';

const SCRIPT = new URL('load/fleet-store-process.ts', import.meta.url);

/** Embedded: one process is all of it. Redis: the actors in one, the nodes in another. */
export async function measureStoreThroughput(options: ThroughputOptions): Promise<Measured> {
  const { store, jobs, chunks, nodes, slots } = options;
  const dir = await mkdtemp(join(tmpdir(), 'belfry-bench-fleet-'));
  await using redis = store === 'redis' ? await startRedis({ appendonly: true }) : null;
  const start = (role: Omit<FleetStoreRole, 'store'>) =>
    startOrdered<FleetStoreOrder, FleetStoreAnswer>(SCRIPT, {
      timeoutMs: 600_000,
      args: [
        JSON.stringify({
          store:
            redis === null ? { type: 'embedded', dataDir: dir } : { type: 'redis', url: redis.url },
          ...role,
        } satisfies FleetStoreRole),
      ],
    });
  try {
    const own = { count: nodes, slots, saidMs: SAID_MS };
    await using actors = await start({ runs: true, nodes: redis === null ? own : null });
    await using load = redis === null ? null : await start({ runs: false, nodes: own });
    const driver = load ?? actors;
    await driver.order({ type: 'join' });
    await driver.order({ type: 'run', jobs: 1, blocks: Math.min(WARM_UP, chunks) });
    const pids = { sentinel: actors.pid, load: load?.pid, redis: redis?.pid };
    const cpu = (): Record<string, number> =>
      Object.fromEntries(
        Object.entries(pids).map(([name, pid]) => [name, pid === undefined ? 0 : usageOf(pid).cpu]),
      );
    const before = cpu();
    const startedAt = performance.now();
    const answer = await driver.order({
      type: 'run',
      jobs,
      blocks: Math.ceil(chunks / jobs),
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = cpu();
    const done = answer.views.reduce((sum, { blocksDone }) => sum + blocksDone, 0);
    const micros = (name: string): number =>
      Math.round((((after[name] ?? 0) - (before[name] ?? 0)) / done) * 1e6);
    const violations = [...jobProblems(answer.views), ...faultProblems(answer)];
    return {
      rows: [
        {
          store,
          way: 'store',
          jobs,
          nodes,
          slots,
          chunks: done,
          chunks_per_s: Math.round(done / seconds),
          cpu_us_per_chunk: micros('sentinel') + micros('redis'),
          [redis === null ? 'belfry_us' : 'sentinel_us']: micros('sentinel'),
          ...(redis === null ? {} : { redis_us: micros('redis'), load_us: micros('load') }),
        },
      ],
      violations: violations.map((each) => `throughput: ${store} without HTTP: ${each}`),
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
