import { describe, expect, test } from 'vitest';
import { comparedTo, middleRun } from './runs.ts';

describe('several runs of a row', () => {
  test('give the one whose figure is in the middle, whole, and the range', () => {
    const runs = [
      { server: 'a', per_s: 30, p50_ms: 1 },
      { server: 'a', per_s: 10, p50_ms: 2 },
      { server: 'a', per_s: 20, p50_ms: 3 },
    ];
    const range = { runs: 3, lowest: 10, highest: 30 };
    expect(middleRun(runs, 'per_s')).toEqual({ server: 'a', per_s: 20, p50_ms: 3, ...range });
  });

  test('that failed are not counted', () => {
    const runs = [{ server: 'a' }, { server: 'a', per_s: 10 }];
    expect(middleRun(runs, 'per_s')).toMatchObject({ per_s: 10, runs: 1 });
    expect(middleRun([{ server: 'a' }], 'per_s')).toEqual({ server: 'a' });
  });

  test('of one there is no range', () => {
    expect(middleRun([{ server: 'a', per_s: 10 }], 'per_s')).toEqual({ server: 'a', per_s: 10 });
  });
});

describe('a comparison', () => {
  test('stands behind the figure, in each row', () => {
    const rows = [
      { server: 'mine', per_s: 30, p50_ms: 1 },
      { server: 'theirs', per_s: 20, p50_ms: 2 },
      { server: 'broken' },
    ];
    const compared = comparedTo('theirs', rows, 'per_s');
    expect(compared).toEqual([
      { server: 'mine', per_s: 30, times_theirs: 1.5, p50_ms: 1 },
      { server: 'theirs', per_s: 20, times_theirs: 1, p50_ms: 2 },
      { server: 'broken' },
    ]);
    expect(Object.keys(compared[0] ?? {})).toEqual(['server', 'per_s', 'times_theirs', 'p50_ms']);
  });

  test('is left out when the other was not measured', () => {
    const rows = [{ server: 'mine', per_s: 30 }];
    expect(comparedTo('theirs', rows, 'per_s')).toBe(rows);
  });
});
