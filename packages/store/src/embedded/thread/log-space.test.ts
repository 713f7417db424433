import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LogSpace } from './log-space.ts';

const MIB = 1024 * 1024;

function temporary(cleanup: DisposableStack): string {
  const dir = mkdtempSync(join(tmpdir(), 'belfry-log-'));
  cleanup.defer(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'log');
}

test('the log gets its length, first a part and then the rest, and nothing in it changes', async () => {
  using cleanup = new DisposableStack();
  const file = temporary(cleanup);
  writeFileSync(file, 'first');
  const space = new LogSpace(file, 6 * MIB);
  cleanup.defer(() => space.close());
  expect(statSync(file).size).toBe(5 + 4 * MIB);
  appendFileSync(file, 'second');
  await expect.poll(() => statSync(file).size, { timeout: 10_000 }).toBe(6 * MIB);
  const log = readFileSync(file);
  expect(log.indexOf('first')).toBe(0);
  expect(log.indexOf('second')).toBe(5 + 4 * MIB);
  expect(log.filter((byte) => byte !== 0)).toHaveLength('firstsecond'.length);
});

test('a log that is longer already is left as it is', () => {
  using cleanup = new DisposableStack();
  const file = temporary(cleanup);
  writeFileSync(file, Buffer.alloc(2 * MIB, 1));
  const space = new LogSpace(file, MIB);
  cleanup.defer(() => space.close());
  expect(statSync(file).size).toBe(2 * MIB);
});

test('without a log there is nothing to do, and nothing fails', () => {
  using cleanup = new DisposableStack();
  const file = temporary(cleanup);
  const space = new LogSpace(file, MIB);
  space.close();
  expect(() => statSync(file)).toThrow('ENOENT');
});
