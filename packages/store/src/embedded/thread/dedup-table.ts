import type { DatabaseSync } from 'node:sqlite';
import { num, Query, str } from './sql.ts';

/**
 * The ids of accepted messages, in two generations: when the younger one has filled for a window, the older one is emptied at
 * once and becomes the younger. An id is remembered for its window exactly, its row for up to two.
 */
export class DedupTable {
  readonly #windowMs: number;
  readonly #find: Query;
  readonly #put: readonly [Query, Query];
  readonly #empty: readonly [Query, Query];
  readonly #readMeta: Query;
  readonly #putMeta: Query;
  #young: 0 | 1 = 0;
  /** When the younger generation began; `null`: it has nothing yet. */
  #since: number | null = null;

  constructor(db: DatabaseSync, windowMs: number) {
    this.#windowMs = windowMs;
    this.#find = new Query(
      db,
      `SELECT 1 FROM dedup_0 WHERE actor = ?1 AND id = ?2 AND at > ?3
       UNION ALL SELECT 1 FROM dedup_1 WHERE actor = ?1 AND id = ?2 AND at > ?3`,
    );
    const put = (table: string): Query =>
      new Query(db, `REPLACE INTO ${table} (actor, id, at) VALUES (?, ?, ?)`);
    this.#put = [put('dedup_0'), put('dedup_1')];
    this.#empty = [new Query(db, 'DELETE FROM dedup_0'), new Query(db, 'DELETE FROM dedup_1')];
    this.#readMeta = new Query(db, "SELECT value FROM meta WHERE name = 'dedup'");
    this.#putMeta = new Query(db, "REPLACE INTO meta (name, value) VALUES ('dedup', ?)");
    this.reset();
  }

  reset(): void {
    const row = this.#readMeta.first();
    const saved = row === undefined ? null : (JSON.parse(str(row, 0)) as [0 | 1, number]);
    this.#young = saved?.[0] ?? 0;
    this.#since = saved?.[1] ?? null;
  }

  /** Whether this actor accepted a message of this id within the window. */
  has(actor: string, id: string, now: number): boolean {
    const row = this.#find.first(actor, id, now - this.#windowMs);
    return row !== undefined && num(row, 0) === 1;
  }

  add(actor: string, id: string, now: number): void {
    if (this.#since === null || now - this.#since >= this.#windowMs) this.#turn(now);
    this.#put[this.#young].run(actor, id, now);
  }

  #turn(now: number): void {
    this.#young = this.#young === 0 ? 1 : 0;
    this.#since = now;
    this.#empty[this.#young].run();
    this.#putMeta.run(JSON.stringify([this.#young, now]));
  }
}
