import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../../store-error.ts';
import { LogSpace } from './log-space.ts';
import { INDEXES, SCHEMA, SCHEMA_VERSION } from './schema.ts';

const SQLITE_BUSY = 5;
/** Reading, writing or syncing failed. */
export const SQLITE_IOERR = 10;
const SQLITE_NOTADB = 26;

/** The log is copied to the database when it has so many pages, and starts over. */
const LOG_PAGES = 16_000;
/** A page of the log with its header, in bytes: https://www.sqlite.org/fileformat2.html#the_write_ahead_log */
const LOG_FRAME = 4096 + 24;

/** The primary SQLite result code of an error; `null` when it is something else. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

/** Opens the data of a store, and holds it alone until `close` or the end of the process. */
export function openDatabase(dataDir: string, partitions: number): OpenDatabase {
  if (dataDir === ':memory:') {
    const db = new DatabaseSync(':memory:');
    prepareData(db, partitions, dataDir);
    return { db, close: () => db.close() };
  }
  const file = join(dataDir, 'belfry.db');
  const pidFile = join(dataDir, 'belfry.pid');
  createPrivately(dataDir, file);
  const db = lock(file, pidFile);
  try {
    prepareData(db, partitions, file);
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    db.close();
    throw error;
  }
  const log = new LogSpace(`${file}-wal`, LOG_PAGES * LOG_FRAME);
  const close = (): void => {
    log.close();
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    rmSync(pidFile, { force: true });
    db.close();
  };
  return { db, close };
}

export interface OpenDatabase {
  readonly db: DatabaseSync;
  close(): void;
}

/**
 * A directory that is there already keeps its mode: it may be more than ours. SQLite gives its other files the mode of the database.
 * The file must not be opened here once it exists: closing any descriptor of it would drop the locks that another store of this
 * process holds on it.
 */
function createPrivately(dataDir: string, file: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      'invalid',
      `dataDir ${dataDir}: cannot be created or written (${why}); give a directory that this user owns`,
      { cause: error },
    );
  }
}

/** The lock is the operating system's: it goes when the process does, however it ends. */
function lock(file: string, pidFile: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    db.exec('PRAGMA cache_size = -65536');
    db.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
    db.exec('PRAGMA journal_size_limit = 134217728');
    db.exec('PRAGMA temp_store = MEMORY');
    db.exec('BEGIN IMMEDIATE; COMMIT');
    return db;
  } catch (error) {
    db.close();
    if (sqliteCode(error) === SQLITE_BUSY) throw new StoreError('locked', lockedBy(file, pidFile));
    if (sqliteCode(error) === SQLITE_NOTADB) {
      throw new StoreError(
        'incompatible',
        `${file} is not a Belfry database; choose another data directory (--data-dir), or move the file away`,
      );
    }
    throw error;
  }
}

function lockedBy(file: string, pidFile: string): string {
  let pid = '';
  try {
    pid = readFileSync(pidFile, 'utf8').trim();
  } catch {
    // The holder has not written it yet, or is not a Belfry.
  }
  const holder = /^\d+$/.test(pid) ? `process ${pid}` : 'another process';
  return `${file} is in use by ${holder}; stop it first, or choose another data directory (processes that share state need the Redis store)`;
}

/** Makes the tables, or checks that they are what this version reads. */
function prepareData(db: DatabaseSync, partitions: number, file: string): void {
  const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'meta'").get();
  if (tables?.['n'] === 0) {
    db.exec('BEGIN IMMEDIATE');
    db.exec(SCHEMA);
    db.exec(INDEXES);
    const put = db.prepare('INSERT INTO meta (name, value) VALUES (?, ?)');
    put.run('schema', String(SCHEMA_VERSION));
    put.run('partitions', String(partitions));
    db.exec('COMMIT');
    return;
  }
  const read = db.prepare('SELECT value FROM meta WHERE name = ?');
  const schema = Number(read.get('schema')?.['value']);
  if (schema !== SCHEMA_VERSION) {
    const fix = schema > SCHEMA_VERSION ? 'run that newer Belfry' : 'start with a new dataDir';
    throw new StoreError(
      'incompatible',
      `${file} has data of schema ${schema}, this Belfry reads schema ${SCHEMA_VERSION}; ${fix}`,
    );
  }
  const made = Number(read.get('partitions')?.['value']);
  if (made !== partitions) {
    throw new StoreError(
      'incompatible',
      `${file} was made with ${made} partitions, but partitions is ${partitions}; set partitions to ${made}, or start with a new dataDir`,
    );
  }
  db.exec(INDEXES);
}
