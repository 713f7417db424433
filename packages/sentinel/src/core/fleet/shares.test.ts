import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareOut, type ShareJob } from './shares.ts';

const job = (user: string, wanted: number, more: Partial<ShareJob> = {}): ShareJob => ({
  user,
  priority: 0,
  wanted,
  kinds: new Map([[1, 1_000_000]]),
  has: new Map(),
  ...more,
});

const totals = (jobs: readonly ShareJob[], slots: number, userSlots = Infinity): number[] =>
  shareOut(jobs, new Map([[1, slots]]), userSlots).map((share) => share.get(1) ?? 0);

test('users share evenly, then the jobs of each', () => {
  expect(totals([job('ann', 100), job('bob', 100), job('bob', 100)], 60)).toEqual([30, 15, 15]);
});

test('what one does not want goes to the others', () => {
  expect(totals([job('ann', 5), job('bob', 100), job('cy', 100)], 65)).toEqual([5, 30, 30]);
});

test('higher priorities come first', () => {
  expect(totals([job('ann', 100), job('bob', 30, { priority: 1 })], 50)).toEqual([20, 30]);
});

test('a user has a limit over all jobs and priorities', () => {
  const jobs = [job('ann', 50), job('ann', 50, { priority: 2 }), job('bob', 5)];
  expect(totals(jobs, 100, 60)).toEqual([10, 50, 5]);
});

test('what few may use is taken first, so that the rest is left to others', () => {
  const own = job('ann', 10, {
    kinds: new Map([
      [2, 10],
      [1, 10],
    ]),
  });
  const shares = shareOut(
    [own, job('bob', 10)],
    new Map([
      [1, 10],
      [2, 10],
    ]),
    Infinity,
  );
  expect(shares.map((share) => [share.get(1) ?? 0, share.get(2) ?? 0])).toEqual([
    [0, 10],
    [10, 0],
  ]);
});

test('who has more keeps the odd one', () => {
  const jobs = (a: number, b: number) => [
    job('ann', 9, { has: new Map([[1, a]]) }),
    job('bob', 9, { has: new Map([[1, b]]) }),
  ];
  expect(totals(jobs(2, 3), 5)).toEqual([2, 3]);
  expect(totals(jobs(3, 2), 5)).toEqual([3, 2]);
});

const kinds = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1 });
const anyJob = fc
  .record({
    user: fc.constantFrom('ann', 'bob', 'cy'),
    priority: fc.integer({ min: -1, max: 1 }),
    wanted: fc.integer({ min: 0, max: 80 }),
    kinds,
  })
  .map(({ kinds, ...rest }): ShareJob => ({
    ...rest,
    kinds: new Map(kinds.map((kind) => [kind, 1_000])),
    has: new Map(),
  }));

test('property: nobody gets more than there is, wants or may have, and nothing is left that somebody could use', () => {
  const capacity = fc.dictionary(
    fc.constantFrom('1', '2', '3', '4'),
    fc.integer({ max: 60, min: 0 }),
  );
  fc.assert(
    fc.property(
      fc.array(anyJob, { maxLength: 12 }),
      capacity,
      fc.integer({ min: 1, max: 50 }),
      (jobs, slots, userSlots) => {
        const left = new Map(Object.entries(slots).map(([kind, count]) => [Number(kind), count]));
        const shares = shareOut(jobs, left, userSlots);
        const users = new Map<string, number>();
        const open = jobs.map((one, i) => {
          let got = 0;
          for (const [kind, count] of shares[i]!) {
            expect(one.kinds.has(kind)).toBe(true);
            left.set(kind, left.get(kind)! - count);
            got += count;
          }
          users.set(one.user, (users.get(one.user) ?? 0) + got);
          expect(got).toBeLessThanOrEqual(one.wanted);
          return got < one.wanted;
        });
        for (const count of left.values()) expect(count).toBeGreaterThanOrEqual(0);
        for (const count of users.values()) expect(count).toBeLessThanOrEqual(userSlots);
        for (const [i, one] of jobs.entries()) {
          if (!open[i] || users.get(one.user)! >= userSlots) continue;
          for (const kind of one.kinds.keys()) expect(left.get(kind) ?? 0).toBe(0);
        }
      },
    ),
  );
});

test('property: between users with nothing but their wishes the least is as large as it can be', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 0, max: 5_000 }),
      (wishes, slots) => {
        const got = totals(
          wishes.map((wanted, i) => job(`u${i}`, wanted)),
          slots,
        );
        const level = Math.max(...got);
        // Who has less than another (but for the odd one) has all that it wants.
        for (const [i, count] of got.entries())
          if (count < level - 1) expect(count).toBe(wishes[i]);
      },
    ),
  );
});
