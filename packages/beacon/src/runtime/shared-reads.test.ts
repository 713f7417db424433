import type { HistoryQuery, HistoryReply } from '@belfry/store';
import { expect, it } from 'vitest';
import { SharedReads } from './shared-reads.ts';

/** A store whose readings end when the test says so, and tell which they were. */
function rig() {
  const readings: { what: string; end: PromiseWithResolvers<HistoryReply> }[] = [];
  const reads = new SharedReads({
    history(channel, { since }) {
      const end = Promise.withResolvers<HistoryReply>();
      readings.push({ what: `${channel} ${since}`, end });
      return end.promise;
    },
  });
  const ask = async (channel: string, since: number): Promise<number> => {
    const query: HistoryQuery = { limit: 10, since, metaTtlMs: 1 };
    return (await reads.history(channel, query)).offset;
  };
  return {
    ask,
    asked: () => readings.map(({ what }) => what),
    answer: async (at: number) => {
      readings[at]?.end.resolve({ offset: at, epoch: 'e', publications: [] } as never);
      await new Promise(setImmediate);
    },
    fail: async (at: number) => {
      readings[at]?.end.reject(new Error('away'));
      await new Promise(setImmediate);
    },
  };
}

it('one reading does for all who asked before it began, and none for who asked later', async () => {
  const { ask, asked, answer } = rig();
  const first = ask('a', 5);
  const during = [ask('a', 5), ask('a', 5), ask('a', 5)];
  expect(asked()).toEqual(['a 5']);
  await answer(0);
  expect(await first).toBe(0);
  expect(asked()).toEqual(['a 5', 'a 5']);
  const last = ask('a', 5);
  await answer(1);
  expect(await Promise.all(during)).toEqual([1, 1, 1]);
  await answer(2);
  expect(await last).toBe(2);
  expect(asked()).toHaveLength(3);
});

it('other channels and other positions are read at once', async () => {
  const { ask, asked, answer } = rig();
  const all = [ask('a', 5), ask('b', 5), ask('a', 6)];
  expect(asked()).toEqual(['a 5', 'b 5', 'a 6']);
  await Promise.all([answer(0), answer(1), answer(2)]);
  expect(await Promise.all(all)).toEqual([0, 1, 2]);
});

it('a reading that fails is tried again for those who came during it', async () => {
  const { ask, asked, answer, fail } = rig();
  const first = ask('a', 5);
  const second = ask('a', 5);
  first.catch(() => undefined);
  await fail(0);
  await expect(first).rejects.toThrow('away');
  await answer(1);
  expect(await second).toBe(1);
  expect(asked()).toHaveLength(2);
});
