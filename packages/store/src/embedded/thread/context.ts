import type { DatabaseSync } from 'node:sqlite';
import { SharedCounters } from '../counter-names.ts';
import { ActorTable } from './actor-table.ts';
import { ChannelTable } from './channel-table.ts';
import { DeadLetterTable } from './dead-letter-table.ts';
import { DedupTable } from './dedup-table.ts';
import { DueIndex } from './due-index.ts';
import { FenceTable } from './fence-table.ts';
import { IdempotencyTable } from './idempotency-table.ts';
import { MemberTable } from './member-table.ts';
import { PresenceTable } from './presence-table.ts';
import { Wakes } from './wakes.ts';

export interface ContextOptions {
  readonly partitions: number;
  readonly dedupWindowMs: number;
  readonly counters: SharedArrayBuffer;
  /** Characters of states and messages that the cache of actors may hold. Default 64 Mi. */
  readonly cacheWeight?: number;
  /** Channels that are kept in memory. Default 65,536. */
  readonly cachedChannels?: number;
}

/** Everything a step reads and changes. */
export class Context {
  /** The store's time during this batch, in ms. */
  now = 0;
  readonly partitions: number;
  readonly counters: SharedCounters;
  readonly actors: ActorTable;
  readonly channels: ChannelTable;
  readonly presence: PresenceTable;
  readonly dedup: DedupTable;
  readonly dead: DeadLetterTable;
  readonly fences: FenceTable;
  readonly idempotency: IdempotencyTable;
  readonly members: MemberTable;
  readonly wakes: Wakes;
  due: DueIndex;

  constructor(db: DatabaseSync, options: ContextOptions) {
    const { partitions } = options;
    this.partitions = partitions;
    this.counters = new SharedCounters(options.counters);
    this.due = new DueIndex(partitions);
    this.actors = new ActorTable(db, options, this.due);
    this.channels = new ChannelTable(db, options.cachedChannels);
    this.presence = new PresenceTable(db, partitions);
    this.dedup = new DedupTable(db, options.dedupWindowMs);
    this.dead = new DeadLetterTable(db);
    this.fences = new FenceTable(db, partitions);
    this.idempotency = new IdempotencyTable(db);
    this.members = new MemberTable(db);
    this.wakes = new Wakes(partitions);
  }

  /** Writes what the transaction changed in memory. */
  flush(): void {
    this.actors.flush();
    this.channels.flush();
    this.fences.flush();
  }

  /** After a commit. */
  settle(): void {
    this.actors.shrink();
    this.channels.shrink();
  }

  /** After a rollback: forgets what the memory holds and reads the tables again. */
  reset(): void {
    this.due = new DueIndex(this.partitions);
    this.actors.reset(this.due);
    this.channels.reset();
    this.presence.reset();
    this.dedup.reset();
    this.fences.reset();
  }
}
