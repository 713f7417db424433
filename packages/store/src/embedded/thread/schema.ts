/** Raised whenever the tables change in a way that an older or newer Belfry would misread. */
export const SCHEMA_VERSION = 1;

/**
 * The tables. What changes with every step of an actor is small and stands apart from its state. There are no indexes on what
 * changes often: due times are indexed in memory (`DueIndex`), a channel's top is its last row.
 *
 * `actors`: waiting messages are `first_seq ≤ seq < next_seq`. Few and small ones lie in the row itself (`few`, as JSON), which spares
 * a row each: those from `disk_next` on. The others are rows of `inbox`; rows from `disk_first` to `first_seq` are leftovers. `history`: publications with `offset ≤ floor` are leftovers.
 */
export const SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE fences (partition INTEGER PRIMARY KEY, fence INTEGER NOT NULL);
CREATE TABLE actors (
  id INTEGER PRIMARY KEY,
  partition INTEGER NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  due INTEGER NOT NULL,
  wake_at INTEGER,
  hold_until INTEGER,
  holder TEXT,
  lease_until INTEGER NOT NULL,
  suspended TEXT,
  stateful INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  next_seq INTEGER NOT NULL,
  disk_first INTEGER NOT NULL,
  disk_next INTEGER NOT NULL,
  few TEXT,
  dead INTEGER NOT NULL,
  next_dead INTEGER NOT NULL
);
CREATE UNIQUE INDEX actors_by_key ON actors (partition, key);
CREATE TABLE states (id INTEGER PRIMARY KEY, state TEXT, meta TEXT);
CREATE TABLE inbox (
  actor INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (actor, seq)
) WITHOUT ROWID;
CREATE TABLE dead_letters (
  partition INTEGER NOT NULL, actor TEXT NOT NULL, id INTEGER NOT NULL,
  body TEXT NOT NULL, accepted_at INTEGER NOT NULL, died_at INTEGER NOT NULL,
  error TEXT NOT NULL, attempts INTEGER NOT NULL,
  PRIMARY KEY (partition, actor, id)
) WITHOUT ROWID;
CREATE TABLE dedup_0 (actor TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (actor, id)) WITHOUT ROWID;
CREATE TABLE dedup_1 (actor TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (actor, id)) WITHOUT ROWID;
CREATE TABLE channels (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  epoch TEXT NOT NULL,
  top INTEGER NOT NULL,
  floor INTEGER NOT NULL,
  size INTEGER NOT NULL,
  ttl INTEGER NOT NULL,
  meta_ttl INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  version INTEGER,
  version_epoch TEXT NOT NULL
);
CREATE TABLE history (
  channel INTEGER NOT NULL, offset INTEGER NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL, origin TEXT NOT NULL,
  PRIMARY KEY (channel, offset)
) WITHOUT ROWID;
CREATE TABLE idempotency (
  channel TEXT NOT NULL, key TEXT NOT NULL, expires INTEGER NOT NULL, offset INTEGER NOT NULL, epoch TEXT NOT NULL,
  PRIMARY KEY (channel, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_by_expiry ON idempotency (expires);
CREATE TABLE presence (
  channel TEXT NOT NULL, client TEXT NOT NULL, partition INTEGER NOT NULL, user TEXT NOT NULL, info TEXT NOT NULL,
  expires INTEGER NOT NULL, actor TEXT, leave TEXT, must_exist INTEGER NOT NULL,
  PRIMARY KEY (channel, client)
) WITHOUT ROWID;
CREATE INDEX presence_by_user ON presence (channel, user) WHERE actor IS NOT NULL;
CREATE INDEX presence_by_expiry ON presence (partition, expires) WHERE actor IS NOT NULL;
CREATE INDEX plain_presence_by_expiry ON presence (expires) WHERE actor IS NULL;
CREATE TABLE members (id TEXT PRIMARY KEY, roles TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
`;

/** Made whenever the data is opened, so that older data gets them too; they change nothing that a Belfry reads. */
export const INDEXES = `
CREATE INDEX IF NOT EXISTS asked_channels_by_end ON channels (last_at + meta_ttl) WHERE top = 0;
`;
