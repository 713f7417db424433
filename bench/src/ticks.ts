/** How late do ticks run, and does any number come twice, at many actors and rates on one process? */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '@belfry/testkit';
import { cpuSecondsOf } from './load/cpu-seconds.ts';
import { startLoadChild } from './load/load-child.ts';
import { quantiles } from './quantiles.ts';
import type { Row } from './report.ts';

export interface TicksOptions {
  readonly store: 'redis' | 'embedded';
  readonly actors: number;
  readonly hz: number;
  readonly seconds: number;
}

export async function measureTicks(options: TicksOptions): Promise<{ row: Row; repeated: number }> {
  const { actors, hz, seconds } = options;
  const dir = await mkdtemp(join(tmpdir(), 'belfry-bench-'));
  await using redis = options.store === 'redis' ? await startRedis({ appendonly: true }) : null;
  const store =
    redis === null
      ? ({ type: 'embedded', dataDir: dir } as const)
      : ({ type: 'redis', url: redis.url } as const);
  try {
    await using ticker = await startLoadChild({ store, hz, history: 0 });
    await ticker.order({ type: 'run' });
    await ticker.order({ type: 'wind', actors });
    // The start is not measured: actors come into being, code gets warm.
    await sleep(3_000);
    const before = await ticker.order({ type: 'clear-lateness' });
    const redisBefore = cpuSecondsOf(redis?.pid ?? 0);
    const start = performance.now();
    await sleep(seconds * 1_000);
    const after = await ticker.order({ type: 'figures', lateness: true });
    const elapsed = (performance.now() - start) / 1_000;
    const redisCpu = cpuSecondsOf(redis?.pid ?? 0) - redisBefore;
    const { repeated } = await ticker.order({ type: 'figures', repeatedOf: actors });
    await ticker.order({ type: 'stop' });
    const [p50, p99, p999] = quantiles(after.lateness, [0.5, 0.99, 0.999]);
    const ticks = (after.counters['ticks'] ?? 0) - (before.counters['ticks'] ?? 0);
    const skipped =
      (after.counters['ticks_skipped'] ?? 0) - (before.counters['ticks_skipped'] ?? 0);
    const row: Row = {
      store: options.store,
      actors,
      hz,
      wanted_per_s: actors * hz,
      ticks_per_s: Math.round(ticks / elapsed),
      skipped,
      repeated,
      late_p50_ms: p50 ?? null,
      late_p99_ms: p99 ?? null,
      late_p999_ms: p999 ?? null,
      cpu_per_s: round((after.cpuSeconds - before.cpuSeconds + redisCpu) / elapsed),
      rss_mib: Math.round(after.rssMiB),
    };
    return { row, repeated };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
