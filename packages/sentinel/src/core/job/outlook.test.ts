import { expect, test } from 'vitest';
import { jobTurn } from '../../testing/job-turn.ts';
import { lookOver, msLeft, rateOf } from './outlook.ts';

test('what waits at a node is taken for begun where a slot is free for it', () => {
  const turn = jobTurn({
    nodes: { n: { slots: 2 } },
    attempts: {
      a: { node: 'n', from: 0, at: 100 },
      b: { node: 'n', from: 1, run: 0 },
      c: { node: 'n', from: 2, run: 0 },
    },
    now: 5_000,
  });
  const outlook = lookOver(turn);
  expect(outlook.holdings.get('n')?.attempts.map(({ run }) => run)).toEqual([100, 5_000, 0]);
  expect(outlook.live).toBe(3);
});

test('the rate of all slots is that of the measured ones, by how many slots they have', () => {
  const nodes = { a: { slots: 3, rate: 2 }, b: { slots: 1, rate: 6 }, new: { slots: 4 } };
  const outlook = lookOver(jobTurn({ nodes }));
  expect(outlook).toMatchObject({ meanRate: 3, totalRate: 24 });
  // A node that has no slots of this job any more has no part in it.
  const left = lookOver(jobTurn({ nodes: { ...nodes, b: { slots: 0, rate: 6 } } }));
  expect(left.totalRate).toBe(3 * 7);
});

test('a node that is new to the job is guessed by how fast it is elsewhere', () => {
  const nodes = { a: { rate: 4, speed: 2 }, new: { speed: 3 }, unknown: {} };
  const outlook = lookOver(jobTurn({ nodes }));
  const rate = (node: string): number =>
    rateOf(outlook.holdings.get(node)?.known ?? expect.unreachable(), outlook);
  expect([rate('a'), rate('new'), rate('unknown')]).toEqual([4, 6, 0]);
});

test('what takes longer than it should may take as long again', () => {
  const attempts = { a: { node: 'n', from: 0, at: 1_000 } };
  const leftAt = (now: number): number => {
    const turn = jobTurn({ attempts, chunks: { 0: { blocks: 64 } }, now });
    return msLeft(turn, { node: 'n', from: 0, at: 0, run: 1_000 }, { rate: 0.064, extra: 200 });
  };
  // 64 iterations take 1,000 ms, and 200 ms are for the way.
  expect([1_000, 1_600, 2_000, 2_300, 7_200].map(leftAt)).toEqual([1_200, 600, 200, 300, 5_000]);
});

test('what has not begun takes all of its time, whenever it was given', () => {
  const turn = jobTurn({ chunks: { 0: { blocks: 4 } }, now: 9_000 });
  const attempt = { node: 'n', from: 0, at: 0, run: 0 };
  expect(msLeft(turn, attempt, { rate: 0.004, extra: 0 })).toBe(1_000);
  expect(msLeft(turn, attempt, { rate: 0, extra: 0 })).toBe(Infinity);
});
