import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import {
  historyOperation,
  publishOperation,
  updatePresenceOperation,
} from '../channel-operations.ts';
import { SharedCounters } from '../counter-names.ts';
import { Delivery } from '../delivery.ts';
import type { Operation } from '../link.ts';
import { sendOperation } from '../send-operations.ts';
import { WireReader } from '../wire.ts';
import type { WireValue } from '../wire.ts';
import { Batches } from './batch.ts';
import { Context } from './context.ts';
import { SCHEMA } from './schema.ts';

const HOUR = 3_600_000;

interface Thread {
  readonly db: DatabaseSync;
  readonly batches: Batches;
  ask<I, O>(operation: Operation<I, O>, input: I, now?: number): O;
  count(table: string): number;
}

/** The thread's part of the store without a thread. */
function startThread(): Thread {
  const db = new DatabaseSync(':memory:');
  db.exec(SCHEMA);
  const counters = new SharedCounters().buffer;
  const batches = new Batches(
    db,
    new Context(db, { partitions: 4, dedupWindowMs: 1000, counters }),
  );
  return {
    db,
    batches,
    ask(operation, input, now = 1) {
      const ops: WireValue[] = [operation.code, 0];
      operation.write(ops, input);
      ops[1] = ops.length;
      const from = new WireReader(batches.apply(ops, now));
      if (!from.flag()) throw new Error(`${from.text()}: ${from.text()}`);
      return operation.read(from, input);
    },
    count: (table) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']),
  };
}

const publish = publishOperation(new Delivery());

function publication(
  channel: string,
  ttlMs: number,
  body = 'b',
): Parameters<typeof publish.write>[1] {
  const history = { size: 10, ttlMs, metaTtlMs: 2 * ttlMs };
  return {
    publication: { channel, body, origin: '', history },
    options: { idempotencyKey: 'k' },
  };
}

describe('a disk that is full', () => {
  test('fails what does not fit as unavailable, half-applies nothing, and works again with room', () => {
    const { db, ask, count } = startThread();
    const pages = Number(db.prepare('PRAGMA page_count').get()?.['page_count']);
    db.exec(`PRAGMA max_page_count = ${pages + 10}`);
    const fill = (): void => {
      for (let i = 0; i < 1000; i++) {
        ask(publish, publication(`news:${i}`, HOUR, 'x'.repeat(2000)));
      }
    };
    expect(fill).toThrow(/^unavailable: .*disk is full/);
    const kept = count('channels');
    expect(count('history')).toBe(kept);
    db.exec(`PRAGMA max_page_count = ${pages + 1000}`);
    expect(ask(publish, publication('news:more', HOUR))).toMatchObject({
      offset: 1,
      published: true,
    });
    expect(ask(sendOperation, { to: 'a/1', body: 'm' })).toBe('accepted');
    expect(count('channels')).toBe(kept + 1);
  });
});

describe('the sweep', () => {
  test('deletes channels, keys and presence that have run out, in steps, and keeps the rest', () => {
    const { ask, batches, count } = startThread();
    for (let i = 0; i < 600; i++) ask(publish, publication(`short:${i}`, 1000));
    ask(publish, publication('long:1', HOUR));
    const presence = updatePresenceOperation(4);
    const client = { channel: 'room:1', user: 'ann', infoJson: '{}' };
    ask(presence, { ...client, client: 'c1', ttlMs: 1000 });
    ask(presence, { ...client, client: 'c2', ttlMs: HOUR });
    // Histories have run out, positions and keys have not.
    batches.sweep(1501);
    expect(count('channels')).toBe(601);
    expect(count('presence')).toBe(1);
    expect(count('history')).toBe(601 - 256);
    for (let i = 1; i < 10; i++) batches.sweep(400_000 + 1000 * i);
    expect(count('channels')).toBe(1);
    expect(count('history')).toBe(1);
    expect(count('presence')).toBe(1);
    expect(count('idempotency')).toBe(0);
    const { publications } = ask(historyOperation, {
      channel: 'long:1',
      query: { limit: -1, metaTtlMs: HOUR },
    });
    expect(publications).toHaveLength(1);
  });

  test('deletes positions that nobody asks for any more as fast as they were made', () => {
    const { ask, batches, count } = startThread();
    const query = { limit: 0, metaTtlMs: 1000 };
    ask(publish, publication('news:1', HOUR));
    for (let i = 0; i < 3000; i++) ask(historyOperation, { channel: `any:${i}`, query });
    ask(historyOperation, { channel: 'any:long', query: { limit: 0, metaTtlMs: HOUR } });
    expect(count('channels')).toBe(3002);
    // No second goes by between these.
    for (let i = 0; i < 3; i++) batches.sweep(1501);
    expect(count('channels')).toBe(2);
  });
});
