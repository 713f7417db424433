import { expect, it } from 'vitest';
import { runMain } from '../load/run-main.ts';
import { NODE_FAULTS } from './agents/agent-protocol.ts';

const LIMIT_MS = 400_000;

it(
  'a few seconds of torture of a fleet do their work and find nothing',
  async () => {
    const main = new URL('main.ts', import.meta.url);
    const args = ['--minutes', '0.1', '--nodes', '24', '--pace', 'quick', '--seed', '1'];
    const { code, output, report } = await runMain(main, args, LIMIT_MS);
    // Whoever looks at a failure needs all of it.
    if (code !== 0) throw new Error(`it ended with ${code}:\n${output}`);
    const rows = report['fleet_counts'] as { what: string; count: number }[];
    const counts = new Map(rows.map(({ what, count }) => [what, count]));
    const done = [
      ...['sentinel', 'beacon', 'agents'].flatMap((role) => [`${role}_kills`, `${role}_freezes`]),
      ...NODE_FAULTS.map((fault) => `nodes_${fault}`),
    ];
    const busy = ['jobs_done', 'completed', 'lost', 'copies', 'lies', 'disputed'];
    expect([...done, ...busy].filter((key) => !((counts.get(key) ?? 0) > 0))).toEqual([]);
    expect(counts.get('nodes')).toBe(24);
  },
  LIMIT_MS + 20_000,
);
