import { openRedisStore } from '@belfry/store';
import { z } from 'zod';
import { defineActor } from '../define-actor.ts';
import { createRunner } from './create-runner.ts';

/* Test support: a process that runs ticking actors until it is killed. Arguments: the Redis URL and an id. */

const metronome = defineActor('metronome', {
  internal: z.number(),
  server: z.object({ n: z.number(), sum: z.number() }),
  tick: { hz: 50 },
  initial: () => ({ sum: 0 }),
  onInternal: (ctx, n) => void (ctx.state.sum += n),
  onTick: (ctx, tick) => ctx.publish({ n: tick.n, sum: ctx.state.sum }),
});

const [url = '', id = ''] = process.argv.slice(2);
const store = await openRedisStore({ url, partitions: 16 });
const runner = createRunner({
  store,
  actors: [metronome],
  roles: ['worker', 'ticker'],
  id,
  secret: 'secret',
  historyFor: () => ({ size: 100_000, ttlMs: 600_000, metaTtlMs: 600_000 }),
  options: { leaseMs: 1_000, sweepMs: 1_000 },
});
await runner.run();
process.send?.('running');
