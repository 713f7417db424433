/** How much more is computed, and how much longer does a job take, because results are confirmed? */
import { ended, faultProblems, jobProblems, setUp, type Measured } from './set-up.ts';

export interface VerificationOptions {
  readonly nodes: number;
  /** How long the job would take if no slot ever waited, in s. */
  readonly idealS: number;
}

const BLOCK_MS = 20;

/** `off`: nothing is confirmed. `trusted`: nodes that have earned it. `new`: nodes that nobody knows yet. */
type Case = 'off' | 'trusted' | 'new';

export async function measureVerification(options: VerificationOptions): Promise<Measured> {
  const rows: Measured['rows'][number][] = [];
  const violations: string[] = [];
  let plain: number | null = null;
  for (const each of ['off', 'trusted', 'new'] as const) {
    const measured = await measureOne(options, each);
    plain ??= measured.seconds;
    rows.push({ ...measured.row, times_off: round(measured.seconds / plain) });
    violations.push(...measured.problems.map((problem) => `verification: ${each}: ${problem}`));
  }
  return { rows, violations };
}

async function measureOne({ nodes, idealS }: VerificationOptions, which: Case) {
  await using pair = await setUp(
    { store: 'redis', fleet: { verification: which === 'off' ? 'off' : 'adaptive' } },
    { slots: 1, blockMs: Array.from({ length: nodes }, () => BLOCK_MS) },
  );
  const { fleet, load } = pair;
  const run = async (seconds: number) => {
    const blocks = Math.round((seconds * 1_000 * nodes) / BLOCK_MS);
    await load.order({ type: 'reset' });
    const start = performance.now();
    const job = await fleet.submit('user', { simulation: 'noop', input: { blocks } });
    const view = await ended(fleet, job);
    const took = (performance.now() - start) / 1_000;
    return { blocks, view, took, figures: await load.order({ type: 'figures' }) };
  };
  const problems: string[] = [];
  if (which === 'trusted') {
    // Every node agrees with others ten times and more.
    for (let n = 0; n < 4; n++) problems.push(...jobProblems([(await run(idealS / 2)).view]));
  }
  const { blocks, view, took, figures } = await run(idealS);
  problems.push(...jobProblems([view]), ...faultProblems(figures));
  const { counts } = view;
  return {
    seconds: took,
    problems,
    row: {
      nodes_are: which === 'off' ? 'not verified' : which === 'new' ? 'all new' : 'trusted',
      nodes,
      blocks,
      computed: figures.blocks,
      more_work: round(figures.blocks / blocks - 1),
      chunks: counts.assigned,
      copies: counts.copies,
      ideal_s: idealS,
      took_s: round(took),
    },
  };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
