/**
 * What is due next. Everything that can happen in a fight (the end of a cast, the next tick of a certain damage-over-time, …) has a slot of
 * its own and one time at most, so there is nothing to allocate and nothing stale to skip: a tournament tree, whose leaves are the slots and
 * whose root is the winner. What is due in the same millisecond happens in the order of the slots.
 */

/** Two words for each leaf; a word is `time × 256 + slot`, so that the smaller word is the earlier one. */
export interface Timers {
  readonly tree: Int32Array;
  /** A power of two. */
  readonly leaves: number;
}

export const MAX_SLOTS = 256;
/** A time that never comes. */
export const NEVER = 0x7fff_ffff;
/** The latest time that there is, in ms. */
export const MAX_TIME = 0x3f_ffff;

export function createTimers(slots: number): Timers {
  let leaves = 2;
  while (leaves < slots) leaves *= 2;
  return { tree: new Int32Array(2 * leaves).fill(NEVER), leaves };
}

export function clearTimers({ tree }: Timers): void {
  tree.fill(NEVER);
}

/** What is due first, as `time × 256 + slot`; NEVER: nothing. */
export function firstDue({ tree }: Timers): number {
  return tree[1] as number;
}

function put(timers: Timers, slot: number, word: number): void {
  const tree = timers.tree;
  let at = timers.leaves + slot;
  tree[at] = word;
  let winner = word;
  while (at > 1) {
    const rival = tree[at ^ 1] as number;
    if (rival < winner) winner = rival;
    at >>= 1;
    if (tree[at] === winner) return;
    tree[at] = winner;
  }
}

/** Sets the time of a slot, whether or not it had one. @param time in ms, whole */
export function schedule(timers: Timers, slot: number, time: number): void {
  put(timers, slot, (time << 8) | slot);
}

export function cancel(timers: Timers, slot: number): void {
  put(timers, slot, NEVER);
}
