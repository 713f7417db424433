/** The yardstick: the least fleet that one would write on BullMQ, all chunks in one queue, workers that return results and one collector that merges them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, waitFor } from '@belfry/testkit';
import { Queue } from 'bullmq';
import { usageOfAll } from '../../beacon/usage.ts';
import { startOrdered } from '../../load/ordered-process.ts';
import type { Measured } from '../set-up.ts';
import type {
  BullmqChunk,
  BullmqFigures,
  BullmqOrder,
  BullmqRole,
} from './bullmq-fleet-process.ts';

const SCRIPT = new URL('bullmq-fleet-process.ts', import.meta.url);
const QUEUE = 'chunks';
const CONCURRENCY = 200;
const BULK = 1_000;
/** For so long no chunk may come, in looks of 20 ms. */
const PATIENCE = 1_500;

/** Chunks that do nothing, added first, then run and put together. No nodes, no trust, no leases by progress, no order of merging. */
export async function measureBullmqFleet(chunks: number): Promise<Measured> {
  await using redis = await startRedis({ appendonly: true });
  const queue = new Queue<BullmqChunk>(QUEUE, {
    connection: { host: '127.0.0.1', port: redis.port },
    // Else results are dropped when the collector is behind.
    streams: { events: { maxLen: 10 * chunks } },
  });
  const start = (type: BullmqRole['type']) =>
    startOrdered<BullmqOrder, BullmqFigures>(SCRIPT, {
      args: [
        JSON.stringify({
          type,
          port: redis.port,
          queue: QUEUE,
          concurrency: CONCURRENCY,
        } satisfies BullmqRole),
      ],
    });
  try {
    for (let added = 0; added < chunks; added += BULK) {
      const count = Math.min(BULK, chunks - added);
      await queue.addBulk(
        Array.from({ length: count }, (_, i) => ({ name: 'chunk', data: { block: added + i } })),
      );
    }
    await using collector = await start('collector');
    await using worker = await start('worker');
    const pids = [collector.pid, worker.pid, redis.pid];
    const look = async () => {
      const { done, result } = await collector.order({ type: 'figures' });
      return { done, result, at: performance.now(), cpu: usageOfAll(pids).cpu };
    };
    const first = await waitFor(
      async () => {
        const now = await look();
        return now.done > 0 ? now : null;
      },
      { timeoutMs: 60_000, what: 'the first chunk of BullMQ' },
    );
    let last = first;
    for (let still = 0; last.done < chunks && still < PATIENCE; still++) {
      await sleep(20);
      const next = await look();
      if (next.done > last.done) still = 0;
      last = next;
    }
    const done = last.done - first.done;
    const seconds = (last.at - first.at) / 1_000;
    const { blocks = 0, sum = 0 } = last.result ?? {};
    const isRight = blocks === chunks && sum === (chunks * (chunks - 1)) / 2;
    return {
      rows: [
        {
          system: `bullmq, one queue, concurrency ${CONCURRENCY}`,
          chunks,
          chunks_per_s: Math.round(done / seconds),
          cpu_us_per_chunk: Math.round(((last.cpu - first.cpu) / done) * 1e6),
        },
      ],
      violations: isRight ? [] : [`yardstick: ${blocks} of ${chunks} chunks were put together`],
    };
  } finally {
    await queue.close();
  }
}
