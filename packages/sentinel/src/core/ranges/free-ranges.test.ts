import { isBlockRange, type BlockRange } from '@belfry/protocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { allFree, freeBlocks, giveBack, takeRange, type FreeRanges } from './free-ranges.ts';

test('a range is cut from the leftmost that is large enough', () => {
  const free = allFree(13);
  expect(free).toEqual([0, 8, 8, 4, 12, 1]);
  expect(takeRange(free, 2)).toEqual({ from: 0, blocks: 2 });
  expect(free).toEqual([2, 2, 4, 4, 8, 4, 12, 1]);
  expect(takeRange(free, 4)).toEqual({ from: 4, blocks: 4 });
  expect(freeBlocks(free)).toBe(7);
});

test('where none is large enough, the largest is taken', () => {
  const free = [2, 2, 4, 4, 12, 1];
  expect(takeRange(free, 16)).toEqual({ from: 4, blocks: 4 });
  expect(takeRange([], 1)).toBeNull();
});

test('with a limit only what begins before it is taken', () => {
  const free = [2, 2, 4, 4];
  expect(takeRange(free, 4, 4)).toEqual({ from: 2, blocks: 2 });
  expect(takeRange(free, 4, 4)).toBeNull();
});

test('what comes back joins its buddies', () => {
  const free = allFree(13);
  const taken = [1, 1, 2, 4].map((blocks) => takeRange(free, blocks) as BlockRange);
  expect(taken.map(({ from }) => from)).toEqual([0, 1, 2, 4]);
  for (const range of taken) giveBack(free, range);
  expect(free).toEqual(allFree(13));
});

test('property: every block is free or taken, in ranges that are chunks, and all free again in the end', () => {
  const steps = fc.array(fc.record({ blocks: fc.integer({ min: 0, max: 6 }), back: fc.nat() }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), steps, (blocks, steps) => {
      const free = allFree(blocks);
      const taken: BlockRange[] = [];
      for (const step of steps) {
        if (step.back % 3 === 0 && taken.length > 0) {
          const [range] = taken.splice(step.back % taken.length, 1);
          giveBack(free, range as BlockRange);
        } else {
          const range = takeRange(free, 2 ** step.blocks);
          if (range !== null) taken.push(range);
        }
        expectWhole(free, taken, blocks);
      }
      for (const range of taken) giveBack(free, range);
      expect(free).toEqual(allFree(blocks));
    }),
  );
});

function expectWhole(free: FreeRanges, taken: readonly BlockRange[], blocks: number): void {
  const ranges = taken.map((range) => ({ ...range, taken: true }));
  for (let i = 0; i < free.length; i += 2) {
    ranges.push({ from: free[i] as number, blocks: free[i + 1] as number, taken: false });
    if (i > 0) expect(free[i]).toBeGreaterThan(free[i - 2] as number);
  }
  ranges.sort((a, b) => a.from - b.from);
  let end = 0;
  for (const range of ranges) {
    expect(range.from).toBe(end);
    expect(isBlockRange(range)).toBe(true);
    end += range.blocks;
  }
  expect(end).toBe(blocks);
}
