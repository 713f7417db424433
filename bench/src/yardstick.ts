/** The yardstick of the same run: how fast does BullMQ drain a queue on the same Redis settings, doing nothing in its jobs? */
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startRedis } from '@belfry/testkit';
import { Queue } from 'bullmq';
import { cpuSecondsOf } from './load/cpu-seconds.ts';
import type { Row } from './report.ts';

const SCRIPT = fileURLToPath(new URL('load/bullmq-process.ts', import.meta.url));
const CONCURRENCY = 200;

export async function measureBullmq(jobs: number): Promise<Row> {
  await using redis = await startRedis({ appendonly: true });
  const name = 'yardstick';
  const queue = new Queue(name, { connection: { host: '127.0.0.1', port: redis.port } });
  const addStart = performance.now();
  for (let added = 0; added < jobs; added += 1_000) {
    const batch = Array.from({ length: Math.min(1_000, jobs - added) }, (_, i) => ({
      name: 'add',
      data: { add: 1, note: 'y'.repeat(50), n: added + i },
    }));
    await queue.addBulk(batch);
  }
  const addSeconds = (performance.now() - addStart) / 1_000;
  const redisBefore = cpuSecondsOf(redis.pid);
  const child = fork(SCRIPT, [String(redis.port), name, String(CONCURRENCY)]);
  try {
    let first: { at: number; handled: number; cpu: number } | undefined;
    for (let stuck = 0; stuck < 1_500; stuck++) {
      const { handled, cpuSeconds } = await ask(child);
      if (handled > 0) first ??= { at: performance.now(), handled, cpu: cpuSeconds };
      if (handled >= jobs && first !== undefined) {
        const seconds = (performance.now() - first.at) / 1_000;
        const cpu = cpuSeconds - first.cpu + cpuSecondsOf(redis.pid) - redisBefore;
        return {
          system: `bullmq, concurrency ${CONCURRENCY}`,
          jobs,
          added_per_s: Math.round(jobs / addSeconds),
          drained_per_s: Math.round((jobs - first.handled) / seconds),
          drained_per_cpu_s: Math.round((jobs - first.handled) / cpu),
        };
      }
      await sleep(20);
    }
    throw new Error(`BullMQ did not drain ${jobs} jobs`);
  } finally {
    child.kill('SIGKILL');
    await queue.close();
  }
}

function ask(child: ReturnType<typeof fork>): Promise<{ handled: number; cpuSeconds: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    handled: number;
    cpuSeconds: number;
  }>();
  const ended = (): void => reject(new Error('the BullMQ process ended'));
  child.once('exit', ended);
  child.once('message', (message) => {
    child.off('exit', ended);
    resolve(message as { handled: number; cpuSeconds: number });
  });
  child.send('figures');
  return promise;
}
