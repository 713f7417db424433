import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { countLine } from './count-reporter.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const reporter = join(root, 'scripts/count-reporter.ts');

/** Runs vitest with the reporter over some test files; returns its last line and exit code. */
function run(files: Record<string, string>): { last: string | undefined; status: number | null } {
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
  // Inside the checkout, so that `vitest` resolves.
  using folder = mkdtempDisposableSync(join(root, 'node_modules/.cache/count-reporter-'));
  const config = `
    import { CountReporter } from ${JSON.stringify(reporter)};
    export default { test: {
      include: ['*.test.ts'], exclude: [], reporters: ['default', new CountReporter()],
    } };`;
  writeFileSync(join(folder.path, 'vitest.config.ts'), config);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(
      join(folder.path, name),
      `import { describe, expect, test } from 'vitest';\n${text}`,
    );
  }
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--root', folder.path], {
    cwd: folder.path,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { last: stdout.trimEnd().split('\n').at(-1), status };
}

test('skipped tests are named only when there are some', () => {
  expect(countLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(countLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

describe('the last line of a run', () => {
  test('counts passed and skipped tests', () => {
    const text = `test('a', () => {}); test('b', () => {}); test.skip('c', () => {});`;
    expect(run({ 'a.test.ts': text })).toEqual({
      last: '2 passed, 0 failed, 1 skipped',
      status: 0,
    });
  });

  test('counts a failed test and a file that does not load', () => {
    const found = run({
      'a.test.ts': `test('a', () => {}); test('b', () => { expect(1).toBe(2); });`,
      'b.test.ts': `throw new Error('does not load');`,
    });
    expect(found).toEqual({ last: '1 passed, 2 failed', status: 1 });
  });

  test('counts an error outside of any test', () => {
    const text = `test('a', async () => {
      void Promise.reject(new Error('nobody waits for this'));
      await new Promise((resolve) => setTimeout(resolve, 50));
    });`;
    expect(run({ 'a.test.ts': text })).toEqual({ last: '1 passed, 1 failed', status: 1 });
  });

  test('is a failure when no test ran', () => {
    expect(run({})).toEqual({ last: '0 passed, 1 failed', status: 1 });
    expect(run({ 'a.test.ts': `test.skip('a', () => {});` })).toEqual({
      last: '0 passed, 1 failed, 1 skipped',
      status: 1,
    });
  });
});
