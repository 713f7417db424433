import { expect, test } from 'vitest';
import { ceilPowerOfTwo, chunkBlocks, floorPowerOfTwo, type ChunkSizing } from './chunk-size.ts';

const chunk = { floorMs: 100, ceilingMs: 5_000, maxBlocks: 2 ** 20 };

/** Ten slots that do 1 iteration a ms each; blocks of 10. */
const size = (more: Partial<ChunkSizing>): number =>
  chunkBlocks(
    { rate: 1, totalRate: 10, left: 1e9, perBlock: 10, proven: 1e6, most: 0, lag: 0, ...more },
    chunk,
  );

test('a node that nobody has measured is tried with one block', () => {
  expect(size({ rate: 0 })).toBe(1);
  expect(size({ rate: 4, totalRate: 0 })).toBe(1);
});

test('while there is much it is as much as may be handed out at once', () => {
  // 5,000 ms at 1 iteration a ms are 500 blocks.
  expect(size({})).toBe(256);
  expect(size({ rate: 10 })).toBe(4_096);
});

test('towards the end it is a share of what is left, and no less than is worth the trip', () => {
  // 30,000 iterations take all slots 3 s; a third of that is 1 s, 100 blocks.
  expect(size({ left: 30_000 })).toBe(64);
  expect(size({ left: 100 })).toBe(8);
  // Where results are long on their way, more is; but no more than a second.
  expect(size({ left: 100, lag: 200 })).toBe(32);
  expect(size({ left: 100, lag: 10_000 })).toBe(64);
});

test('it grows step by step from what the node has shown', () => {
  expect(size({ proven: 2 })).toBe(16);
  // What is only guessed from other jobs is tried with a quarter.
  expect(size({ proven: 0 })).toBe(64);
});

test('it has the limits of the round and of the configuration', () => {
  expect(size({ most: 32 })).toBe(32);
  expect(
    chunkBlocks(
      { rate: 1, totalRate: 1, left: 1e9, perBlock: 1, proven: 1e6, most: 0, lag: 0 },
      { ...chunk, maxBlocks: 1 },
    ),
  ).toBe(1);
});

test('powers of two', () => {
  expect([0.2, 1, 1.9, 2, 3, 4, 1_000].map(floorPowerOfTwo)).toEqual([1, 1, 1, 2, 2, 4, 512]);
  expect([0, 1, 2, 3, 1_000].map(ceilPowerOfTwo)).toEqual([0, 1, 2, 4, 1_024]);
});
