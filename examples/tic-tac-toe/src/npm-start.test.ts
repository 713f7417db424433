/**
 * What the README promises of `npm start`: two windows play by the real clock, and a server that is killed in the middle of a game goes
 * on with it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { openBrowser } from './browser-lab.ts';
import { DEFAULT_TIMES } from './room-state.ts';
import { TablePage } from './table-page.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

interface Started extends AsyncDisposable {
  readonly url: string;
  kill(): Promise<void>;
}

// Most of their time they wait, so they do it together.
vi.setConfig({ testTimeout: 120_000 });

/** Runs the repository's `npm start -- ARGS` as npm does, less npm itself; resolves when it says where it runs. */
async function npmStart(...args: string[]): Promise<Started> {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(BELFRY_|PORT$|NODE_ENV$|NODE_OPTIONS$|VITEST)/.test(name),
  );
  const path = [join(ROOT, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  // The script ends in `exec`: the shell becomes the server.
  const child = spawn('sh', ['-c', `${scripts.start} "$@"`, 'npm-start', ...args], {
    cwd: ROOT,
    env: { ...Object.fromEntries(inherited), PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  let url: string | undefined;
  for await (const line of createInterface(child.stdout)) {
    [, url] = /^Belfry is running: (http:\/\/\S+)/.exec(line) ?? [];
    if (url !== undefined) break;
  }
  child.stdout.resume();
  if (url !== undefined) return { url, kill, [Symbol.asyncDispose]: kill };
  await kill();
  throw new Error(`it ended before it ran:\n${log}`);
}

async function newDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'belfry-npm-start-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test.concurrent('two windows play to a win on what npm start starts, though it is killed in the middle of the game', async () => {
  await using dir = await newDirectory();
  await using first = await npmStart('--port', '0', '--data-dir', dir.path);
  await using browser = await openBrowser(first.url);
  const ann = new TablePage(await browser.open(first.url));
  const room = await ann.create('Ann');
  const bea = new TablePage(await browser.open(room));
  await bea.enter('Bea');
  await ann.press('Start the game');
  await ann.mark(4);
  await bea.mark(0);
  await ann.headline('Your turn');
  expect(browser.complaints).toEqual([]);

  await first.kill();
  for (const each of [ann, bea]) await each.says('Connection lost.');
  await using second = await npmStart('--port', new URL(first.url).port, '--data-dir', dir.path);
  expect(second.url).toBe(first.url);

  // Nobody reloads a page.
  await ann.mark(2);
  await bea.mark(1);
  await ann.mark(6);
  await ann.headline('You win');
  await bea.headline('Ann wins');
  const shown = await ann.shown();
  expect(shown.board).toBe('oox.x.x..');
  expect(await bea.shown()).toEqual(shown);
  // A browser logs what it could not reach.
  expect(browser.complaints.filter((text) => !/^console: .*\bERR_/.test(text))).toEqual([]);
});

test.concurrent('whoever lets the 30 seconds of a turn run out loses, and both windows count them down by the server’s clock', async () => {
  await using dir = await newDirectory();
  await using server = await npmStart('--port', '0', '--data-dir', dir.path);
  await using browser = await openBrowser(server.url);
  const ann = new TablePage(await browser.open(server.url));
  const room = await ann.create('Ann');
  const bea = new TablePage(await browser.open(room));
  await bea.enter('Bea');
  await ann.press('Start the game');
  await ann.headline('Your turn');
  const before = Date.now();
  await ann.mark(0);
  await bea.headline('Your turn');
  for (const each of [ann, bea]) expect(await each.secondsLeft()).toBeGreaterThan(10);

  // Bea only looks on. The last 10 seconds are shown, and said, as such.
  for (const each of [ann, bea]) {
    await each.page.locator('.turn-clock.is-short').waitFor({ timeout: 40_000 });
    expect(await each.secondsLeft()).toBeLessThanOrEqual(10);
  }
  expect(await bea.page.getByRole('status').allTextContents()).toContain('10 seconds left');
  await bea.headline('Ann wins');
  expect(Date.now() - before).toBeGreaterThanOrEqual(DEFAULT_TIMES.turnMs);
  await bea.says('You ran out of time.');
  await ann.headline('You win');
  await ann.says('Bea ran out of time.');
  expect((await ann.shown()).board).toBe('x........');
  expect(browser.complaints).toEqual([]);
});
