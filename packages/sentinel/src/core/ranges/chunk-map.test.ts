import { expect, test } from 'vitest';
import { chunkMap } from './chunk-map.ts';

test('small rounds have a cell for each block', () => {
  expect(
    chunkMap(10, [
      { from: 0, blocks: 2, letter: 'r' },
      { from: 4, blocks: 4, letter: 'w' },
      { from: 9, blocks: 1, letter: 'p' },
    ]),
  ).toBe('r2d2w4d1p1');
});

test('a cell shows the least finished of its blocks', () => {
  expect(
    chunkMap(1_000, [
      { from: 0, blocks: 1, letter: 'v' },
      { from: 1, blocks: 1, letter: 'a' },
      { from: 512, blocks: 256, letter: 'w' },
    ]),
  ).toBe('a1d169w86d78');
});

test('the letters of a map are the cells that there are, 400 at most', () => {
  for (const blocks of [1, 399, 400, 401, 12_345, 2 ** 30]) {
    const cells = [...chunkMap(blocks, []).matchAll(/[a-z](\d+)/g)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
    expect(cells).toBe(Math.ceil(blocks / Math.ceil(blocks / 400)));
    expect(cells).toBeLessThanOrEqual(400);
  }
});
