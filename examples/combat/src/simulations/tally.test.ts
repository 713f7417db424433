import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gainOver, isWorse, mergeTallies, type Score, type Tally } from './tally.ts';

const EMPTY: Tally = { scores: [] };

/** The tally of single values. */
function tallyOf(values: readonly (readonly [number, number])[]): Tally {
  return values
    .map(([index, value]): Tally => ({ scores: [[index, 1, value, 0]] }))
    .reduce(mergeTallies, EMPTY);
}

describe('tallies', () => {
  const values = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.integer({ min: 0, max: 1_000 })));

  test('have everybody once, in order, with mean and spread of all that was added', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const { scores } = mergeTallies(tallyOf(a), tallyOf(b));
        const all = [...a, ...b];
        const present = [...new Set(all.map(([index]) => index))].sort((x, y) => x - y);
        expect(scores.map(([index]) => index)).toEqual(present);
        for (const [index, count, mean, m2] of scores) {
          const own = all.filter(([each]) => each === index).map(([, value]) => value);
          const exact = own.reduce((sum, value) => sum + value, 0) / own.length;
          expect(count).toBe(own.length);
          expect(mean).toBeCloseTo(exact, 6);
          expect(m2).toBeCloseTo(
            own.reduce((sum, value) => sum + (value - exact) ** 2, 0),
            3,
          );
        }
      }),
    );
  });

  test('of nobody change nothing', () => {
    const some = tallyOf([[3, 5]]);
    expect(mergeTallies(EMPTY, some)).toEqual(some);
    expect(mergeTallies(some, EMPTY)).toEqual(some);
  });
});

test('worse is who is below with the whole interval, and nobody is by a single fight', () => {
  const score = (mean: number, error: number): Score => [0, 101, mean, error * error * 101 * 100];
  expect(gainOver(score(110, 3), score(100, 4))).toEqual({ gain: 10, error: 5 });
  expect(isWorse(score(100, 1), score(107, 1))).toBe(true);
  expect(isWorse(score(100, 1), score(105, 1))).toBe(false);
  expect(isWorse(score(107, 1), score(100, 1))).toBe(false);
  expect(isWorse([0, 1, 1, 0], score(1e9, 1))).toBe(false);
});
