import type { DatabaseSync } from 'node:sqlite';
import { num, Query, str } from './sql.ts';

/** An actor keeps this many; the oldest goes first. */
export const MAX_DEAD_LETTERS = 1000;

export interface DeadRow {
  readonly id: number;
  readonly body: string;
  readonly acceptedAt: number;
  readonly diedAt: number;
  readonly error: string;
  readonly attempts: number;
}

/** The dead letters of all actors, ordered by (partition, actor, id). */
export class DeadLetterTable {
  readonly #add: Query;
  readonly #dropOldest: Query;
  readonly #all: Query;
  readonly #delete: Query;
  readonly #nextActor: Query;

  constructor(db: DatabaseSync) {
    this.#add = new Query(
      db,
      `INSERT INTO dead_letters (partition, actor, id, body, accepted_at, died_at, error, attempts)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#dropOldest = new Query(
      db,
      `DELETE FROM dead_letters WHERE partition = ?1 AND actor = ?2 AND id =
         (SELECT min(id) FROM dead_letters WHERE partition = ?1 AND actor = ?2)`,
    );
    this.#all = new Query(
      db,
      `SELECT id, body, accepted_at, died_at, error, attempts FROM dead_letters
       WHERE partition = ? AND actor = ? ORDER BY id`,
    );
    this.#delete = new Query(
      db,
      'DELETE FROM dead_letters WHERE partition = ? AND actor = ? AND id = ?',
    );
    this.#nextActor = new Query(
      db,
      `SELECT actor FROM dead_letters WHERE partition = ? AND actor > ? AND actor < ?
       ORDER BY actor LIMIT 1`,
    );
  }

  add(partition: number, actor: string, letter: DeadRow): void {
    this.#add.run(
      partition,
      actor,
      letter.id,
      letter.body,
      letter.acceptedAt,
      letter.diedAt,
      letter.error,
      letter.attempts,
    );
  }

  dropOldest(partition: number, actor: string): void {
    this.#dropOldest.run(partition, actor);
  }

  all(partition: number, actor: string): DeadRow[] {
    return this.#all.all(partition, actor).map((row) => ({
      id: num(row, 0),
      body: str(row, 1),
      acceptedAt: num(row, 2),
      diedAt: num(row, 3),
      error: str(row, 4),
      attempts: num(row, 5),
    }));
  }

  delete(partition: number, actor: string, id: number): void {
    this.#delete.run(partition, actor, id);
  }

  /** The first actor with dead letters in `from < key < to`. */
  nextActor(partition: number, from: string, to: string): string | null {
    const row = this.#nextActor.first(partition, from, to);
    return row === undefined ? null : str(row, 0);
  }
}
