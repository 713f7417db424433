import type { DatabaseSync } from 'node:sqlite';
import { Query, str } from './sql.ts';

/** Who is alive. */
export class MemberTable {
  readonly #put: Query;
  readonly #expire: Query;
  readonly #all: Query;
  readonly #delete: Query;

  constructor(db: DatabaseSync) {
    this.#put = new Query(db, 'REPLACE INTO members (id, roles, expires) VALUES (?, ?, ?)');
    this.#expire = new Query(db, 'DELETE FROM members WHERE expires <= ?');
    this.#all = new Query(db, 'SELECT id, roles FROM members ORDER BY id');
    this.#delete = new Query(db, 'DELETE FROM members WHERE id = ?');
  }

  put(member: { readonly id: string; readonly roles: string }, expires: number): void {
    this.#put.run(member.id, member.roles, expires);
  }

  alive(now: number): { id: string; roles: string }[] {
    this.#expire.run(now);
    return this.#all.all().map((row) => ({ id: str(row, 0), roles: str(row, 1) }));
  }

  delete(id: string): void {
    this.#delete.run(id);
  }
}
