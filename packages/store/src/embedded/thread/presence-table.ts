import type { DatabaseSync } from 'node:sqlite';
import { num, Query, str, strOrNull } from './sql.ts';
import type { SqlRow } from './sql.ts';

export interface PresenceRow {
  readonly channel: string;
  readonly client: string;
  readonly partition: number;
  readonly user: string;
  readonly info: string;
  readonly expires: number;
  /** Who is told when the user's last connection goes; `null`: nobody. */
  readonly events: {
    readonly actor: string;
    readonly leave: string;
    readonly mustExist: boolean;
  } | null;
}

const COLUMNS = 'channel, client, partition, user, info, expires, actor, leave, must_exist';

/** Who is in which channel. What tells an actor stays until its end was told; the rest merely stops to be seen. */
export class PresenceTable {
  /** The earliest end of an entry that tells an actor, per partition; too early where `#unsure`. */
  readonly #nextExpiry: Float64Array;
  readonly #unsure: Uint8Array;
  readonly #find: Query;
  readonly #put: Query;
  readonly #delete: Query;
  readonly #list: Query;
  readonly #stats: Query;
  readonly #expiredOfUser: Query;
  readonly #anyOfUser: Query;
  readonly #expired: Query;
  readonly #earliest: Query;
  readonly #sweep: Query;

  constructor(db: DatabaseSync, partitions: number) {
    this.#nextExpiry = new Float64Array(partitions);
    this.#unsure = new Uint8Array(partitions);
    this.#find = new Query(db, `SELECT ${COLUMNS} FROM presence WHERE channel = ? AND client = ?`);
    this.#put = new Query(
      db,
      `REPLACE INTO presence (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#delete = new Query(db, 'DELETE FROM presence WHERE channel = ? AND client = ?');
    this.#list = new Query(
      db,
      'SELECT client, user, info FROM presence WHERE channel = ? AND expires > ? ORDER BY client',
    );
    this.#stats = new Query(
      db,
      'SELECT count(*), count(DISTINCT user) FROM presence WHERE channel = ? AND expires > ?',
    );
    this.#expiredOfUser = new Query(
      db,
      `SELECT ${COLUMNS} FROM presence
       WHERE channel = ? AND user = ? AND actor IS NOT NULL AND expires <= ? ORDER BY client`,
    );
    this.#anyOfUser = new Query(
      db,
      'SELECT 1 FROM presence WHERE channel = ? AND user = ? AND actor IS NOT NULL LIMIT 1',
    );
    this.#expired = new Query(
      db,
      `SELECT ${COLUMNS} FROM presence
       WHERE partition = ? AND actor IS NOT NULL AND expires <= ? ORDER BY expires LIMIT ?`,
    );
    this.#earliest = new Query(
      db,
      'SELECT min(expires) FROM presence WHERE partition = ? AND actor IS NOT NULL',
    );
    this.#sweep = new Query(
      db,
      `DELETE FROM presence WHERE (channel, client) IN
         (SELECT channel, client FROM presence WHERE actor IS NULL AND expires <= ? ORDER BY expires LIMIT ?)`,
    );
    this.reset();
  }

  reset(): void {
    this.#unsure.fill(1);
    this.#nextExpiry.fill(0);
  }

  find(channel: string, client: string): PresenceRow | null {
    const row = this.#find.first(channel, client);
    return row === undefined ? null : fromSql(row);
  }

  /** Adds or replaces an entry. Whether the partition's earliest end came nearer. */
  put(row: PresenceRow): boolean {
    const { partition, expires, events } = row;
    const next = this.nextExpiry(partition);
    this.#put.run(
      row.channel,
      row.client,
      partition,
      row.user,
      row.info,
      expires,
      events?.actor ?? null,
      events?.leave ?? null,
      events?.mustExist === true ? 1 : 0,
    );
    if (events === null || expires >= next) return false;
    this.#nextExpiry[partition] = expires;
    return true;
  }

  delete(row: PresenceRow): void {
    this.#delete.run(row.channel, row.client);
    this.moved(row);
  }

  /** To be called when an entry was replaced or deleted: the earliest end may have been its. */
  moved(row: PresenceRow): void {
    if (row.events !== null && row.expires <= (this.#nextExpiry[row.partition] ?? 0)) {
      this.#unsure[row.partition] = 1;
    }
  }

  list(channel: string, now: number): { client: string; user: string; info: string }[] {
    return this.#list
      .all(channel, now)
      .map((row) => ({ client: str(row, 0), user: str(row, 1), info: str(row, 2) }));
  }

  stats(channel: string, now: number): { clients: number; users: number } {
    const row = this.#stats.first(channel, now) ?? [0, 0];
    return { clients: num(row, 0), users: num(row, 1) };
  }

  /** Entries of a user that tell an actor and have run out. */
  expiredOfUser(of: { channel: string; user: string }, now: number): PresenceRow[] {
    return this.#expiredOfUser.all(of.channel, of.user, now).map(fromSql);
  }

  /** Whether a user has any entry that tells an actor. */
  hasUser(of: { channel: string; user: string }): boolean {
    return this.#anyOfUser.first(of.channel, of.user) !== undefined;
  }

  /** The entries of a partition that tell an actor and have run out, the first to do so first. */
  expired(partition: number, now: number, limit: number): PresenceRow[] {
    return this.#expired.all(partition, now, limit).map(fromSql);
  }

  /** When the next entry that tells an actor runs out; infinity: there is none. */
  nextExpiry(partition: number): number {
    if (this.#unsure[partition] === 1) {
      const row = this.#earliest.first(partition);
      const earliest = row === undefined ? null : row[0];
      this.#nextExpiry[partition] =
        typeof earliest === 'number' ? earliest : Number.POSITIVE_INFINITY;
      this.#unsure[partition] = 0;
    }
    return this.#nextExpiry[partition] ?? Number.POSITIVE_INFINITY;
  }

  /** Deletes entries that nobody is told about. */
  sweep(now: number, limit: number): void {
    this.#sweep.run(now, limit);
  }
}

function fromSql(row: SqlRow): PresenceRow {
  const actor = strOrNull(row, 6);
  return {
    channel: str(row, 0),
    client: str(row, 1),
    partition: num(row, 2),
    user: str(row, 3),
    info: str(row, 4),
    expires: num(row, 5),
    events:
      actor === null
        ? null
        : { actor, leave: strOrNull(row, 7) ?? '', mustExist: num(row, 8) === 1 },
  };
}
