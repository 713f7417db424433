/**
 * How a job's work is cut, and in which order its results are put together.
 *
 * The work of a round is `blocks` blocks, numbered from 0. A chunk is a range of 2^k blocks that begins at a multiple of 2^k (as pages of a
 * buddy allocator do). The value of such a range is `merge(value of its left half, value of its right half)`, down to single
 * blocks; the value of the first n blocks is the left fold over the ranges that n is made of. Floating-point sums depend on the order of
 * their terms; this order depends on n alone, so the result is the same to the last bit however the work was cut and whoever did it.
 */

/** `blocks` is a power of two, and `from` a multiple of it. */
export interface BlockRange {
  readonly from: number;
  readonly blocks: number;
}

/** Whether it is a range as chunks are. */
export function isBlockRange({ from, blocks }: BlockRange): boolean {
  return (
    Number.isSafeInteger(from) &&
    Number.isSafeInteger(blocks) &&
    from >= 0 &&
    blocks >= 1 &&
    Number.isInteger(Math.log2(blocks)) &&
    from % blocks === 0
  );
}

/** The largest range that begins at `from` and ends at or before `to`. */
export function largestRangeAt(from: number, to: number): BlockRange {
  let blocks = 1;
  while (from % (blocks * 2) === 0 && from + blocks * 2 <= to) blocks *= 2;
  return { from, blocks };
}

/** The ranges that `[from, to)` is made of, the fewest and from left to right. */
export function rangesOf(from: number, to: number): BlockRange[] {
  const ranges: BlockRange[] = [];
  for (let at = from; at < to;) {
    const range = largestRangeAt(at, to);
    ranges.push(range);
    at += range.blocks;
  }
  return ranges;
}

/**
 * Puts values of neighbouring ranges together, given from left to right. Holds one value per set bit of the number of blocks given.
 */
export class RangeFold<T> {
  readonly #merge: (a: T, b: T) => T;
  readonly #stack: { readonly blocks: number; readonly value: T }[] = [];
  #end: number;

  /** @param from where the first range begins, a multiple of the size of all that will be put together (or 0) */
  constructor(merge: (a: T, b: T) => T, from = 0) {
    this.#merge = merge;
    this.#end = from;
  }

  /** Where the next range must begin. */
  get end(): number {
    return this.#end;
  }

  /** @throws RangeError when it does not begin where the last one ended, or is no range */
  push(range: BlockRange, value: T): void {
    if (range.from !== this.#end || !isBlockRange(range)) {
      throw new RangeError(`the range ${range.from}+${range.blocks} does not follow ${this.#end}`);
    }
    this.#end += range.blocks;
    let top = { blocks: range.blocks, value };
    for (
      let left = this.#stack.at(-1);
      left !== undefined && left.blocks === top.blocks && (this.#end / top.blocks) % 2 === 0;
      left = this.#stack.at(-1)
    ) {
      this.#stack.pop();
      top = { blocks: top.blocks * 2, value: this.#merge(left.value, top.value) };
    }
    this.#stack.push(top);
  }

  /** The value of all that was given; `undefined`: nothing was. Changes nothing. */
  value(): T | undefined {
    const [first, ...rest] = this.#stack;
    if (first === undefined) return undefined;
    return rest.reduce((sum, { value }) => this.#merge(sum, value), first.value);
  }
}
