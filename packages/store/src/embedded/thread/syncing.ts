import type { DatabaseSync } from 'node:sqlite';

/**
 * Whether the next transaction's COMMIT syncs the log (WAL) to the disk. A sync makes all transactions before it durable too; after
 * the machine failed, SQLite reads the log up to the first one that is not whole. So what is lost is always what came last.
 */
export class Syncing {
  readonly #db: DatabaseSync;
  #syncs: boolean | null = null;
  #damaged = false;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** To be called between transactions. Throws when the disk has failed and still does. */
  next(sync: boolean): void {
    if (this.#damaged) this.#repair();
    if (this.#syncs === sync) return;
    this.#db.exec(`PRAGMA synchronous = ${sync ? 'FULL' : 'NORMAL'}`);
    this.#syncs = sync;
  }

  /**
   * The disk has failed. When that was a sync, the system may take what it could not write for written, and no later sync would
   * tell: transactions that were not synced before would be a hole in the log, behind which all would be lost.
   */
  failed(): void {
    this.#damaged = true;
  }

  /** Copies the whole log into the database, so that nothing depends on it. */
  #repair(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#damaged = false;
  }
}
