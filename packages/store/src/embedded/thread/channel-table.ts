import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { floorAt, isAlive } from './channel.ts';
import type { Channel, Policy, Stored } from './channel.ts';
import { num, numOrNull, Query, str } from './sql.ts';

const DEFAULT_CACHED = 65_536;
/** Trimmed publications of a channel that may stay on disk, to delete many at once. */
const MAX_LEFTOVERS = 32;

export interface NewPublication {
  readonly channel: string;
  readonly body: string;
  readonly origin: string;
  readonly policy: Policy;
}

/** The channels that have offsets, and their history. Like `ActorTable`: steps change objects, `flush` writes. */
export class ChannelTable {
  readonly #maxCached: number;
  readonly #cached = new Map<string, Channel>();
  #dirty: Channel[] = [];
  #lastId = 0;
  /** Where the sweep goes on. */
  #sweptThrough = 0;

  readonly #find: Query;
  readonly #maxId: Query;
  readonly #insert: Query;
  readonly #update: Query;
  readonly #delete: Query;
  readonly #last: Query;
  readonly #first: Query;
  readonly #put: Query;
  readonly #trim: Query;
  readonly #wipe: Query;
  readonly #forward: Query;
  readonly #backward: Query;
  readonly #page: Query;
  readonly #asked: Query;

