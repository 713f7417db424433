import { rangesOf, type BlockRange } from '@belfry/protocol';

/**
 * The blocks that nobody has been given yet: chunks as a buddy allocator's free pages, `[from, blocks, from, blocks, …]` from left to
 * right. Flat, because it is written with every commit of a job.
 */
export type FreeRanges = number[];

/** All blocks of a round. */
export function allFree(blocks: number): FreeRanges {
  return rangesOf(0, blocks).flatMap((range) => [range.from, range.blocks]);
}

export function freeBlocks(free: FreeRanges): number {
  let sum = 0;
  for (let i = 1; i < free.length; i += 2) sum += free[i] as number;
  return sum;
}

/**
 * Takes a range of `blocks` (a power of two) out: the leftmost that is as large, cut where it is larger. Where none is, the largest. Only
 * ranges that begin before `before` are looked at. `null`: there are none.
 */
export function takeRange(
  free: FreeRanges,
  blocks: number,
  before: number = Infinity,
): BlockRange | null {
  const at = findRange(free, blocks, before);
  if (at < 0) return null;
  const from = free[at] as number;
  const size = free[at + 1] as number;
  const taken = Math.min(size, blocks);
  // What is left of it are its right halves, from small to large.
  const rest: number[] = [];
  for (let left = taken; left < size; left *= 2) rest.push(from + left, left);
  free.splice(at, 2, ...rest);
  return { from, blocks: taken };
}

function findRange(free: FreeRanges, blocks: number, before: number): number {
  let best = -1;
  for (let i = 0; i < free.length && (free[i] as number) < before; i += 2) {
    const size = free[i + 1] as number;
    if (size >= blocks) return i;
    if (best < 0 || size > (free[best + 1] as number)) best = i;
  }
  return best;
}

/** Puts a range back, together with its buddy where that is free too. It must not be there. */
export function giveBack(free: FreeRanges, range: BlockRange): void {
  let { from, blocks } = range;
  let at = placeOf(free, from);
  for (;;) {
    const isLeft = (from / blocks) % 2 === 0;
    if (isLeft && free[at] === from + blocks && free[at + 1] === blocks) {
      free.splice(at, 2);
    } else if (!isLeft && at > 0 && free[at - 2] === from - blocks && free[at - 1] === blocks) {
      at -= 2;
      free.splice(at, 2);
      from -= blocks;
    } else {
      break;
    }
    blocks *= 2;
  }
  free.splice(at, 0, from, blocks);
}

/** Where a range that begins at `from` belongs. */
function placeOf(free: FreeRanges, from: number): number {
  let low = 0;
  let high = free.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((free[middle * 2] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low * 2;
}
