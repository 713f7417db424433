import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type BlockRange,
  isBlockRange,
  largestRangeAt,
  RangeFold,
  rangesOf,
} from './block-range.ts';

/** Not associative: what it makes shows the order in which it was made. */
const pair = (a: string, b: string): string => `(${a} ${b})`;

function foldBlocks({ from, blocks }: BlockRange): string {
  const fold = new RangeFold(pair, from);
  for (let block = from; block < from + blocks; block++)
    fold.push({ from: block, blocks: 1 }, `${block}`);
  return fold.value() ?? '';
}

/** Cuts `[0, n)` into ranges at random, as a scheduler might. */
function cut(n: number, sizes: readonly number[]): BlockRange[] {
  const ranges: BlockRange[] = [];
  for (let at = 0, i = 0; at < n; i++) {
    const most = largestRangeAt(at, n).blocks;
    const blocks = Math.min(most, 2 ** (sizes[i % sizes.length] ?? 0));
    ranges.push({ from: at, blocks });
    at += blocks;
  }
  return ranges;
}

test('however the work was cut, it is put together in the same order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.array(fc.nat({ max: 8 }), { minLength: 1, maxLength: 20 }),
      (n, sizes) => {
        const whole = new RangeFold(pair);
        for (let block = 0; block < n; block++) whole.push({ from: block, blocks: 1 }, `${block}`);
        const inChunks = new RangeFold(pair);
        for (const range of cut(n, sizes)) inChunks.push(range, foldBlocks(range));
        expect(inChunks.value()).toBe(whole.value());
      },
    ),
  );
});

test('eleven blocks are eight, two and one', () => {
  expect(rangesOf(0, 11)).toEqual([
    { from: 0, blocks: 8 },
    { from: 8, blocks: 2 },
    { from: 10, blocks: 1 },
  ]);
  const fold = new RangeFold(pair);
  for (const range of rangesOf(0, 11)) fold.push(range, foldBlocks(range));
  expect(fold.value()).toBe('(((((0 1) (2 3)) ((4 5) (6 7))) (8 9)) 10)');
});

test('ranges cover what they are made of, and each is one', () => {
  fc.assert(
    fc.property(fc.nat({ max: 5_000 }), fc.nat({ max: 5_000 }), (a, b) => {
      const [from, to] = a < b ? [a, b] : [b, a];
      const ranges = rangesOf(from, to);
      expect(ranges.every(isBlockRange)).toBe(true);
      expect(
        ranges.reduce((at, range) => (range.from === at ? at + range.blocks : NaN), from),
      ).toBe(to);
    }),
  );
});

test('a range that does not follow, or is none, is refused', () => {
  const fold = new RangeFold(pair);
  fold.push({ from: 0, blocks: 2 }, 'a');
  expect(() => fold.push({ from: 4, blocks: 1 }, 'b')).toThrow(RangeError);
  expect(() => fold.push({ from: 2, blocks: 4 }, 'b')).toThrow('does not follow 2');
  expect(fold.end).toBe(2);
});
