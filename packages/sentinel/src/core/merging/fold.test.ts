import { largestRangeAt, RangeFold } from '@belfry/protocol';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  emptyFold,
  foldValue,
  mergeBuddies,
  pushRange,
  type DoneRanges,
  type Merge,
} from './fold.ts';

/** Shows the order in which it was called. */
const merge: Merge = (a, b) => `(${a}${b})`;

/** The value of a range as a node makes it. */
function valueOf(from: number, blocks: number): string {
  if (blocks === 1) return `${from} `;
  return merge(valueOf(from, blocks / 2), valueOf(from + blocks / 2, blocks / 2));
}

function whole(blocks: number): string {
  const fold = new RangeFold<string>(merge);
  for (let from = 0; from < blocks; from++) fold.push({ from, blocks: 1 }, valueOf(from, 1));
  return fold.value() as string;
}

/** Cuts a round into chunks at random. */
const cuts = fc
  .tuple(
    fc.integer({ min: 1, max: 200 }),
    fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
  )
  .map(([blocks, sizes]) => {
    const ranges: { from: number; blocks: number }[] = [];
    for (let from = 0, i = 0; from < blocks; i++) {
      const largest = largestRangeAt(from, blocks).blocks;
      const size = Math.min(largest, 2 ** (sizes[i % sizes.length] as number));
      ranges.push({ from, blocks: size });
      from += size;
    }
    return { blocks, ranges };
  });

test('property: however a round is cut, its fold is that of single blocks', () => {
  fc.assert(
    fc.property(cuts, ({ blocks, ranges }) => {
      const fold = emptyFold();
      for (const range of ranges) {
        pushRange(fold, range.blocks, { value: valueOf(range.from, range.blocks), merge });
      }
      expect(foldValue(fold, merge)).toBe(whole(blocks));
      expect(fold.end).toBe(blocks);
    }),
  );
});

test('property: ranges that come in any order and join their buddies come to the same', () => {
  fc.assert(
    fc.property(
      cuts,
      fc.infiniteStream(fc.nat()),
      fc.boolean(),
      ({ blocks, ranges }, picks, two) => {
        const left = [...ranges];
        const done: DoneRanges = {};
        const fold = emptyFold();
        while (left.length > 0) {
          const [range] = left.splice((picks.next().value as number) % left.length, 1);
          const { from, blocks: size } = range as { from: number; blocks: number };
          done[from] = [size, valueOf(from, size)];
          mergeBuddies(done, from, { most: two ? 2 : Infinity, merge });
          for (let next = done[fold.end]; next !== undefined; next = done[fold.end]) {
            delete done[fold.end];
            pushRange(fold, next[0], { value: next[1], merge });
          }
        }
        expect(done).toEqual({});
        expect(foldValue(fold, merge)).toBe(whole(blocks));
      },
    ),
  );
});

test('what was left out changes nothing', () => {
  const fold = emptyFold();
  pushRange(fold, 1, { value: null, merge });
  expect(foldValue(fold, merge)).toBeNull();
  pushRange(fold, 1, { value: 'b', merge });
  pushRange(fold, 2, { value: null, merge });
  pushRange(fold, 1, { value: 'e', merge });
  expect(foldValue(fold, merge)).toBe('(be)');
});
