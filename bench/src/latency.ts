/** How long from a client's publish to its receipt of the actor's publication, through real Beacons, at low load? */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@belfry/client';
import { startRedis } from '@belfry/testkit';
import type { ledger } from './torture/torture-actors.ts';
import { writeConfig } from './torture/config.ts';
import { createPart } from './torture/deployment.ts';
import { quantiles } from './quantiles.ts';
import type { Row } from './report.ts';

export interface LatencyOptions {
  readonly store: 'redis' | 'embedded';
  readonly perSecond: number;
  readonly seconds: number;
}

/** Redis: a Beacon and a worker process. Embedded: one process. The client is this process. */
export async function measureLatency(options: LatencyOptions): Promise<Row> {
  const dir = await mkdtemp(join(tmpdir(), 'belfry-bench-'));
  await using redis = options.store === 'redis' ? await startRedis({ appendonly: true }) : null;
  const config = writeConfig(dir);
  const args = ['--config', config.file, '--data-dir', join(dir, 'data')];
  const roles =
    redis === null ? [[]] : ['beacon', 'worker'].map((r) => ['--role', r, '--redis', redis.url]);
  const parts = await Promise.all(
    roles.map((more, i) =>
      createPart({ name: `part-${i}`, args: [...args, ...more], env: config.env, dir }),
    ),
  );
  try {
    await Promise.all(parts.map((part) => part.start()));
    using client = connect({ url: parts[0]?.url ?? '', token: await config.token('ann') });
    const actor = client.actor<typeof ledger>('ledger', 'latency');
    const samples: number[] = [];
    const acks: number[] = [];
    const sentAt = new Map<number, number>();
    let warm = 0;
    actor.onPublication(({ message }) => {
      const at = sentAt.get(message.step);
      if (at !== undefined && message.step > warm) samples.push(performance.now() - at);
    });
    await actor.enter();
    // The start is not measured: code gets warm at so low a rate only slowly.
    warm = options.perSecond * 10;
    const total = warm + options.perSecond * options.seconds;
    const start = performance.now();
    const sends: Promise<void>[] = [];
    for (let step = 1; step <= total; step++) {
      await sleep(Math.max(0, start + (step * 1_000) / options.perSecond - performance.now()));
      const at = performance.now();
      sentAt.set(step, at);
      sends.push(
        actor.send({ step }).then(() => {
          if (step > warm) acks.push(performance.now() - at);
        }),
      );
    }
    await Promise.all(sends);
    await sleep(500);
    const [p50, p99, max] = quantiles(samples, [0.5, 0.99, 1]);
    const [ackP50, ackP99] = quantiles(acks, [0.5, 0.99]);
    return {
      store: options.store,
      messages_per_s: options.perSecond,
      received: samples.length,
      receive_p50_ms: p50 ?? null,
      receive_p99_ms: p99 ?? null,
      receive_max_ms: max ?? null,
      ack_p50_ms: ackP50 ?? null,
      ack_p99_ms: ackP99 ?? null,
    };
  } finally {
    await Promise.all(parts.map((part) => part.kill()));
    await rm(dir, { recursive: true, force: true });
  }
}
