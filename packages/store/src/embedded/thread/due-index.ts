/** Lanes as numbers: what the tables hold. */
export const lane = { none: 0, message: 1, tick: 2 } as const;
export type LaneCode = (typeof lane)[keyof typeof lane];

/** An actor's place in the order of due times. */
export interface DueEntry {
  readonly key: string;
  readonly partition: number;
  lane: LaneCode;
  due: number;
  /** Index in its heap; -1: in none. */
  slot: number;
}

/** Earlier first, then by key, so that the order never depends on history. */
function before(a: DueEntry, b: DueEntry): boolean {
  return a.due < b.due || (a.due === b.due && a.key < b.key);
}

/** A binary heap whose entries know their place, so that moving one costs O(log n). */
class DueHeap {
  readonly #heap: DueEntry[] = [];

  top(): DueEntry | undefined {
    return this.#heap[0];
  }

  add(entry: DueEntry): void {
    entry.slot = this.#heap.length;
    this.#heap.push(entry);
    this.#up(entry);
  }

  /** Restores the order after `entry.due` changed. */
  moved(entry: DueEntry): void {
    this.#up(entry);
    this.#down(entry);
  }

  remove(entry: DueEntry): void {
    const last = this.#heap.pop();
    if (last !== undefined && last !== entry) {
      this.#heap[entry.slot] = last;
      last.slot = entry.slot;
      this.moved(last);
    }
    entry.slot = -1;
  }

  #up(entry: DueEntry): void {
    const heap = this.#heap;
    let slot = entry.slot;
    while (slot > 0) {
      const above = (slot - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !before(entry, parent)) break;
      heap[slot] = parent;
      parent.slot = slot;
      slot = above;
    }
    heap[slot] = entry;
    entry.slot = slot;
  }

  #down(entry: DueEntry): void {
    const heap = this.#heap;
    let slot = entry.slot;
    for (;;) {
      let below = 2 * slot + 1;
      let child = heap[below];
      const other = heap[below + 1];
      if (child !== undefined && other !== undefined && before(other, child)) {
        below += 1;
        child = other;
      }
      if (child === undefined || !before(child, entry)) break;
      heap[slot] = child;
      child.slot = slot;
      slot = below;
    }
    heap[slot] = entry;
    entry.slot = slot;
  }
}

/**
 * Who is due when, per partition and lane. It lives in memory only: the actors table has the same facts, and the index is read
 * from it when the store opens and after a transaction failed.
 */
export class DueIndex {
  readonly #message: DueHeap[];
  readonly #tick: DueHeap[];
  /** Entries that are in a lane. */
  readonly #scheduled = new Map<string, DueEntry>();

  constructor(partitions: number) {
    this.#message = Array.from({ length: partitions }, () => new DueHeap());
    this.#tick = Array.from({ length: partitions }, () => new DueHeap());
  }

  /** The entry of an actor; one that is in no lane when it has none. */
  entry(key: string, partition: number): DueEntry {
    return this.#scheduled.get(key) ?? { key, partition, lane: lane.none, due: 0, slot: -1 };
  }

  set(entry: DueEntry, to: LaneCode, due: number): void {
    if (entry.lane === to) {
      if (to === lane.none || entry.due === due) return;
      entry.due = due;
      this.#heap(to, entry.partition)?.moved(entry);
      return;
    }
    if (entry.lane === lane.none) this.#scheduled.set(entry.key, entry);
    else this.#heap(entry.lane, entry.partition)?.remove(entry);
    entry.lane = to;
    entry.due = due;
    if (to === lane.none) this.#scheduled.delete(entry.key);
    else this.#heap(to, entry.partition)?.add(entry);
  }

  /** Who is due first in a lane. */
  top(of: LaneCode, partition: number): DueEntry | undefined {
    return this.#heap(of, partition)?.top();
  }

  #heap(of: LaneCode, partition: number): DueHeap | undefined {
    return of === lane.tick ? this.#tick[partition] : this.#message[partition];
  }
}
