import { expect, test } from 'vitest';
import { Patience } from './patience.ts';

test('a call that takes far longer than others is given up on', () => {
  const patience = new Patience(250);
  for (let now = 0; now <= 1_000; now += 10) patience.answered(now - 5, now);
  expect(patience.isOver(800, 1_000)).toBe(false);
  expect(patience.isOver(700, 1_000)).toBe(true);
});

test('a store that is slow for all is waited for longer', () => {
  const patience = new Patience(250);
  for (let now = 0; now <= 2_000; now += 10) patience.answered(now - 400, now);
  expect(patience.isOver(1_000, 2_000)).toBe(false);
  for (let now = 2_000; now <= 3_000; now += 10) patience.answered(now - 400, now);
  expect(patience.isOver(1_000, 3_000)).toBe(true);
});
