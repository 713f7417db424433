import type { BlockRange } from '@belfry/protocol';

/** The value of a range as JSON text; `null`: it was left out. */
export type Value = string | null;

/** `simulation.merge` over JSON text: what two machines would say to each other. */
export type Merge = (a: string, b: string) => string;

/** What is left out changes nothing. */
export function mergeValues(a: Value, b: Value, merge: Merge): Value {
  return a === null ? b : b === null ? a : merge(a, b);
}

/** `RangeFold` of the protocol as plain data, with ranges that may be left out: the value of the first `end` blocks. */
export interface Fold {
  end: number;
  /** From left to right. */
  readonly stack: [blocks: number, value: Value][];
}

export function emptyFold(): Fold {
  return { end: 0, stack: [] };
}

/** Adds the range that begins where the fold ends. */
export function pushRange(fold: Fold, blocks: number, added: { value: Value; merge: Merge }): void {
  const { stack } = fold;
  const { merge } = added;
  let size = blocks;
  let { value } = added;
  fold.end += blocks;
  for (let left = stack.at(-1); left !== undefined; left = stack.at(-1)) {
    if (left[0] !== size || (fold.end / size) % 2 !== 0) break;
    stack.pop();
    value = mergeValues(left[1], value, merge);
    size *= 2;
  }
  stack.push([size, value]);
}

/** The value of all that was pushed; `null`: nothing was, or all of it was left out. */
export function foldValue(fold: Fold, merge: Merge): Value {
  return fold.stack.reduce<Value>((sum, [, value]) => mergeValues(sum, value, merge), null);
}

/** Ranges that are done but wait for what is left of them, by their first block. `by`: a node whose word alone they rest on. */
export type DoneRanges = Record<number, DoneRange>;
export type DoneRange = [blocks: number, value: Value, by?: string];

/** Puts a range together with its buddy, and so on, up to ranges of `most` blocks. What it came to. */
export function mergeBuddies(
  done: DoneRanges,
  from: number,
  { most, merge }: { readonly most: number; readonly merge: Merge },
): BlockRange | null {
  let at = from;
  for (;;) {
    const range = done[at];
    if (range === undefined) return null;
    const [blocks] = range;
    const isLeft = (at / blocks) % 2 === 0;
    const start = isLeft ? at : at - blocks;
    const left = done[start];
    const right = done[start + blocks];
    if (blocks * 2 > most || left?.[0] !== blocks || right?.[0] !== blocks) {
      return { from: at, blocks };
    }
    delete done[start + blocks];
    done[start] = [blocks * 2, mergeValues(left[1], right[1], merge)];
    at = start;
  }
}
