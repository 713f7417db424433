import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ActorKey } from '@belfry/protocol';
import { openRedisStore } from '@belfry/store';
import { startRedis, waitFor } from '@belfry/testkit';
import { expect, test } from 'vitest';
import { historyOf, tell } from './runner-lab.ts';

const MAIN = fileURLToPath(new URL('frozen-process-lab.ts', import.meta.url));

interface RunnerProcess extends AsyncDisposable {
  readonly child: ChildProcess;
}

async function startProcess(url: string, id: string): Promise<RunnerProcess> {
  const child = fork(MAIN, [url, id], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exit = once(child, 'exit');
  await Promise.race([once(child, 'message'), exit]);
  return {
    child,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}

interface Beat {
  readonly n: number;
  readonly sum: number;
}

test('processes that are frozen and killed lose no message, and no tick comes twice', async () => {
  await using redis = await startRedis();
  await using first = await startProcess(redis.url, 'first');
  await using second = await startProcess(redis.url, 'second');
  const store = await openRedisStore({ url: redis.url, partitions: 16 });
  await using _closed = { [Symbol.asyncDispose]: () => store.close() };
  const actors = Array.from({ length: 12 }, (_, i): ActorKey => `metronome/${i}`);
  let sum = 0;
  const add = async (): Promise<void> => {
    sum++;
    await Promise.all(actors.map((actor) => tell(store, actor, 1)));
  };
  const beatsOf = async (actor: ActorKey): Promise<Beat[]> =>
    (await historyOf(store, `server:${actor}`)) as Beat[];
  /** Every actor ticks, with every message so far in its sum. */
  const allBeat = () =>
    waitFor(
      async () => {
        const beats = await Promise.all(actors.map(async (actor) => (await beatsOf(actor)).at(-1)));
        return beats.every((beat) => beat?.sum === sum);
      },
      { timeoutMs: 15_000, everyMs: 50 },
    );

  await add();
  await allBeat();
  first.child.kill('SIGSTOP');
  await add();
  await allBeat();
  first.child.kill('SIGCONT');
  await add();
  await allBeat();
  second.child.kill('SIGKILL');
  await add();
  await allBeat();

  for (const actor of actors) {
    const beats = await beatsOf(actor);
    beats.reduce((before, beat) => {
      expect(beat.n, `${actor} after ${before.n}`).toBeGreaterThan(before.n);
      expect(beat.sum).toBeGreaterThanOrEqual(before.sum);
      return beat;
    });
  }
});
