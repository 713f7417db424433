import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRedisStore } from '@belfry/store';
import { startRedis, waitFor } from '@belfry/testkit';
import { expect, test } from 'vitest';
import { tell } from './runner-lab.ts';

const MAIN = fileURLToPath(new URL('killed-consumer-lab.ts', import.meta.url));

test('a process that is killed between handling and committing leaves its batch to the next, which gets the same keys', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'belfry-consumer-'));
  const file = join(directory, 'handled');
  writeFileSync(file, '');
  await using redis = await startRedis();
  const store = await openRedisStore({ url: redis.url, partitions: 16 });
  await using _ = {
    async [Symbol.asyncDispose]() {
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
  for (let n = 1; n <= 25; n++) await tell(store, 'notes/one', n);

  const lines = (): string[][] =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
  const ends: (string | null)[] = [];
  for (let i = 1; i <= 3; i++) {
    const child = fork(MAIN, [redis.url, `process-${i}`, file], { stdio: 'inherit' });
    const exit = once(child, 'exit');
    await using _killed = {
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL');
        await exit;
      },
    };
    if (i < 3) {
      const [, signal] = (await exit) as [number | null, string | null];
      ends.push(signal);
    } else {
      await waitFor(() => lines().at(-1)?.[0] === '25', { timeoutMs: 15_000 });
      await waitFor(async () => (await store.actors.peek('notes/one'))?.inboxLength === 0);
    }
  }
  expect(ends).toEqual(['SIGKILL', 'SIGKILL']);

  const ten = Array.from({ length: 10 }, (_, i) => String(i + 1));
  const rest = Array.from({ length: 15 }, (_, i) => String(i + 11));
  expect(lines().map(([n]) => n)).toEqual([...ten, ...ten, ...ten, ...rest]);
  const keys = new Map<string, Set<string>>();
  for (const [n = '', key = ''] of lines())
    keys.set(n, (keys.get(n) ?? new Set<string>()).add(key));
  expect([...keys.values()].map((each) => each.size)).toEqual(Array.from({ length: 25 }, () => 1));
  expect(new Set([...keys.values()].flatMap((each) => [...each])).size).toBe(25);
}, 60_000);
