import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const LIMIT_MS = 180_000;
const SMALL = ['--minutes', '0.1', '--clients', '60', '--channels', '12', '--sdk', '8'];

it(
  'a small storm kills Beacons, and every client has everything or is told',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'belfry-storm-test-'));
    const file = join(dir, 'report.json');
    const args = [...SMALL, '--rate', '240', '--beacons', '2', '--json', file];
    const child = spawn(process.execPath, ['--conditions=@belfry/source', MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const late = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`it ended with ${code}:\n${output}`);
      const report = JSON.parse(await readFile(file, 'utf8')) as {
        recover: Record<string, number>[];
        short_history: Record<string, number>[];
      };
      const [recover = {}] = report.recover;
      const [short = {}] = report.short_history;
      expect(recover).toMatchObject({ gaps: 0, duplicates: 0, loss_flags: 0, lost_and_told: 0 });
      expect(recover['delivered']).toBe((recover['published'] ?? 0) * 5);
      expect(recover['returns']).toBeGreaterThan(30);
      expect(recover['recovered']).toBe(recover['returns']);
      expect(short).toMatchObject({ gaps: 0, duplicates: 0 });
      expect(short['lost_and_told']).toBeGreaterThan(0);
    } finally {
      clearTimeout(late);
      await rm(dir, { recursive: true, force: true });
    }
  },
  LIMIT_MS + 20_000,
);
