import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const LIMIT_MS = 240_000;

/** Runs torture as `npm run torture` does; resolves with all that it wrote, and its report. */
async function torture(...args: string[]) {
  const dir = await mkdtemp(join(tmpdir(), 'belfry-torture-test-'));
  const file = join(dir, 'report.json');
  const child = spawn(
    process.execPath,
    ['--conditions=@belfry/source', MAIN, ...args, '--json', file],
    { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const late = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    const report = code === null ? '{}' : await readFile(file, 'utf8').catch(() => '{}');
    return { code, output, report: JSON.parse(report) as { counts?: unknown } };
  } finally {
    clearTimeout(late);
    await rm(dir, { recursive: true, force: true });
  }
}

it(
  'a few seconds of torture on both stores do their work and find nothing',
  async () => {
    const { code, output, report } = await torture(
      '--minutes',
      '0.1',
      '--games',
      '4',
      '--seed',
      '1',
    );
    // Whoever looks at a failure needs all of it.
    if (code !== 0) throw new Error(`it ended with ${code}:\n${output}`);
    const counts = ['redis', 'embedded'].map((store) =>
      expect.objectContaining({ store, rooms: 4, violations: 0 }),
    );
    expect(report.counts).toEqual(counts);
    const busy = ['moves_accepted', 'moves_made', 'ledger_steps', 'ticks'];
    for (const row of report.counts as Record<string, number>[]) {
      expect(busy.filter((key) => !((row[key] ?? 0) > 0))).toEqual([]);
      expect(Number(row['kills']) + Number(row['freezes'])).toBeGreaterThan(0);
    }
  },
  LIMIT_MS + 20_000,
);