  constructor(db: DatabaseSync, cachedChannels: number = DEFAULT_CACHED) {
    this.#maxCached = cachedChannels;
    this.#find = new Query(
      db,
      `SELECT id, epoch, top, floor, size, ttl, meta_ttl, last_at, version, version_epoch FROM channels WHERE name = ?`,
    );
    this.#maxId = new Query(db, 'SELECT coalesce(max(id), 0) FROM channels');
    this.#insert = new Query(
      db,
      `INSERT INTO channels (name, epoch, top, floor, size, ttl, meta_ttl, last_at, version, version_epoch, id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#update = new Query(
      db,
      `UPDATE channels SET epoch=?, top=?, floor=?, size=?, ttl=?, meta_ttl=?, last_at=?, version=?, version_epoch=? WHERE id=?`,
    );
    this.#delete = new Query(db, 'DELETE FROM channels WHERE id = ?');
    const history = 'SELECT offset, at, body, origin FROM history WHERE channel = ?';
    this.#last = new Query(
      db,
      'SELECT offset, at FROM history WHERE channel = ? ORDER BY offset DESC LIMIT 1',
    );
    this.#first = new Query(
      db,
      'SELECT offset FROM history WHERE channel = ? ORDER BY offset LIMIT 1',
    );
    this.#put = new Query(
      db,
      'INSERT INTO history (channel, offset, at, body, origin) VALUES (?, ?, ?, ?, ?)',
    );
    this.#trim = new Query(db, 'DELETE FROM history WHERE channel = ? AND offset <= ?');
    this.#wipe = new Query(db, 'DELETE FROM history WHERE channel = ?');
    this.#forward = new Query(db, `${history} AND offset > ? ORDER BY offset LIMIT ?`);
    this.#backward = new Query(
      db,
      `${history} AND offset > ? AND offset < ? ORDER BY offset DESC LIMIT ?`,
    );
    this.#page = new Query(db, 'SELECT name, id FROM channels WHERE id > ? ORDER BY id LIMIT ?');
    this.#asked = new Query(
      db,
      'SELECT name FROM channels WHERE top = 0 AND last_at + meta_ttl <= ? ORDER BY last_at + meta_ttl LIMIT ?',
    );
    this.reset();
  }

  reset(): void {
    this.#cached.clear();
    this.#dirty = [];
    this.#lastId = num(this.#maxId.first() ?? [0], 0);
  }

  /** The channel, if its offset and epoch are known. */
  find(name: string, now: number): Channel | null {
    const channel = this.#cached.get(name) ?? this.#load(name);
    return channel !== null && isAlive(channel, now) ? channel : null;
  }

  /** The channel, with a new epoch if there was none. */
  ensure(name: string, now: number, metaTtlMs: number): Channel {
    let channel = this.#cached.get(name) ?? this.#load(name);
    if (channel === null) {
      channel = newChannel(name, now, metaTtlMs);
      this.#cached.set(name, channel);
      this.#changed(channel);
    } else if (!isAlive(channel, now)) {
      const { id } = channel;
      Object.assign(channel, newChannel(name, now, metaTtlMs), {
        id,
        wiped: id !== 0,
        dirty: channel.dirty,
      });
      this.#changed(channel);
    }
    return channel;
  }

  /** The channel, for a reader: a position that no publication has made lives for `ttlMs` after it was last asked for. */
  ask(name: string, now: number, ttlMs: number): Channel {
    const longer = Math.ceil(ttlMs * 1.25);
    const channel = this.ensure(name, now, longer);
    // Renewed when a fifth is used up, so that few readings write.
    if (channel.top === 0 && channel.lastAt + channel.metaTtlMs < now + ttlMs) {
      channel.lastAt = now;
      channel.metaTtlMs = longer;
      channel.rowDirty = true;
      this.#changed(channel);
    }
    return channel;
  }

  /** Without history there is nothing to keep, and no position. */
  publish(publication: NewPublication, now: number): { offset: number; epoch: string } {
    const { policy } = publication;
    if (policy.size === 0) return { offset: 0, epoch: '' };
    const channel = this.ensure(publication.channel, now, policy.metaTtlMs);
    const floor = floorAt(channel, now);
    if (
      floor !== channel.floor ||
      policy.size !== channel.size ||
      policy.ttlMs !== channel.ttlMs ||
      policy.metaTtlMs !== channel.metaTtlMs
    ) {
      channel.rowDirty = true;
      channel.size = policy.size;
      channel.ttlMs = policy.ttlMs;
      channel.metaTtlMs = policy.metaTtlMs;
    }
    channel.top += 1;
    channel.floor = Math.max(floor, channel.top - policy.size);
    channel.lastAt = now;
    channel.pending.push({
      offset: channel.top,
      at: now,
      body: publication.body,
      origin: publication.origin,
    });
    this.#changed(channel);
    return { offset: channel.top, epoch: channel.epoch };
  }

  setVersion(channel: Channel, version: number, versionEpoch: string): void {
    channel.version = version;
    channel.versionEpoch = versionEpoch;
    channel.rowDirty = true;
    this.#changed(channel);
  }

  removeHistory(name: string, now: number): void {
    const channel = this.find(name, now);
    if (channel === null) return;
    channel.floor = channel.top;
    channel.pending = [];
    channel.rowDirty = true;
    channel.wiped = channel.id !== 0;
    this.#changed(channel);
  }

  /** What is between `floor` and the top, after (reverse: before) `since`; `limit` -1: all. */
  history(
    channel: Channel,
    now: number,
    query: { limit: number; since: number | null; reverse: boolean },
  ): Stored[] {
    if (query.limit === 0) return [];
    if (channel.dirty) this.#write(channel);
    const floor = floorAt(channel, now);
    const rows = query.reverse
      ? this.#backward.all(channel.id, floor, query.since ?? Number.MAX_SAFE_INTEGER, query.limit)
      : this.#forward.all(channel.id, Math.max(floor, query.since ?? 0), query.limit);
    return rows.map((row) => ({
      offset: num(row, 0),
      at: num(row, 1),
      body: str(row, 2),
      origin: str(row, 3),
    }));
  }

  flush(): void {
    // `history` may have written some already.
    for (const channel of this.#dirty) if (channel.dirty) this.#write(channel);
    this.#dirty = [];
  }

  /** Keeps the cache within its limit. Only between transactions. */
  shrink(): void {
    if (this.#cached.size <= this.#maxCached) return;
    for (const name of this.#cached.keys()) {
      if (this.#cached.size <= this.#maxCached / 2) break;
      this.#cached.delete(name);
    }
  }

  /** Deletes what has run out among the next `limit` channels. Nothing must wait to be written. */
  sweep(now: number, limit: number): void {
    const page = this.#page.all(this.#sweptThrough, limit);
    for (const row of page) {
      const channel = this.#cached.get(str(row, 0)) ?? this.#load(str(row, 0));
      if (channel === null) continue;
      if (!isAlive(channel, now)) {
        this.#remove(channel);
      } else if (channel.lastAt + channel.ttlMs <= now && channel.diskFloor < channel.top) {
        this.removeHistory(channel.name, now);
      }
    }
    const last = page.at(-1);
    this.#sweptThrough = last === undefined || page.length < limit ? 0 : num(last, 1);
    this.flush();
  }

  /**
   * Deletes up to `limit` positions that readers made and nobody asks for any more. Whether there may be more: clients make
   * them faster than the sweep of all channels comes round. Nothing must wait to be written.
   */
  sweepAsked(now: number, limit: number): boolean {
    const page = this.#asked.all(now, limit);
    for (const row of page) {
      const channel = this.#cached.get(str(row, 0)) ?? this.#load(str(row, 0));
      if (channel !== null && !isAlive(channel, now)) this.#remove(channel);
    }
    return page.length === limit;
  }

  #remove(channel: Channel): void {
    this.#wipe.run(channel.id);
    this.#delete.run(channel.id);
    this.#cached.delete(channel.name);
  }

  #changed(channel: Channel): void {
    if (channel.dirty) return;
    channel.dirty = true;
    this.#dirty.push(channel);
  }

  #write(channel: Channel): void {
    channel.dirty = false;
    if (channel.wiped) {
      this.#wipe.run(channel.id);
      channel.wiped = false;
      channel.diskFloor = channel.floor;
    }
    if (channel.rowDirty) this.#writeRow(channel);
    for (const { offset, at, body, origin } of channel.pending) {
      if (offset > channel.floor) this.#put.run(channel.id, offset, at, body, origin);
    }
    channel.pending = [];
    if (channel.floor - channel.diskFloor >= MAX_LEFTOVERS) {
      this.#trim.run(channel.id, channel.floor);
      channel.diskFloor = channel.floor;
    }
  }

  #writeRow(channel: Channel): void {
    channel.rowDirty = false;
    const isNew = channel.id === 0;
    if (isNew) channel.id = ++this.#lastId;
    const values = [
      channel.epoch,
      channel.top,
      channel.floor,
      channel.size,
      channel.ttlMs,
      channel.metaTtlMs,
      channel.lastAt,
      channel.version,
      channel.versionEpoch,
      channel.id,
    ];
    if (isNew) this.#insert.run(channel.name, ...values);
    else this.#update.run(...values);
  }

  #load(name: string): Channel | null {
    const row = this.#find.first(name);
    if (row === undefined) return null;
    const id = num(row, 0);
    const last = this.#last.first(id);
    const first = this.#first.first(id);
    const size = num(row, 4);
    const top = Math.max(num(row, 2), last === undefined ? 0 : num(last, 0));
    const channel: Channel = {
      name,
      epoch: str(row, 1),
      top,
      floor: Math.max(num(row, 3), top - size),
      size,
      ttlMs: num(row, 5),
      metaTtlMs: num(row, 6),
      lastAt: Math.max(num(row, 7), last === undefined ? 0 : num(last, 1)),
      version: numOrNull(row, 8),
      versionEpoch: str(row, 9),
      pending: [],
      id,
      diskFloor: first === undefined ? top : num(first, 0) - 1,
      rowDirty: false,
      wiped: false,
      dirty: false,
    };
    this.#cached.set(name, channel);
    return channel;
  }
}

function newChannel(name: string, now: number, metaTtlMs: number): Channel {
  return {
    name,
    epoch: randomBytes(6).toString('base64url'),
    top: 0,
    floor: 0,
    size: 0,
    ttlMs: 0,
    metaTtlMs,
    lastAt: now,
    version: null,
    versionEpoch: '',
    pending: [],
    id: 0,
    diskFloor: 0,
    rowDirty: true,
    wiped: false,
    dirty: false,
  };
}
