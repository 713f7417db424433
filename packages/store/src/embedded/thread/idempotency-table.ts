import type { DatabaseSync } from 'node:sqlite';
import { num, Query, str } from './sql.ts';

/** The positions that publications with an idempotency key got. */
export class IdempotencyTable {
  readonly #find: Query;
  readonly #put: Query;
  readonly #sweep: Query;

  constructor(db: DatabaseSync) {
    this.#find = new Query(
      db,
      'SELECT offset, epoch FROM idempotency WHERE channel = ? AND key = ? AND expires > ?',
    );
    this.#put = new Query(
      db,
      'REPLACE INTO idempotency (channel, key, expires, offset, epoch) VALUES (?, ?, ?, ?, ?)',
    );
    this.#sweep = new Query(
      db,
      `DELETE FROM idempotency WHERE (channel, key) IN
         (SELECT channel, key FROM idempotency WHERE expires <= ? ORDER BY expires LIMIT ?)`,
    );
  }

  find(channel: string, key: string, now: number): { offset: number; epoch: string } | null {
    const row = this.#find.first(channel, key, now);
    return row === undefined ? null : { offset: num(row, 0), epoch: str(row, 1) };
  }

  put(
    made: { channel: string; key: string; offset: number; epoch: string },
    expires: number,
  ): void {
    this.#put.run(made.channel, made.key, expires, made.offset, made.epoch);
  }

  sweep(now: number, limit: number): void {
    this.#sweep.run(now, limit);
  }
}
