import type { DatabaseSync } from 'node:sqlite';
import { partitionOf } from '../../partition.ts';
import type { Actor as ActorType, Waiting } from './actor.ts';
import { Actor } from './actor.ts';
import { lane } from './due-index.ts';
import type { DueIndex, LaneCode } from './due-index.ts';
import { num, numOrNull, Query, str, strOrNull } from './sql.ts';
import type { SqlRow } from './sql.ts';

const DEFAULT_CACHE_WEIGHT = 64 * 1024 * 1024;
/** What an actor weighs besides its texts. */
const ACTOR_WEIGHT = 512;
/** Consumed messages of an actor that may stay on disk, to delete many at once. */
const MAX_LEFTOVERS = 16;
const MAX_LEFTOVER_BYTES = 4096;
/** Messages that go into the actor's row instead of the inbox table. */
const MAX_FEW = 8;
const MAX_FEW_BYTES = 1024;
/** Waiting messages of an actor that are kept in memory as well. */
const MAX_TAIL = 64;
const MAX_TAIL_BYTES = 64 * 1024;

const COLUMNS = `id, version, fence, lane, due, wake_at, hold_until, holder, lease_until, suspended, stateful,
  first_seq, next_seq, disk_first, disk_next, few, dead, next_dead`;

/**
 * The actors of the store. Steps change the objects that `get` gives and say so by `changed`; `flush` writes what changed since,
 * before the transaction commits. After a failed transaction nothing of the memory counts: `reset` forgets it all.
 */
export class ActorTable {
  readonly #partitions: number;
  readonly #maxWeight: number;
  readonly #cached = new Map<string, ActorType>();
  #weight = 0;
  #dirty: ActorType[] = [];
  #lastId = 0;
  #due: DueIndex;

  readonly #find: Query;
  readonly #scheduled: Query;
  readonly #maxId: Query;
  readonly #insert: Query;
  readonly #update: Query;
  readonly #delete: Query;
  readonly #findState: Query;
  readonly #putState: Query;
  readonly #deleteState: Query;
  readonly #readInbox: Query;
  readonly #putInbox: Query;
  readonly #trimInbox: Query;
  readonly #wipeInbox: Query;
  readonly #page: Query;

