import type { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../store-error.ts';
import { WireReader } from '../wire.ts';
import type { WireValue } from '../wire.ts';
import type { Context } from './context.ts';
import { SQLITE_IOERR, sqliteCode } from './database.ts';
import { Query } from './sql.ts';
import { mustSync, stepOf } from './steps.ts';
import { Syncing } from './syncing.ts';

/** How often what has run out is swept, in ms of the store's time, and how much at once. */
const SWEEP_EVERY_MS = 1000;
const SWEEP_LIMIT = 256;
/** Positions that only readers made: any number of them may come at once, so they are swept after every batch until none is left. */
const SWEEP_ASKED_LIMIT = 1024;

/** Applies batches of operations, each in one transaction. */
export class Batches {
  readonly #ctx: Context;
  readonly #begin: Query;
  readonly #commit: Query;
  readonly #rollback: Query;
  readonly #syncing: Syncing;
  #sweptAt = 0;

  constructor(db: DatabaseSync, ctx: Context) {
    this.#ctx = ctx;
    this.#begin = new Query(db, 'BEGIN IMMEDIATE');
    this.#commit = new Query(db, 'COMMIT');
    this.#rollback = new Query(db, 'ROLLBACK');
    this.#syncing = new Syncing(db);
  }

  /**
   * The answers of all operations. When one of them throws, which none is meant to, the transaction is rolled back and each
   * operation gets one of its own, so that the others go on. When the disk fails, all fail.
   */
  apply(ops: readonly WireValue[], now: number): WireValue[] {
    const ctx = this.#ctx;
    ctx.now = now;
    ctx.counters.add('batches');
    try {
      return this.#transaction(ops);
    } catch (error) {
      const broken = diskProblem(error);
      if (broken !== null) return this.#fail(ops, broken);
      ctx.counters.add('batches_retried');
      return each(ops).flatMap((one) => this.#alone(one));
    }
  }

  /** Deletes some of what has run out, now and then. For between batches, when nobody waits. */
  sweep(now: number): void {
    const ctx = this.#ctx;
    if (Math.abs(now - this.#sweptAt) < SWEEP_EVERY_MS) return;
    this.#sweptAt = now;
    try {
      this.#syncing.next(false);
      this.#begin.run();
      ctx.channels.sweep(now, SWEEP_LIMIT);
      if (ctx.channels.sweepAsked(now, SWEEP_ASKED_LIMIT)) this.#sweptAt = Number.NEGATIVE_INFINITY;
      ctx.presence.sweep(now, SWEEP_LIMIT);
      ctx.idempotency.sweep(now, SWEEP_LIMIT);
      this.#commit.run();
    } catch (error) {
      ctx.counters.add('sweeps_failed');
      this.#undo(error);
    }
  }

  #transaction(ops: readonly WireValue[]): WireValue[] {
    const ctx = this.#ctx;
    const out: WireValue[] = [];
    const input = new WireReader(ops);
    let count = 0;
    const sync = mustSync(ops);
    try {
      this.#syncing.next(sync);
      this.#begin.run();
      while (!input.done) {
        const code = input.number();
        input.position += 1;
        out.push(true);
        stepOf(code)(ctx, input, out);
        count += 1;
      }
      ctx.flush();
      this.#commit.run();
    } catch (error) {
      this.#undo(error);
      throw error;
    }
    ctx.counters.add('ops', count);
    if (!sync) ctx.counters.add('batches_not_synced');
    ctx.settle();
    return out;
  }

  #alone(ops: readonly WireValue[]): WireValue[] {
    try {
      return this.#transaction(ops);
    } catch (error) {
      const broken = diskProblem(error);
      if (broken !== null) return this.#fail(ops, broken);
      const why = error instanceof Error ? error.message : String(error);
      return this.#fail(ops, new StoreError('internal', `the embedded store failed: ${why}`));
    }
  }

  #undo(error: unknown): void {
    if (sqliteCode(error) === SQLITE_IOERR) this.#syncing.failed();
    try {
      this.#rollback.run();
    } catch {
      // SQLite has rolled back already, as it does when the disk is full.
    }
    this.#ctx.reset();
  }

  #fail(ops: readonly WireValue[], error: StoreError): WireValue[] {
    const failed = each(ops);
    this.#ctx.counters.add('ops_failed', failed.length);
    return failed.flatMap(() => [false, error.code, error.message]);
  }
}

/** Splits a batch into its operations. */
function each(ops: readonly WireValue[]): WireValue[][] {
  const all: WireValue[][] = [];
  for (let at = 0; at < ops.length;) {
    const length = ops[at + 1] as number;
    all.push(ops.slice(at, at + length));
    at += length;
  }
  return all;
}

/** What the operator must hear of: these fail every operation, and trying one by one would not help. */
function diskProblem(error: unknown): StoreError | null {
  const problem = diskProblems[sqliteCode(error) ?? 0];
  return problem === undefined
    ? null
    : new StoreError('unavailable', `the embedded store cannot write: ${problem}`);
}

const diskProblems: Readonly<Record<number, string>> = {
  7: 'out of memory',
  8: 'the database is read-only; check the permissions of the data directory',
  10: 'the disk reported an I/O error; check the disk',
  11: 'the database file is damaged; restore it from a backup',
  13: 'the disk is full; free some space',
};
