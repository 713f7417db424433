import { describe, expect, test } from 'vitest';
import { createRandom, nextRandom, RANDOM_RANGE, seedRandom } from './random.ts';

function first(seed: number, iteration: number, count = 1): number[] {
  const random = createRandom();
  seedRandom(random, seed, iteration);
  return Array.from({ length: count }, () => nextRandom(random));
}

/** Pearson's statistic of values in equal bins, less what is to be expected of it, in its standard deviations. */
function excess(found: readonly number[], bins: number): number {
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of found) counts[Math.floor((value / RANDOM_RANGE) * bins)]!++;
  const expected = found.length / bins;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (statistic - (bins - 1)) / Math.sqrt(2 * (bins - 1));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const centered = (list: readonly number[]): number[] =>
    list.map((value) => value / RANDOM_RANGE - 0.5);
  const [x, y] = [centered(a), centered(b)];
  return x.reduce((sum, value, i) => sum + value * (y[i] as number), 0) * (12 / x.length);
}

const COUNT = 40_000;
const noise = 4 / Math.sqrt(COUNT);

describe('the dice', () => {
  test('throw small whole numbers, the same for the same seed and iteration', () => {
    const thrown = first(7, 3, 1000);
    expect(first(7, 3, 1000)).toEqual(thrown);
    for (const value of thrown) {
      expect(Number.isInteger(value)).toBe(true);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(RANDOM_RANGE);
    }
  });

  test('are known for some seeds', () => {
    expect(first(0, 0, 3)).toMatchInlineSnapshot(`
      [
        3177746,
        538272831,
        500013312,
      ]
    `);
    expect(first(Number.MAX_SAFE_INTEGER, 2 ** 40, 3)).toMatchInlineSnapshot(`
      [
        644448015,
        1045187254,
        502249566,
      ]
    `);
  });

  test('are even within an iteration, and one throw says nothing of the next', () => {
    const thrown = first(1, 1, COUNT);
    expect(Math.abs(excess(thrown, 256))).toBeLessThan(4);
    expect(Math.abs(correlation(thrown.slice(1), thrown.slice(0, -1)))).toBeLessThan(noise);
  });

  test.each([0, 1, 5])(
    'are even over iterations at throw %i, and say nothing of the next one',
    (nth) => {
      const thrown = Array.from({ length: COUNT }, (_, i) => first(99, i, nth + 1)[nth] as number);
      expect(Math.abs(excess(thrown, 256))).toBeLessThan(4);
      expect(Math.abs(correlation(thrown.slice(1), thrown.slice(0, -1)))).toBeLessThan(noise);
    },
  );

  test('are others for every seed, also beyond 2^32, and other than for the iteration of that number', () => {
    const seeds = [0, 1, 2, 2 ** 32, 2 ** 32 + 1, 2 ** 33, 2 ** 52];
    const all = seeds.flatMap((a) => seeds.map((b) => first(a, b, 2).join()));
    expect(new Set(all).size).toBe(all.length);
  });
});