  constructor(
    db: DatabaseSync,
    { partitions, cacheWeight }: { readonly partitions: number; readonly cacheWeight?: number },
    due: DueIndex,
  ) {
    this.#partitions = partitions;
    this.#maxWeight = cacheWeight ?? DEFAULT_CACHE_WEIGHT;
    this.#due = due;
    this.#find = new Query(db, `SELECT ${COLUMNS} FROM actors WHERE partition = ? AND key = ?`);
    this.#scheduled = new Query(db, 'SELECT partition, key, lane, due FROM actors WHERE lane <> 0');
    this.#maxId = new Query(db, 'SELECT coalesce(max(id), 0) FROM actors');
    this.#insert = new Query(
      db,
      `INSERT INTO actors (partition, key, ${COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
    );
    this.#update = new Query(
      db,
      `UPDATE actors SET version=?, fence=?, lane=?, due=?, wake_at=?, hold_until=?, holder=?, lease_until=?, suspended=?, stateful=?,
        first_seq=?, next_seq=?, disk_first=?, disk_next=?, few=?, dead=?, next_dead=? WHERE id=?`,
    );
    this.#delete = new Query(db, 'DELETE FROM actors WHERE id = ?');
    this.#findState = new Query(db, 'SELECT state, meta FROM states WHERE id = ?');
    this.#putState = new Query(db, 'REPLACE INTO states (id, state, meta) VALUES (?, ?, ?)');
    this.#deleteState = new Query(db, 'DELETE FROM states WHERE id = ?');
    this.#readInbox = new Query(
      db,
      'SELECT seq, at, body FROM inbox WHERE actor = ? AND seq >= ? AND seq < ? ORDER BY seq LIMIT ?',
    );
    this.#putInbox = new Query(db, 'INSERT INTO inbox (actor, seq, at, body) VALUES (?, ?, ?, ?)');
    this.#trimInbox = new Query(db, 'DELETE FROM inbox WHERE actor = ? AND seq < ?');
    this.#wipeInbox = new Query(db, 'DELETE FROM inbox WHERE actor = ?');
    this.#page = new Query(
      db,
      `SELECT key FROM actors WHERE partition = ? AND key > ? AND key < ?
         AND (stateful = 1 OR next_seq > first_seq OR dead > 0) ORDER BY key LIMIT ?`,
    );
    this.reset(due);
  }

  /** Forgets what is in memory and fills `due` from the table. */
  reset(due: DueIndex): void {
    this.#cached.clear();
    this.#weight = 0;
    this.#dirty = [];
    this.#due = due;
    this.#lastId = num(this.#maxId.first() ?? [0], 0);
    for (const row of this.#scheduled.all()) {
      due.set(due.entry(str(row, 1), num(row, 0)), num(row, 2) as LaneCode, num(row, 3));
    }
  }

  get(key: string): ActorType {
    const cached = this.#cached.get(key);
    if (cached !== undefined) return cached;
    const partition = partitionOf(key, this.#partitions);
    const actor = new Actor(key, this.#due.entry(key, partition));
    const row = this.#find.first(partition, key);
    if (row !== undefined) fill(actor, row);
    this.#cached.set(key, actor);
    this.#weigh(actor);
    return actor;
  }

  /** Makes `state` and `meta` readable. */
  loadState(actor: ActorType): void {
    if (actor.stateLoaded) return;
    const row = this.#findState.first(actor.id);
    actor.stateLoaded = true;
    actor.stateOnDisk = row !== undefined;
    if (row !== undefined) {
      actor.state = strOrNull(row, 0);
      actor.meta = strOrNull(row, 1);
      this.#weigh(actor);
    }
  }

  /** The first `limit` messages that wait. */
  messages(actor: ActorType, limit: number): readonly Waiting[] {
    const { tail, tailFrom, firstSeq } = actor;
    if (tailFrom <= firstSeq) return limit >= tail.length ? tail : tail.slice(0, limit);
    const found = this.#readInbox
      .all(actor.id, firstSeq, tailFrom, limit)
      .map((row) => ({ seq: num(row, 0), at: num(row, 1), body: str(row, 2) }));
    return found.length < limit ? [...found, ...tail.slice(0, limit - found.length)] : found;
  }

  /** Actors of a partition with a state, messages or dead letters, `from < key < to`. */
  keys(partition: number, range: { from: string; to: string }, limit: number): string[] {
    this.flush();
    return this.#page.all(partition, range.from, range.to, limit).map((row) => str(row, 0));
  }

  /** To be called after every change of an actor. */
  changed(actor: ActorType): void {
    if (actor.blank) {
      this.#due.set(actor.entry, lane.none, 0);
      actor.startOver();
    }
    if (actor.dirty) return;
    actor.dirty = true;
    this.#dirty.push(actor);
  }

  /** Writes what changed. */
  flush(): void {
    for (const actor of this.#dirty) this.#write(actor);
    this.#dirty = [];
  }

  /** Keeps the cache within its limit. Only between transactions, when nothing waits to be written. */
  shrink(): void {
    if (this.#weight <= this.#maxWeight) return;
    for (const [key, actor] of this.#cached) {
      if (this.#weight <= this.#maxWeight / 2) break;
      this.#weight -= actor.weight;
      this.#cached.delete(key);
    }
  }

  #write(actor: ActorType): void {
    actor.dirty = false;
    if (actor.wiped) this.#wipeInbox.run(actor.id);
    actor.wiped = false;
    if (actor.blank) {
      if (actor.id !== 0) {
        this.#delete.run(actor.id);
        this.#deleteState.run(actor.id);
      }
      actor.id = 0;
      actor.stateOnDisk = false;
      actor.stateDirty = false;
    } else {
      this.#writeRow(actor);
    }
    this.#weigh(actor);
  }

  #writeRow(actor: ActorType): void {
    const isNew = actor.id === 0;
    if (isNew) actor.id = ++this.#lastId;
    const few = this.#writeInbox(actor);
    if (actor.stateDirty) this.#writeState(actor);
    const { id, entry } = actor;
    const values = [
      actor.version,
      actor.fence,
      entry.lane,
      entry.due,
      actor.wakeAt,
      actor.holdUntil,
      actor.holder,
      actor.leaseUntil,
      actor.suspended,
      actor.stateful ? 1 : 0,
      actor.firstSeq,
      actor.nextSeq,
      actor.diskFirst,
      actor.diskNext,
      few,
      actor.dead,
      actor.nextDead,
    ];
    if (isNew) this.#insert.run(actor.partition, actor.key, id, ...values);
    else this.#update.run(...values, id);
  }

  /** Writes the messages that are not on disk. Answers with those that go into the actor's row. */
  #writeInbox(actor: ActorType): string | null {
    const { tail } = actor;
    const fresh = Math.max(0, actor.diskNext - actor.tailFrom);
    const isFew = tail.length - fresh <= MAX_FEW && actor.tailBytes <= MAX_FEW_BYTES;
    let few: string | null = null;
    if (isFew) {
      if (tail.length > fresh) few = JSON.stringify(tail.slice(fresh));
    } else {
      for (let i = fresh; i < tail.length; i++) {
        const message = tail[i];
        if (message !== undefined) {
          this.#putInbox.run(actor.id, message.seq, message.at, message.body);
        }
      }
      actor.diskNext = actor.nextSeq;
    }
    this.#trimLeftovers(actor);
    if (!isFew && (tail.length > MAX_TAIL || actor.tailBytes > MAX_TAIL_BYTES)) {
      actor.tail = [];
      actor.tailBytes = 0;
    }
    return few;
  }

  #trimLeftovers(actor: ActorType): void {
    const leftovers = Math.min(actor.firstSeq, actor.diskNext) - actor.diskFirst;
    if (leftovers > 0 && leftovers < MAX_LEFTOVERS && actor.leftoverBytes <= MAX_LEFTOVER_BYTES) {
      return;
    }
    if (leftovers > 0) this.#trimInbox.run(actor.id, actor.firstSeq);
    actor.diskFirst = Math.min(actor.firstSeq, actor.diskNext);
    actor.leftoverBytes = 0;
  }

  #writeState(actor: ActorType): void {
    actor.stateDirty = false;
    if (actor.state !== null || actor.meta !== null) {
      this.#putState.run(actor.id, actor.state, actor.meta);
      actor.stateOnDisk = true;
    } else if (actor.stateOnDisk) {
      this.#deleteState.run(actor.id);
      actor.stateOnDisk = false;
    }
  }

  #weigh(actor: ActorType): void {
    const weight =
      ACTOR_WEIGHT + (actor.state?.length ?? 0) + (actor.meta?.length ?? 0) + actor.tailBytes;
    this.#weight += weight - actor.weight;
    actor.weight = weight;
  }
}

function fill(actor: ActorType, row: SqlRow): void {
  actor.id = num(row, 0);
  actor.version = num(row, 1);
  actor.fence = num(row, 2);
  actor.wakeAt = numOrNull(row, 5);
  actor.holdUntil = numOrNull(row, 6);
  actor.holder = strOrNull(row, 7);
  actor.leaseUntil = num(row, 8);
  actor.suspended = strOrNull(row, 9);
  actor.stateful = num(row, 10) === 1;
  actor.firstSeq = num(row, 11);
  actor.nextSeq = num(row, 12);
  actor.diskFirst = num(row, 13);
  actor.diskNext = num(row, 14);
  const few = strOrNull(row, 15);
  actor.tail = few === null ? [] : (JSON.parse(few) as Waiting[]);
  for (const { body } of actor.tail) actor.tailBytes += body.length;
  actor.dead = num(row, 16);
  actor.nextDead = num(row, 17);
  actor.stateLoaded = false;
}
