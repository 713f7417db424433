/** How much of the time do the slots of nodes whose speeds differ ten times have something to do? */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobView } from '@belfry/protocol';
import { faultProblems, jobProblems, setUp, type Measured } from './set-up.ts';

export interface UtilisationOptions {
  readonly nodes: number;
  /** How long the job would take if no slot ever waited, in s. */
  readonly idealS: number;
}

/** How long a block takes on the fastest node, in ms; the slowest takes ten times that. */
const BLOCK_MS = 20;
const SPREAD = 10;
/** The end of a job is not counted: slots have nothing left. */
const UNTIL = 0.95;
const LOOK_MS = 50;
/** Chunks of one size, for comparison: this many blocks. */
const FIXED_BLOCKS = [16, 64, 256] as const;

/** Sized chunks and chunks of one size, on the same nodes. */
export async function measureUtilisation(options: UtilisationOptions): Promise<Measured> {
  const rows: Measured['rows'][number][] = [];
  const violations: string[] = [];
  for (const blocks of [null, ...FIXED_BLOCKS]) {
    const measured = await measureOne(options, blocks);
    rows.push(...measured.rows);
    violations.push(...measured.violations);
  }
  return { rows, violations };
}

/** @param fixed blocks of every chunk; `null`: sized by the speed of nodes */
async function measureOne(
  { nodes, idealS }: UtilisationOptions,
  fixed: number | null,
): Promise<Measured> {
  const chunk =
    fixed === null
      ? {}
      : { chunk: { floor: '1h', ceiling: '1h', max_blocks: fixed }, prefetch: '1h' };
  // Evenly spread by their logarithms.
  const blockMs = Array.from(
    { length: nodes },
    (_, i) => BLOCK_MS * SPREAD ** (i / Math.max(1, nodes - 1)),
  );
  const blocksPerMs = blockMs.reduce((sum, ms) => sum + 1 / ms, 0);
  const blocks = Math.round(idealS * 1_000 * blocksPerMs);
  await using pair = await setUp(
    { store: 'redis', fleet: { ...chunk, verification: 'off' } },
    { slots: 1, blockMs, batchMs: 5 },
  );
  const { fleet, load } = pair;
  await load.order({ type: 'reset' });
  const start = performance.now();
  const job = await fleet.submit('user', { simulation: 'noop', input: { blocks } });
  let until: { readonly seconds: number; readonly share: number } | null = null;
  let view: JobView;
  do {
    await sleep(LOOK_MS);
    view = await fleet.view(job);
    if (until === null && view.blocksDone >= UNTIL * blocks) {
      const { busyMs } = await load.order({ type: 'figures' });
      const ms = performance.now() - start;
      until = { seconds: ms / 1_000, share: busyMs / (nodes * ms) };
    }
  } while (view.endedAt === null);
  const seconds = (performance.now() - start) / 1_000;
  const figures = await load.order({ type: 'figures' });
  const problems = [...jobProblems([view]), ...faultProblems(figures)];
  return {
    rows: [
      {
        chunks: fixed === null ? 'sized by speed' : `${fixed} blocks each`,
        nodes,
        blocks,
        given: figures.given,
        ideal_s: idealS,
        took_s: round(seconds),
        utilisation_until_95: round(until?.share ?? 0),
        useful_until_95: round((UNTIL * idealS) / (until?.seconds ?? Infinity)),
        until_95_s: round(until?.seconds ?? 0),
        utilisation: round(figures.busyMs / (nodes * seconds * 1_000)),
      },
    ],
    violations: problems.map((each) => `utilisation: ${each}`),
  };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
