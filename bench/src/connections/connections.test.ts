import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const LIMIT_MS = 120_000;

it(
  'a few hundred connections to two Beacons on one port all get what is for all, and each its own',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'belfry-connections-test-'));
    const file = join(dir, 'report.json');
    const args = ['--conditions=@belfry/source', MAIN, '--count', '300', '--json', file];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const late = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      if (code !== 0) throw new Error(`it ended with ${code}:\n${output}`);
      const report = JSON.parse(await readFile(file, 'utf8')) as {
        connections: Record<string, number>[];
      };
      expect(report.connections[0]).toMatchObject({ connections: 300, beacons: 2 });
      expect(report.connections[0]?.['last_broadcast_max_ms']).toBeGreaterThanOrEqual(0);
    } finally {
      clearTimeout(late);
      await rm(dir, { recursive: true, force: true });
    }
  },
  LIMIT_MS + 20_000,
);
