import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActorKey } from '@belfry/protocol';
import { expect, test } from 'vitest';
import type { ClaimedActor } from '../../actor-store.ts';
import type { Partition } from '../../partition.ts';
import {
  historyOperation,
  removePresenceOperation,
  updatePresenceOperation,
} from '../channel-operations.ts';
import { SharedCounters } from '../counter-names.ts';
import { Delivery } from '../delivery.ts';
import type { Operation } from '../link.ts';
import { sendOperation } from '../send-operations.ts';
import { claimOperation, commitOperation } from '../turn-operations.ts';
import { WireReader } from '../wire.ts';
import type { WireValue } from '../wire.ts';
import { Batches } from './batch.ts';
import { Context } from './context.ts';
import { openDatabase } from './database.ts';

const PARTITIONS = 2;
const ACTORS: readonly ActorKey[] = ['room/1', 'room/2', 'room/3'];
/** https://www.sqlite.org/fileformat2.html#the_write_ahead_log */
const LOG_HEADER = 32;
const FRAME_HEADER = 24;
const FRAME = 4096 + FRAME_HEADER;

const commit = commitOperation({ delivery: new Delivery(), areNeighbours: () => true });
const updatePresence = updatePresenceOperation(PARTITIONS);
const history = { size: 1000, ttlMs: 3_600_000, metaTtlMs: 3_600_000 };

/** What was answered as durable of one actor. */
interface Promised {
  readonly accepted: string[];
  version: number;
  fence: number;
}

/** The thread's part of a store on disk, without a thread. */
class Thread implements Disposable {
  readonly dataDir: string;
  /** So much of the log a power cut cannot take, in bytes. */
  sure = 0;
  readonly #opened: ReturnType<typeof openDatabase>;
  readonly #batches: Batches;

  constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.#opened = openDatabase(dataDir, PARTITIONS);
    const counters = new SharedCounters().buffer;
    const options = { partitions: PARTITIONS, dedupWindowMs: 60_000, counters };
    this.#batches = new Batches(this.#opened.db, new Context(this.#opened.db, options));
  }

  ask<I, O>(operation: Operation<I, O>, input: I, now: number): O {
    const ops: WireValue[] = [operation.code, 0];
    operation.write(ops, input);
    ops[1] = ops.length;
    const from = new WireReader(this.#batches.apply(ops, now));
    const full = this.#opened.db.prepare('PRAGMA synchronous').get()?.['synchronous'] === 2;
    if (full) this.sure = this.logEnd;
    if (!from.flag()) throw new Error(`${from.text()}: ${from.text()}`);
    return operation.read(from, input);
  }

  claim(partition: number, now: number): readonly ClaimedActor[] {
    const request = { partition: partition as Partition, holder: 'h', limit: 10, leaseMs: 50 };
    const more = { overdueMs: { message: 0, tick: 0 }, maxMessages: 100 };
    return this.ask(claimOperation, { ...request, ...more }, now).claimed;
  }

  /** Where the log ends, in bytes: at the first frame without its salt. */
  get logEnd(): number {
    const log = readFileSync(join(this.dataDir, 'belfry.db-wal'));
    const salt = log.subarray(16, 24);
    let end = LOG_HEADER;
    while (end + FRAME <= log.length && log.subarray(end + 8, end + 16).equals(salt)) end += FRAME;
    return end;
  }

  [Symbol.dispose](): void {
    this.#opened.close();
  }
}

function stateOf({ state }: ClaimedActor): string[] {
  return JSON.parse(state ?? '[]') as string[];
}

/** One turn: everything is consumed, what clients sent is written down, and told. */
function turn(thread: Thread, actor: ClaimedActor, now: number): number {
  const bodies = actor.messages.map(({ body }) => body);
  const result = thread.ask(
    commit,
    {
      actor: actor.actor,
      fence: actor.fence,
      version: actor.version,
      state: JSON.stringify([...stateOf(actor), ...bodies]),
      meta: null,
      consumedThrough: actor.messages.at(-1)?.seq ?? null,
      deadLetters: [],
      forget: [],
      publications: [
        { channel: `server:${actor.actor}`, body: String(actor.version + 1), history },
      ],
      sends: [],
      wakeAt: null,
      holdUntil: null,
      suspend: null,
      lease: { type: 'release' },
    },
    now,
  );
  if (result.status !== 'committed') throw new Error(`it was ${result.reason}`);
  return result.version;
}

