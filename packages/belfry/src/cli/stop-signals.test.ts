import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  COUNTER,
  spawnBelfry,
  spawnThroughNpm,
  temporaryDirectory,
} from '../testing/belfry-process.ts';
import { SAME_PRESS_MS, stopWishes } from './stop-signals.ts';

test('a second signal stops at once unless it comes with the first', () => {
  const wish = stopWishes();
  expect([100, 101, 100 + SAME_PRESS_MS - 1].map(wish)).toEqual(['stop', 'same', 'same']);
  expect(wish(100 + SAME_PRESS_MS)).toBe('now');
});

const START = ['start', '--port', '0', '--actors', COUNTER];

test('a Ctrl-C that comes twice is one: the server stops with care', async () => {
  using directory = temporaryDirectory();
  await using server = spawnBelfry(START, { cwd: directory.path });
  await server.url();
  server.signal('SIGINT');
  server.signal('SIGINT');
  const { code, stderr } = await server.ended;
  expect(stderr).toContain('"msg":"stopped"');
  expect(code).toBe(0);
});

// Windows has no process groups to signal.
test.skipIf(process.platform === 'win32')(
  'Ctrl-C on `npm start` stops the server with care and leaves nothing behind',
  async () => {
    using directory = temporaryDirectory();
    await using server = spawnThroughNpm(START, { cwd: directory.path });
    await server.url();
    const files = ['belfry.pid', 'server.json'].map((name) =>
      join(directory.path, '.belfry', name),
    );
    expect(files.map((file) => existsSync(file))).toEqual([true, true]);
    // As a terminal does it: npm, its shell and the server, all of them.
    server.signal('SIGINT');
    const { code, stdout, stderr } = await server.ended;
    expect(stdout + stderr).toContain('"msg":"stopped"');
    expect(files.map((file) => existsSync(file))).toEqual([false, false]);
    expect(code).toBe(0);
  },
  60_000,
);
