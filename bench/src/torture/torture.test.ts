import { expect, it } from 'vitest';
import { runMain } from '../load/run-main.ts';

const LIMIT_MS = 240_000;

it(
  'a few seconds of torture on both stores do their work and find nothing',
  async () => {
    const main = new URL('main.ts', import.meta.url);
    const args = ['--minutes', '0.1', '--games', '4', '--seed', '1'];
    const { code, output, report } = await runMain(main, args, LIMIT_MS);
    // Whoever looks at a failure needs all of it.
    if (code !== 0) throw new Error(`it ended with ${code}:\n${output}`);
    const counts = ['redis', 'embedded'].map((store) =>
      expect.objectContaining({ store, rooms: 4, violations: 0 }),
    );
    expect(report['counts']).toEqual(counts);
    const busy = ['moves_accepted', 'moves_made', 'ledger_steps', 'ticks'];
    for (const row of report['counts'] as Record<string, number>[]) {
      expect(busy.filter((key) => !((row[key] ?? 0) > 0))).toEqual([]);
      expect(Number(row['kills']) + Number(row['freezes'])).toBeGreaterThan(0);
    }
  },
  LIMIT_MS + 20_000,
);
