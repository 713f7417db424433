import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeMoments, momentsOf, standardDeviationOf, standardErrorOf } from './moments.ts';
import { barsOf, mergeSketches, quantileOf, sketchOf } from './quantile-sketch.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const modest = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('moments', () => {
  test('are those of the textbook', () => {
    const moments = momentsOf([2, 4, 4, 4, 5, 5, 7, 9]);
    expect(moments).toEqual({ count: 8, mean: 5, m2: 32, min: 2, max: 9 });
    expect(standardDeviationOf(moments)).toBeCloseTo(Math.sqrt(32 / 7), 12);
    expect(standardErrorOf(moments)).toBeCloseTo(Math.sqrt(32 / 7 / 8), 12);
  });

  test('of none or one leave open how far off the mean is', () => {
    expect(momentsOf([])).toEqual({ count: 0, mean: 0, m2: 0, min: 0, max: 0 });
    expect([momentsOf([]), momentsOf([3])].map(standardErrorOf)).toEqual([Infinity, Infinity]);
    expect(() => momentsOf([1, NaN])).toThrow('NaN is not a finite number');
  });

  test('merge as if both had been one lot', () => {
    fc.assert(
      fc.property(fc.array(modest), fc.array(modest), (a, b) => {
        const merged = mergeMoments(momentsOf(a), momentsOf(b));
        const whole = momentsOf([...a, ...b]);
        const size = Math.max(1, ...[...a, ...b].map(Math.abs));
        expect([merged.count, merged.min, merged.max]).toEqual([whole.count, whole.min, whole.max]);
        expect(Math.abs(merged.mean - whole.mean)).toBeLessThan(1e-12 * size);
        expect(Math.abs(merged.m2 - whole.m2)).toBeLessThan(1e-10 * size * size * 20);
      }),
    );
  });
});

describe('a sketch', () => {
  test('merges to the same as one of all, in any order', () => {
    fc.assert(
      fc.property(fc.array(finite), fc.array(finite), (a, b) => {
        const whole = sketchOf([...a, ...b]);
        expect(mergeSketches(sketchOf(a), sketchOf(b))).toEqual(whole);
        expect(mergeSketches(sketchOf(b), sketchOf(a))).toEqual(whole);
        expect(JSON.parse(JSON.stringify(whole))).toEqual(whole);
      }),
    );
  });

  test('tells each quantile to 0.2 %', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    // Numbers so small that doubles have lost digits have wider bins.
    const usual = finite.filter((x) => x === 0 || Math.abs(x) > 1e-300);
    fc.assert(
      fc.property(fc.array(usual, { minLength: 1 }), share, (values, at) => {
        const sorted = values.toSorted((a, b) => a - b);
        const right = sorted[Math.floor(at * (sorted.length - 1))] ?? 0;
        const told = quantileOf(sketchOf(values), at);
        expect(Math.abs(told - right)).toBeLessThanOrEqual(Math.abs(right) * 0.002);
      }),
    );
  });

  test('has bars that ascend and hold what was counted', () => {
    const values = [-3, -1, 0, 0, 1, 1.001, 1000, Number.MAX_VALUE];
    const bars = barsOf(sketchOf(values));
    expect(bars.map(({ count }) => count)).toEqual([1, 1, 2, 2, 1, 1]);
    for (const [i, { from, to }] of bars.entries()) {
      expect(from).toBeLessThanOrEqual(to);
      expect(from).toBeGreaterThanOrEqual(bars[i - 1]?.to ?? -Infinity);
    }
    for (const value of values) {
      expect(bars.some(({ from, to }) => from <= value && value <= to)).toBe(true);
    }
  });

  test('of numbers within a factor of ten has at most 850 bins', () => {
    const values = Array.from({ length: 100_000 }, (_, i) => 1 + (i * 9) / 100_000);
    expect(sketchOf(values).bins.length).toBeLessThanOrEqual(850);
  });

  test('refuses what is no number, and a share that is none', () => {
    expect(() => sketchOf([Infinity])).toThrow('Infinity is not a finite number');
    expect(() => quantileOf(sketchOf([1]), 1.5)).toThrow('1.5 is not from 0 to 1');
    expect(quantileOf(sketchOf([]), 0.5)).toBeNaN();
  });
});
