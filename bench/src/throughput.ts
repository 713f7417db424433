/** How many messages a second go inbox → turn → commit → publication, with every effect applied once? */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '@belfry/testkit';
import { cpuSecondsOf } from './load/cpu-seconds.ts';
import { startLoadChild, type LoadChild } from './load/load-child.ts';
import type { Row } from './report.ts';

export interface ThroughputOptions {
  readonly store: 'redis' | 'embedded';
  readonly actors: number;
  readonly messages: number;
  /** `flow`: sent while they are handled. `drain`: all sent first, then handled. */
  readonly mode: 'flow' | 'drain';
}

const WINDOW = 4_000;

/** Redis: one process sends, one handles, one is Redis. Embedded: one process does it all. */
export async function measureThroughput(
  options: ThroughputOptions,
): Promise<{ row: Row; violations: readonly string[] }> {
  const dir = await mkdtemp(join(tmpdir(), 'belfry-bench-'));
  await using redis = options.store === 'redis' ? await startRedis({ appendonly: true }) : null;
  const role = {
    store:
      redis === null
        ? ({ type: 'embedded', dataDir: dir } as const)
        : ({ type: 'redis', url: redis.url } as const),
    hz: 1,
    history: 16,
  };
  try {
    await using worker = await startLoadChild(role);
    await using sender = redis === null ? null : await startLoadChild(role);
    const producer = sender ?? worker;
    const redisPid = redis?.pid ?? 0;
    const { total, warmUp } = {
      total: options.messages,
      warmUp: Math.min(5_000, options.messages / 10),
    };
    const produce = (count: number): Promise<unknown> =>
      producer.order({ type: 'produce', total: count, actors: options.actors, window: WINDOW });
    // Before a drain every message is in its inbox, and the worker starts cold.
    const earlier = options.mode === 'flow' ? warmUp : 0;
    if (options.mode === 'flow') await worker.order({ type: 'run' });
    await produce(options.mode === 'flow' ? warmUp : total);
    if (options.mode === 'flow') {
      await handledAll(worker, { messages: warmUp, actors: options.actors });
    }
    const before = await figures([worker, sender], redisPid);
    const start = performance.now();
    const sent = options.mode === 'flow' ? produce(total) : worker.order({ type: 'run' });
    const messages = earlier + total;
    const handled = await handledAll(worker, { messages, actors: options.actors });
    await sent;
    const seconds = (performance.now() - start) / 1_000;
    const after = await figures([worker, sender], redisPid);
    const { applied } = await worker.order({ type: 'count', actors: options.actors });
    const spent = after.cpu.map((cpu, i) => cpu - (before.cpu[i] ?? 0));
    const [workerCpu = 0, senderCpu = 0, redisCpu = 0] = spent;
    const row: Row = {
      store: options.store,
      mode: options.mode,
      actors: options.actors,
      messages: options.messages,
      messages_per_s: Math.round(options.messages / seconds),
      messages_per_cpu_s: Math.round(options.messages / (workerCpu + senderCpu + redisCpu)),
      worker_cpu_s: round(workerCpu),
      sender_cpu_s: round(senderCpu),
      redis_cpu_s: round(redisCpu),
      messages_per_commit: round(options.messages / (handled.turns - before.turns)),
      unknown_commits: after.unknown,
      worker_rss_mib: Math.round(after.rss),
    };
    const violations =
      applied === messages
        ? []
        : [`throughput: ${options.store}: ${applied} messages were applied of ${messages}`];
    return { row, violations };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * Waits until so many messages have been handled. The worker does not count what it could not learn the outcome of, so once nothing
 * moves the states are counted.
 */
async function handledAll(
  worker: LoadChild,
  { messages, actors }: { readonly messages: number; readonly actors: number },
): Promise<{ turns: number }> {
  for (let last = -1, still = 0; ;) {
    const { counters } = await worker.order({ type: 'figures' });
    const handled = counters['messages'] ?? 0;
    const turns = counters['turns'] ?? 0;
    if (handled >= messages) return { turns };
    still = handled === last ? still + 1 : 0;
    if (still > 0 && still % 50 === 0) {
      const { applied } = await worker.order({ type: 'count', actors });
      if (applied >= messages) return { turns };
      if (still > 1_500) throw new Error(`stuck at ${applied} of ${messages} messages`);
    }
    last = handled;
    await sleep(20);
  }
}

async function figures(
  [worker, sender]: readonly [LoadChild, LoadChild | null],
  redisPid: number,
): Promise<{ cpu: number[]; rss: number; turns: number; unknown: number }> {
  const [own, other] = await Promise.all([
    worker.order({ type: 'figures' }),
    sender?.order({ type: 'figures' }),
  ]);
  return {
    cpu: [own.cpuSeconds, other?.cpuSeconds ?? 0, cpuSecondsOf(redisPid)],
    rss: own.rssMiB,
    turns: own.counters['turns'] ?? 0,
    unknown: own.counters['unknown_commits'] ?? 0,
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