/** Copies the data as a disk could have it that lost its power: of the log, `bytes` are sure, and after them is anything. */
function cut(dataDir: string, bytes: number, rest: Buffer): string {
  const copy = mkdtempSync(join(dataDir, 'cut-'));
  copyFileSync(join(dataDir, 'belfry.db'), join(copy, 'belfry.db'));
  const log = readFileSync(join(dataDir, 'belfry.db-wal'));
  writeFileSync(join(copy, 'belfry.db-wal'), Buffer.concat([log.subarray(0, bytes), rest]));
  return copy;
}

/** Opens what a power cut left and compares it with what was promised. */
function check(dataDir: string, promised: ReadonlyMap<ActorKey, Promised>, now: number): void {
  using thread = new Thread(dataDir);
  for (const key of ACTORS) thread.ask(sendOperation, { to: key, body: 'after' }, now);
  // No time needs to go by for the fences; but the leases of the process that is gone run out.
  const claims = [now, now + 51].flatMap((at) => [...thread.claim(0, at), ...thread.claim(1, at)]);
  for (const [key, { accepted, version, fence }] of promised) {
    const claimed = claims.find(({ actor }) => actor === key);
    if (claimed === undefined) throw new Error(`${key} cannot be claimed`);
    expect(claimed.fence).toBeGreaterThan(fence);
    expect(claimed.version).toBeGreaterThanOrEqual(version);
    const bodies = [...stateOf(claimed), ...claimed.messages.map(({ body }) => body)];
    const numbered = bodies.filter((body) => body.startsWith('#'));
    expect(numbered).toEqual(accepted);
    const query = { limit: -1, metaTtlMs: 1000 };
    const told = thread.ask(historyOperation, { channel: `server:${key}`, query }, now);
    expect(told.publications.map(({ body }) => Number(body))).toEqual(
      Array.from({ length: claimed.version }, (_, i) => i + 1),
    );
  }
}

test.each([1, 2, 3])(
  'what was acknowledged is there after the power failed at any moment (run %i)',
  (run) => {
    using cleanup = new DisposableStack();
    const dataDir = mkdtempSync(join(tmpdir(), 'belfry-power-'));
    cleanup.defer(() => rmSync(dataDir, { recursive: true, force: true }));
    const thread = cleanup.use(new Thread(dataDir));
    const random = (below: number): number => Math.floor(Math.random() * below);
    const promised = new Map(
      ACTORS.map((actor): [ActorKey, Promised] => [actor, { accepted: [], version: 0, fence: 0 }]),
    );
    let now = 1_000_000;
    let unsure = 0;
    for (let step = 0; step < 60; step++) {
      now += random(40);
      const actor = ACTORS[random(ACTORS.length)] as ActorKey;
      const of = promised.get(actor) as Promised;
      const client = { channel: `control:${actor}`, client: `c${random(3)}` };
      switch (random(4)) {
        case 0: {
          const body = `#${step}`;
          thread.ask(sendOperation, { to: actor, body, id: body }, now);
          of.accepted.push(body);
          break;
        }
        case 1:
          for (const each of thread.claim(random(PARTITIONS), now)) {
            // Some holders take their time: what they claimed is claimed again.
            if (random(3) === 0 || each.messages.length === 0) continue;
            const its = promised.get(each.actor) as Promised;
            its.version = turn(thread, each, now);
            its.fence = each.fence;
          }
          break;
        case 2: {
          const events = { actor, enter: 'enter', leave: 'leave', mustExist: false };
          const entry = { ...client, user: client.client, infoJson: '{}', ttlMs: 30 };
          thread.ask(updatePresence, { ...entry, events }, now);
          break;
        }
        default:
          thread.ask(removePresenceOperation, client, now);
      }
      const { sure, logEnd } = thread;
      if (logEnd > sure) unsure++;
      if (step % 6 !== run % 6) continue;
      const kept = sure + random(logEnd - sure + 1);
      check(cut(dataDir, kept, Buffer.alloc(FRAME)), promised, now);
      check(cut(dataDir, sure, randomBytes(2 * FRAME)), promised, now);
    }
    expect(unsure).toBeGreaterThan(5);
  },
);
