import { expect, it } from 'vitest';
import { DeadWatch } from './dead-watch.ts';

const attempt = { attempt: 'a1', node: 'n-1' };

it('a job that waits for a dead node for too long is told of, once', () => {
  const watch = new DeadWatch({ limitMs: 1_000 });
  watch.fellSilent('n-1', 100);
  watch.fellSilent('n-1', 900);
  expect(watch.seen('j', [attempt], 1_100)).toEqual([]);
  expect(watch.seen('j', [attempt], 1_101)).toEqual([
    'job j: waited 1001 ms for n-1, which is dead; 1000 ms are allowed',
  ]);
  expect(watch.seen('j', [attempt], 2_000)).toEqual([]);
  expect(watch.longestMs).toBe(1_001);
});

it('nodes that live, and those that came back, may be waited for', () => {
  const watch = new DeadWatch({ limitMs: 1_000 });
  watch.fellSilent('n-1', 0);
  watch.spoke('n-1');
  expect(watch.seen('j', [attempt, { attempt: 'a2', node: 'n-2' }], 5_000)).toEqual([]);
});

it('the time in which no Sentinel was there does not count', () => {
  const watch = new DeadWatch({ limitMs: 1_000 });
  watch.attended(false, 50);
  watch.fellSilent('n-1', 100);
  watch.attended(false, 150);
  watch.attended(true, 300);
  watch.attended(true, 350);
  watch.attended(false, 1_000);
  expect(watch.seen('j', [attempt], 5_000)).toEqual([]);
  expect(watch.longestMs).toBe(700);
  watch.attended(true, 5_000);
  expect(watch.seen('j', [attempt], 5_301)).toHaveLength(1);
});
