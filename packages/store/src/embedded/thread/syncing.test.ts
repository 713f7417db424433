import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { Syncing } from './syncing.ts';

test('after the disk has failed all is copied out of the log before anything else is written', () => {
  using cleanup = new DisposableStack();
  const dir = mkdtempSync(join(tmpdir(), 'belfry-syncing-'));
  cleanup.defer(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'data.db');
  const db = new DatabaseSync(file);
  cleanup.defer(() => db.close());
  db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; CREATE TABLE t (v TEXT)');
  const syncing = new Syncing(db);
  syncing.next(false);
  db.exec("INSERT INTO t VALUES ('not synced')");
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
  syncing.failed();
  syncing.next(true);
  expect(statSync(`${file}-wal`).size).toBe(0);
  expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
  db.exec("INSERT INTO t VALUES ('synced')");
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
  expect(db.prepare('SELECT v FROM t').all()).toEqual([{ v: 'not synced' }, { v: 'synced' }]);
});
