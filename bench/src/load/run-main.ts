/** For tests: runs the main file of a benchmark as its npm script does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface MainRun {
  /** `null`: it took longer than `limitMs` and was told to stop. */
  readonly code: number | null;
  /** All that it wrote. */
  readonly output: string;
  /** Its JSON file; empty where it wrote none. */
  readonly report: Readonly<Record<string, unknown>>;
}

export async function runMain(
  main: URL,
  args: readonly string[],
  limitMs: number,
): Promise<MainRun> {
  const dir = await mkdtemp(join(tmpdir(), 'belfry-bench-test-'));
  const file = join(dir, 'report.json');
  const child = spawn(
    process.execPath,
    ['--conditions=@belfry/source', fileURLToPath(main), ...args, '--json', file],
    { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const late = setTimeout(() => child.kill('SIGTERM'), limitMs);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    const text = code === null ? '{}' : await readFile(file, 'utf8').catch(() => '{}');
    return { code, output, report: JSON.parse(text) as MainRun['report'] };
  } finally {
    clearTimeout(late);
    await rm(dir, { recursive: true, force: true });
  }
}
