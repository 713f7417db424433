import { expect, it } from 'vitest';
import { Strangers } from './strangers.ts';

/** How many of `count` names that nobody has heard of are let in at `now`. */
function admitted(strangers: Strangers, count: number, now: number): number {
  const names = Array.from({ length: count }, (_, n) => `${now}/${n}`);
  return names.filter((name) => strangers.admit(name, now)).length;
}

it('lets in whoever was there, and of others only some in a second', () => {
  const strangers = new Strangers();
  expect(strangers.admit('ann', 0)).toBe(true);
  expect(admitted(strangers, 10_000, 1_000)).toBe(2_000);
  expect(strangers.admit('bob', 1_000)).toBe(false);
  for (let at = 1_000; at < 600_000; at += 30_000) expect(strangers.admit('ann', at)).toBe(true);
  expect(strangers.admit('bob', 600_000)).toBe(true);
});

it('forgets who has not been there for two minutes, so that nobody can fill it', () => {
  const strangers = new Strangers();
  let most = 0;
  for (let at = 0; at < 600_000; at += 1_000) {
    admitted(strangers, 2_100, at);
    most = Math.max(most, strangers.size);
  }
  expect(most).toBeLessThanOrEqual(2_000 * 121);
  expect(strangers.admit('late', 10_000_000)).toBe(true);
  expect(strangers.size).toBe(1);
});
