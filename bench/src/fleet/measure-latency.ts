/** How long from submitting to the first chunk at a node, and from handing in a result to the next chunk there, at low load? */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobView } from '@belfry/protocol';
import { quantiles } from '../quantiles.ts';
import { ended, faultProblems, jobProblems, setUp, type Measured } from './set-up.ts';
import type { FleetStore } from './start-fleet.ts';

export interface LatencyOptions {
  readonly store: FleetStore;
  /** How many jobs are submitted, one after the other. */
  readonly jobs: number;
}

const NODES = 8;
/** One block is one chunk, of so many ms. */
const BLOCK_MS = 100;
const BLOCKS = 32;
/** Jobs before those that count. */
const WARM_UP = 5;
const PAUSE_MS = 200;

/** Jobs one after the other, on nodes with one slot each. */
export async function measureLatency({ store, jobs }: LatencyOptions): Promise<Measured> {
  await using pair = await setUp(
    { store, fleet: { chunk: { max_blocks: 1 }, verification: 'off' } },
    { slots: 1, blockMs: Array.from({ length: NODES }, () => BLOCK_MS), batchMs: 0 },
  );
  const { fleet, load } = pair;
  const submittedAt = new Map<string, number>();
  const views: JobView[] = [];
  for (let n = 0; n < WARM_UP + jobs; n++) {
    if (n === WARM_UP) {
      await load.order({ type: 'reset' });
      submittedAt.clear();
    }
    const at = performance.timeOrigin + performance.now();
    const job = await fleet.submit('user', { simulation: 'noop', input: { blocks: BLOCKS } });
    submittedAt.set(job, at);
    views.push(await ended(fleet, job));
    await sleep(PAUSE_MS);
  }
  const figures = await load.order({ type: 'figures' });
  const first = [...submittedAt].flatMap(([job, at]) => {
    const arrivedAt = figures.firstAt[job];
    return arrivedAt === undefined ? [] : [arrivedAt - at];
  });
  const [p50, p99] = quantiles(first, [0.5, 0.99]);
  const violations = [...jobProblems(views), ...faultProblems(figures)];
  if (first.length < jobs) violations.push(`${first.length} of ${jobs} jobs began`);
  return {
    rows: [
      {
        store,
        jobs,
        submit_to_chunk_p50_ms: p50 ?? null,
        submit_to_chunk_p99_ms: p99 ?? null,
        nexts: figures.nextCount,
        complete_to_next_p50_ms: figures.nextP50Ms,
        complete_to_next_p99_ms: figures.nextP99Ms,
      },
    ],
    violations: violations.map((each) => `latency: ${store}: ${each}`),
  };
}
