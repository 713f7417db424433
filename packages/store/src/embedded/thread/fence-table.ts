import type { DatabaseSync } from 'node:sqlite';
import { num, Query } from './sql.ts';

/**
 * The last fence of each partition. It outlives every actor, and starts from the clock, so that fences grow even if the data is
 * restored from a backup.
 */
export class FenceTable {
  readonly #last: Float64Array;
  readonly #dirty = new Set<number>();
  readonly #read: Query;
  readonly #put: Query;

  constructor(db: DatabaseSync, partitions: number) {
    this.#last = new Float64Array(partitions);
    this.#read = new Query(db, 'SELECT partition, fence FROM fences');
    this.#put = new Query(db, 'REPLACE INTO fences (partition, fence) VALUES (?, ?)');
    this.reset();
  }

  reset(): void {
    this.#last.fill(0);
    this.#dirty.clear();
    for (const row of this.#read.all()) this.#last[num(row, 0)] = num(row, 1);
  }

  next(partition: number, now: number): number {
    const fence = Math.max((this.#last[partition] ?? 0) + 1, now * 1000);
    this.#last[partition] = fence;
    this.#dirty.add(partition);
    return fence;
  }

  flush(): void {
    for (const partition of this.#dirty) this.#put.run(partition, this.#last[partition] ?? 0);
    this.#dirty.clear();
  }
}
