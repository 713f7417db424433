import { expect, test } from 'vitest';
import { addEstimate, type Estimate } from './convergence.ts';
import { fightTime, ticksOf, tickText, timeTicks } from './ticks.ts';

test('an axis has marks at round values, about as many as there is room for', () => {
  expect(ticksOf(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(ticksOf(9_871, 10_122, 4)).toEqual([9_900, 10_000, 10_100]);
  expect(ticksOf(0, 0.037, 3)).toEqual([0, 0.02]);
  expect(ticksOf(0.1, 0.3, 2)).toEqual([0.1, 0.2, 0.3]);
  expect(ticksOf(5, 5, 4)).toEqual([5]);
  expect(ticksOf(Number.NaN, 1, 4)).toEqual([]);
  for (let i = 1; i < 200; i++) {
    expect(ticksOf(i * 0.37, i * 7.1, 6).length).toBeLessThanOrEqual(7);
  }
});

test('marks are short', () => {
  expect([0.25, 820, 9_500, 12_500, 1_250_000].map(tickText)).toEqual([
    '0.25',
    '820',
    '9,500',
    '12.5k',
    '1.25M',
  ]);
  expect([0, 61, 300].map(fightTime)).toEqual(['0:00', '1:01', '5:00']);
  expect(timeTicks(300, 5)).toEqual([0, 60, 120, 180, 240, 300]);
  expect(timeTicks(40, 4)).toEqual([0, 10, 20, 30, 40]);
});

test('estimates follow each other, thin out, and begin anew with another job', () => {
  const estimate = (iterations: number): Estimate => ({ iterations, mean: 1, error: 1 });
  let known: readonly Estimate[] = [];
  for (let i = 1; i <= 1_000; i++) known = addEstimate(known, estimate(i));
  expect(known.length).toBeLessThanOrEqual(241);
  expect(known.at(-1)?.iterations).toBe(1_000);
  expect(addEstimate(known, estimate(1_000))).toBe(known);
  expect(addEstimate(known, estimate(5))).toEqual([estimate(5)]);
});
