import { expect, test } from 'vitest';
import { planDepartures } from './departures.ts';

/** A linear congruence, so that the test is the same every time. */
function seeded(): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

test('departures are spread evenly, in random order and at random moments', () => {
  const leaving = Array.from({ length: 1_000 }, (_, i) => i);
  const plan = planDepartures(leaving, 10_000, seeded());
  expect(plan.map(({ who }) => who).toSorted((a, b) => a - b)).toEqual(leaving);
  expect(plan.map(({ who }) => who)).not.toEqual(leaving);
  const perSecond = Array.from({ length: 10 }, () => 0);
  for (const { atMs } of plan) {
    const second = Math.floor(atMs / 1_000);
    perSecond[second] = (perSecond[second] ?? 0) + 1;
  }
  expect(perSecond).toEqual(perSecond.map(() => 100));
  const gaps = plan.slice(1).map(({ atMs }, i) => atMs - (plan[i]?.atMs ?? 0));
  expect(gaps.every((gap) => gap >= 0)).toBe(true);
  expect(new Set(gaps.map(Math.round)).size).toBeGreaterThan(5);
});

test('nobody leaves when nobody is there, and all at once when there is no time', () => {
  expect(planDepartures([], 1_000, seeded())).toEqual([]);
  expect(planDepartures(['a', 'b'], 0, seeded()).map(({ atMs }) => atMs)).toEqual([0, 0]);
});
