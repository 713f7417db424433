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
  /** How long the last phase is. */
  readonly seconds: number;
}

interface Sample {
  readonly step: number;
  readonly ms: number;
}

/** How long it takes until code is warm at so low a rate. */
const WARM_UP_S = 10;
/** A server's first seconds count for themselves. From when, in s. */
const PHASES = [
  { phase: 'first', from: 0 },
  { phase: 'early', from: 2 },
  { phase: 'warm', from: WARM_UP_S },
] as const;

/** Redis: a Beacon and a worker process. Embedded: one process. The client is this process. A row per phase. */
export async function measureLatency(options: LatencyOptions): Promise<Row[]> {
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
    const receipts: Sample[] = [];
    const acks: Sample[] = [];
    const sentAt = new Map<number, number>();
    actor.onPublication(({ message }) => {
      const at = sentAt.get(message.step);
      if (at !== undefined) receipts.push({ step: message.step, ms: performance.now() - at });
    });
    await actor.enter();
    const total = options.perSecond * (WARM_UP_S + options.seconds);
    const start = performance.now();
    const sends: Promise<void>[] = [];
    for (let step = 1; step <= total; step++) {
      await sleep(Math.max(0, start + (step * 1_000) / options.perSecond - performance.now()));
      const at = performance.now();
      sentAt.set(step, at);
      sends.push(
        actor.send({ step }).then(() => {
          acks.push({ step, ms: performance.now() - at });
        }),
      );
    }
    await Promise.all(sends);
    await sleep(500);
    return PHASES.map(({ phase, from }, i) => {
      const first = from * options.perSecond;
      const next = (PHASES[i + 1]?.from ?? Number.POSITIVE_INFINITY) * options.perSecond;
      const within = (samples: readonly Sample[]): number[] =>
        samples.filter(({ step }) => step > first && step <= next).map(({ ms }) => ms);
      const received = within(receipts);
      const [p50, p99, max] = quantiles(received, [0.5, 0.99, 1]);
      const [ackP50, ackP99] = quantiles(within(acks), [0.5, 0.99]);
      return {
        store: options.store,
        phase,
        messages_per_s: options.perSecond,
        received: received.length,
        receive_p50_ms: p50 ?? null,
        receive_p99_ms: p99 ?? null,
        receive_max_ms: max ?? null,
        ack_p50_ms: ackP50 ?? null,
        ack_p99_ms: ackP99 ?? null,
      };
    });
  } finally {
    await Promise.all(parts.map((part) => part.kill()));
    await rm(dir, { recursive: true, force: true });
  }
}
