import { expect, test } from 'vitest';
import { StoreClock } from './store-clock.ts';

test('it settles on what quick replies say, and slow ones do not move it', () => {
  let local = 0;
  const clock = new StoreClock(() => local);
  const reply = (store: number, tookMs: number): void => {
    local += tookMs;
    clock.heard(store, local - tookMs);
  };
  reply(1_000_050, 100);
  expect(Math.abs(clock.now() - 1_000_100)).toBeLessThanOrEqual(51);
  reply(1_000_101, 2);
  expect(Math.abs(clock.now() - 1_000_102)).toBeLessThanOrEqual(2);
  const offset = clock.now() - local;
  reply(1_000_500, 600);
  expect(clock.now() - local).toBe(offset);
});

test('it follows a step of the store’s clock at once', () => {
  let local = 0;
  const clock = new StoreClock(() => local);
  clock.heard(1_000, 0);
  local = 10;
  clock.heard(60_000, 9);
  expect(clock.now()).toBeGreaterThanOrEqual(60_000);
  local = 20;
  clock.heard(5_000, 19);
  expect(clock.now()).toBeLessThanOrEqual(5_002);
});
