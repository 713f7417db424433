import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binFloor, binOf, BINS } from '../engine/histogram.ts';
import { bestOfEach, compare, isBeaten } from './compare.ts';
import { merge } from './merge.ts';
import type { CombatResult } from './result.ts';
import { quantile, summarize } from './summarize.ts';

/** The result of iterations with these damages per second, one after the other. */
function resultOf(values: readonly number[]): CombatResult {
  const bins = values.map(binOf);
  const first = bins.length === 0 ? 0 : Math.min(...bins);
  const counts = Array.from(
    { length: bins.length === 0 ? 0 : Math.max(...bins) - first + 1 },
    () => 0,
  );
  for (const bin of bins) counts[bin - first]!++;
  let mean = 0;
  let m2 = 0;
  for (const [index, value] of values.entries()) {
    const delta = value - mean;
    mean += delta / (index + 1);
    m2 += delta * (value - mean);
  }
  const [min, max] = values.length === 0 ? [0, 0] : [Math.min(...values), Math.max(...values)];
  return {
    fight: 'f',
    dps: { count: values.length, mean, m2, min, max },
    histogram: { first, counts },
    time: { total: values.length * 1000, idle: 0 },
    sources: [],
    timeline: { width: 1000, damage: [], exposure: [] },
    buffs: [],
    dots: [],
    resources: [],
  };
}

const values = fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { maxLength: 60 });

describe('bins', () => {
  test('hold what is in them', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (value) => {
        const bin = binOf(value);
        expect(binFloor(bin)).toBeLessThanOrEqual(value);
        expect(bin === BINS - 1 || value < binFloor(bin + 1)).toBe(true);
      }),
    );
  });

  test('are at most 0.4 % of their value wide', () => {
    for (let bin = 1; bin < BINS; bin++) {
      expect(binFloor(bin + 1) / binFloor(bin)).toBeLessThanOrEqual(1 + 1 / 256);
      expect(binOf(binFloor(bin))).toBe(bin);
    }
  });
});

describe('a summary', () => {
  test('has mean, deviation and standard error', () => {
    const summary = summarize(resultOf([2, 4, 4, 4, 5, 5, 7, 9]));
    expect(summary.mean).toBe(5);
    expect(summary.standardDeviation).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(summary.standardError).toBeCloseTo(Math.sqrt(32 / 7 / 8), 12);
    expect(summary).toMatchObject({ count: 8, min: 2, max: 9 });
    expect(summary.high - summary.mean).toBeCloseTo(1.96 * summary.standardError, 3);
  });

  test('has quantiles that are right to half a percent', () => {
    const many = Array.from({ length: 10_001 }, (_, i) => 1000 + i);
    const result = resultOf(many);
    for (const { percent, value } of summarize(result).quantiles) {
      expect(Math.abs(value / (1000 + 100 * percent) - 1)).toBeLessThan(0.005);
    }
    expect(quantile(result, 0)).toBe(1000);
    expect(quantile(result, 1)).toBe(11_000);
  });

  test('has quantiles in order and between the least and the most', () => {
    fc.assert(
      fc.property(values, (all) => {
        const { min, max, quantiles } = summarize(resultOf(all));
        const inOrder = [min, ...quantiles.map(({ value }) => value), max];
        expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('merging', () => {
  test('counts in any order and any grouping to the same', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const [x, y, z] = [resultOf(a), resultOf(b), resultOf(c)];
        const one = merge(merge(x, y), z);
        const other = merge(x, merge(z, y));
        expect(one.histogram).toEqual(other.histogram);
        expect(one.dps.count).toBe(other.dps.count);
        expect(one.dps.min).toBe(other.dps.min);
        expect(one.dps.max).toBe(other.dps.max);
      }),
    );
  });

  test('gives the mean and variance of all', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const { dps, histogram } = merge(resultOf(a), resultOf(b));
        const all = resultOf([...a, ...b]);
        expect(histogram).toEqual(all.histogram);
        expect(Math.abs(dps.mean - all.dps.mean)).toBeLessThanOrEqual(1e-9 * (1 + all.dps.mean));
        expect(Math.abs(dps.m2 - all.dps.m2)).toBeLessThanOrEqual(1e-7 * (1 + all.dps.m2));
      }),
    );
  });
});

describe('comparing', () => {
  const near = (center: number, count = 100): CombatResult =>
    resultOf(Array.from({ length: count }, (_, i) => center + (i % 2 === 0 ? 5 : -5)));

  test('tells the gain and how sure it is', () => {
    const { gain, percent, standardError, certainty } = compare(near(110), near(100));
    expect(gain).toBeCloseTo(10, 9);
    expect(percent).toBeCloseTo(10, 9);
    expect(standardError).toBeCloseTo(Math.sqrt((2 * (25 * 100)) / 99 / 100), 9);
    expect(certainty).toBeCloseTo(10 / standardError, 9);
    expect(compare(resultOf([]), resultOf([]))).toMatchObject({
      gain: 0,
      percent: 0,
      certainty: 0,
    });
  });

  test('gives up only on what is surely worse', () => {
    expect(isBeaten(near(100), near(110))).toBe(true);
    expect(isBeaten(near(109), near(110))).toBe(false);
    expect(isBeaten(near(109, 4000), near(110, 4000))).toBe(true);
    expect(isBeaten(near(110), near(110))).toBe(false);
  });

  test('takes the best of each group', () => {
    const all = [
      { drop: 'ring', slot: 1, result: near(100) },
      { drop: 'ring', slot: 2, result: near(105) },
      { drop: 'head', slot: 3, result: near(120) },
    ];
    expect(bestOfEach(all, ({ drop }) => drop).map(({ slot }) => slot)).toEqual([3, 2]);
  });
});
