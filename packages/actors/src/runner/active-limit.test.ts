import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ActiveLimit } from './active-limit.ts';

const LEAST = 64;
const MOST = 1_024;
const QUICK_MS = 2;

function limit(): ActiveLimit {
  return new ActiveLimit({ least: LEAST, most: MOST });
}

/** One answer every 5 ms for a while, each after `tookMs(i)`; gives the time afterwards. */
function answers(
  of: ActiveLimit,
  { from, forMs, tookMs }: { from: number; forMs: number; tookMs: (i: number) => number },
): number {
  let i = 0;
  for (let now = from; now < from + forMs; now += 5) of.answered('claim', now - tookMs(i++), now);
  return from + forMs;
}

const quickly = (): number => QUICK_MS;

test('while answers are quick the limit is the most', () => {
  const one = limit();
  answers(one, { from: 0, forMs: 5_000, tookMs: (i) => QUICK_MS + (i % 8) });
  expect(one.current).toBe(MOST);
});

test('thin turns that wait in the store bring it down to the least, and thick ones do not', () => {
  const [thin, thick] = [limit(), limit()];
  for (let i = 0; i < 2_000; i++) {
    thin.turned(1);
    thick.turned(60);
  }
  for (const one of [thin, thick]) {
    const now = answers(one, { from: 0, forMs: 1_000, tookMs: quickly });
    answers(one, { from: now, forMs: 3_000, tookMs: () => 80 });
  }
  expect(thin.current).toBe(LEAST);
  expect(thick.current).toBe(MOST);
});

test('however thick turns are, answers that take half a second bring it down', () => {
  const one = limit();
  for (let i = 0; i < 10_000; i++) one.turned(10_000);
  expect(one.allowedMs).toBe(500);
  const now = answers(one, { from: 0, forMs: 1_000, tookMs: quickly });
  answers(one, { from: now, forMs: 6_000, tookMs: () => 800 });
  expect(one.current).toBe(LEAST);
});

test('after a stall of the store it is the most again within two seconds of quick answers', () => {
  const one = limit();
  let now = answers(one, { from: 0, forMs: 1_000, tookMs: quickly });
  // What was under way is answered late, all at once, again and again.
  for (let stall = 0; stall < 5; stall++) {
    const sentAt = now;
    now += 3_000;
    for (let i = 0; i < 40; i++) one.answered(i % 2 === 0 ? 'claim' : 'commit', sentAt, now);
  }
  expect(one.current).toBeLessThan(MOST);
  answers(one, { from: now + 3_000, forMs: 2_000, tookMs: quickly });
  expect(one.current).toBe(MOST);
});

test('one slow partition does not bring it down', () => {
  const one = limit();
  const now = answers(one, { from: 0, forMs: 1_000, tookMs: quickly });
  answers(one, { from: now, forMs: 20_000, tookMs: (i) => (i % 3 === 0 ? 4_000 : QUICK_MS) });
  expect(one.current).toBe(MOST);
});

test('a commit that always waits for a disk is not taken for a queue', () => {
  const one = limit();
  for (let now = 0; now < 10_000; now += 5) {
    one.answered('claim', now - 1, now);
    one.answered('commit', now - 60, now);
  }
  expect(one.current).toBe(MOST);
});

test('a store that is loaded for minutes does not pass for a slow one', () => {
  const one = limit();
  const now = answers(one, { from: 0, forMs: 1_000, tookMs: quickly });
  answers(one, { from: now, forMs: 170_000, tookMs: () => 80 });
  expect(one.current).toBe(LEAST);
});

test('one reduction is judged by what was sent after it', () => {
  const one = limit();
  answers(one, { from: 0, forMs: 1_000, tookMs: quickly });
  // All sent before the first of them was answered.
  for (let i = 0; i < 200; i++) one.answered('commit', 1_000, 1_100 + i);
  for (let i = 0; i < 200; i++) one.answered('commit', 1_000, 1_300 + i);
  expect(one.current).toBeGreaterThanOrEqual(MOST / 2);
});

test('whatever is answered when, it stays between the least and the most, and recovers', () => {
  const answer = fc.record({
    call: fc.constantFrom('claim' as const, 'commit' as const),
    tookMs: fc.oneof(fc.nat(10), fc.nat(10_000)),
    pauseMs: fc.oneof(fc.constant(0), fc.nat(20), fc.nat(5_000)),
    messages: fc.nat(300),
  });
  fc.assert(
    fc.property(
      fc.array(answer, { maxLength: 300 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 2_000 }),
      (list, least, most) => {
        const one = new ActiveLimit({ least, most });
        let now = 0;
        for (const { call, tookMs, pauseMs, messages } of list) {
          now += pauseMs;
          one.turned(messages);
          const before = one.current;
          const reduced = one.answered(call, now - tookMs, now);
          expect(one.current).toBeGreaterThanOrEqual(Math.min(least, most));
          expect(one.current).toBeLessThanOrEqual(most);
          if (!reduced) expect(one.current).toBeGreaterThanOrEqual(before);
        }
        answers(one, { from: now + 1_000, forMs: 4_000, tookMs: () => 0 });
        expect(one.current).toBe(most);
      },
    ),
  );
});
