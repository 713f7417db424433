import type { ActorKey } from '@belfry/protocol';
import type { ActorPublication } from './channel-store.ts';
import type { Partition } from './partition.ts';

/** Milliseconds since the Unix epoch, on the store's clock. */
export type Millis = number;

/** Grows with every lease of an actor and never repeats, not even after the actor is deleted or the store fails over. */
export type Fence = number & { readonly __brand: 'fence' };

/** Counts an actor's commits: 0 before the first, +1 with each. Starts again at 0 after a delete. */
export type Version = number & { readonly __brand: 'version' };

/**
 * Why someone should look at an actor: it has messages (or is new), or a tick is due. Workers prefer the first lane and tickers the
 * second; an actor is in one lane at a time, and anyone may take what is overdue in either.
 */
export type Lane = 'message' | 'tick';

/** A message for an actor. */
export interface Send {
  readonly to: ActorKey;
  /** The message's text; see `@belfry/protocol` `ActorMessage`. */
  readonly body: string;
  /** Accepted once per id and actor within the store's `dedupWindowMs`. Absent: always accepted. */
  readonly id?: string;
  /** Refuse with `no-actor` instead of creating: true for what must not bring an actor into being. Default false. */
  readonly mustExist?: boolean;
  /** The most unconsumed messages the inbox may hold before this send is refused as `full`. Default 1,000. */
  readonly inboxLimit?: number;
}

/** `duplicate`: a message with this id was accepted before; the sender may take it for accepted. */
export type SendResult = 'accepted' | 'duplicate' | 'full' | 'no-actor';

/** A message that waits in an inbox. `seq` is contiguous and ascending per actor for as long as the actor or its inbox exists. */
export interface InboxMessage {
  readonly seq: number;
  /** When the store accepted it. */
  readonly at: Millis;
  readonly body: string;
}

/** A request for the right to run turns. */
export interface ClaimRequest {
  readonly partition: Partition;
  /** The process that will hold the leases; any string without control characters, unique to the process's life. */
  readonly holder: string;
  /** Per lane: take what has been due for at least this many ms; `null`: leave the lane alone. */
  readonly overdueMs: Readonly<Record<Lane, number | null>>;
  /** The most actors to take, the most overdue first. */
  readonly limit: number;
  /** How long the leases last, in ms from the store's now. */
  readonly leaseMs: number;
  /** The most messages to bring per actor. */
  readonly maxMessages: number;
}

/** An actor that this process now holds until `leaseUntil`. */
export interface ClaimedActor {
  readonly actor: ActorKey;
  readonly fence: Fence;
  readonly version: Version;
  /** `null`: the actor does not exist (yet): it has an inbox only. */
  readonly state: string | null;
  /** The engine's own notes, as last committed. */
  readonly meta: string | null;
  readonly leaseUntil: Millis;
  /** The tick that is pending, due or not. */
  readonly wakeAt: Millis | null;
  /** The first messages of the inbox, in order. */
  readonly messages: readonly InboxMessage[];
  /** How many messages the inbox holds in all. */
  readonly inboxLength: number;
}

export interface ClaimReply {
  readonly now: Millis;
  readonly claimed: readonly ClaimedActor[];
  /** Per lane, when the next actor of this partition is due (in the past: more could have been claimed); `null`: none is. */
  readonly nextDue: Readonly<Record<Lane, Millis | null>>;
}

/** A message that failed for good; it is taken out of the inbox in the same commit. */
export interface DeadLetterInput {
  readonly seq: number;
  readonly error: string;
  readonly attempts: number;
}

/** A dead letter as people see it. `id` names it among its actor's dead letters; ascending, never reused while any is left. */
export interface DeadLetter {
  readonly actor: ActorKey;
  readonly id: number;
  readonly body: string;
  readonly acceptedAt: Millis;
  readonly diedAt: Millis;
  readonly error: string;
  readonly attempts: number;
}

/** Everything one turn did. Applied whole or not at all. */
export interface Commit {
  readonly actor: ActorKey;
  readonly fence: Fence;
  /** The version the turn started from. */
  readonly version: Version;
  /** The new state; `null` deletes the actor (its dead letters and unconsumed inbox stay); `undefined` leaves it as it is. */
  readonly state: string | null | undefined;
  readonly meta: string | null;
  /** Take every inbox message with seq ≤ this out; `null`: none was consumed. */
  readonly consumedThrough: number | null;
  /** Of the consumed messages, those that failed for good. */
  readonly deadLetters: readonly DeadLetterInput[];
  readonly publications: readonly ActorPublication[];
  /** Messages to actors, this one included. Never refused: beyond twice the inbox limit they become the receiver's dead letters. */
  readonly sends: readonly Send[];
  /** Channels of this actor's partition whose history is removed, before the publications are applied. */
  readonly forget: readonly string[];
  /** When to look at the actor again though no message came; `null`: no tick is pending. */
  readonly wakeAt: Millis | null;
  /** Messages do not make the actor due before this time (back-off after a failure); `null`: at once. */
  readonly holdUntil: Millis | null;
  /** Take the actor out of both lanes until `resume`, with this reason; `null`: it stays active. */
  readonly suspend: string | null;
  /** What becomes of the lease. */
  readonly lease: LeaseWish;
}

/**
 * `release`: give it back. `keep`: hold it for `ms` more from the store's now. `keep-if-messages`: hold it for `ms` if the inbox
 * still has messages that are not held back, else give it back. Where it is kept the reply brings up to `maxMessages` messages.
 * A commit that deletes or suspends the actor always gives the lease back: its version starting over under the same fence would let
 * the commit apply again when it is repeated.
 */
export type LeaseWish =
  | { readonly type: 'release' }
  | {
      readonly type: 'keep' | 'keep-if-messages';
      readonly ms: number;
      readonly maxMessages: number;
    };

export type CommitResult =
  | {
      readonly status: 'committed';
      readonly now: Millis;
      readonly version: Version;
      /** `null`: the lease was given back. */
      readonly leaseUntil: Millis | null;
      /** The first messages of the inbox that is left, if the lease was kept. */
      readonly messages: readonly InboxMessage[];
      readonly inboxLength: number;
    }
  /** Another lease was given out since (`fence`), or the actor has moved on (`version`). Nothing was applied. */
  | { readonly status: 'stale'; readonly reason: 'fence' | 'version'; readonly now: Millis };

/** Names a lease that is held. */
export interface Held {
  readonly actor: ActorKey;
  readonly fence: Fence;
}

/** An actor as people see it. */
export interface ActorView {
  readonly actor: ActorKey;
  readonly version: Version;
  readonly fence: Fence;
  readonly state: string | null;
  readonly meta: string | null;
  /** `null`: active. */
  readonly suspended: string | null;
  readonly wakeAt: Millis | null;
  readonly holdUntil: Millis | null;
  /** The lease, if one is live or has run out without being given back. */
  readonly lease: { readonly holder: string; readonly until: Millis } | null;
  readonly inboxLength: number;
  readonly deadLetters: number;
}

export interface ActorListQuery {
  /** Only actors of this kind. */
  readonly kind?: string;
  /** Where the last page ended. */
  readonly cursor?: string;
  /** The most actors to return, 1 to 1,000. */
  readonly limit: number;
}

/** Pages are in the order of (partition, actor key). `cursor` is `null` on the last one. */
export interface ActorPage {
  readonly actors: readonly ActorKey[];
  readonly cursor: string | null;
}

/** Tells that an actor may want attention. Hints only: any may be lost, doubled or late. */
export type Wake =
  /** Something in `lane` of `partition` is due at `dueAt` that was not, or was due later. */
  | {
      readonly type: 'due';
      readonly partition: Partition;
      readonly lane: Lane;
      readonly dueAt: Millis;
    }
  /** A message came to an actor that `holder` holds and whose inbox was empty. */
  | {
      readonly type: 'inbox';
      readonly partition: Partition;
      readonly actor: ActorKey;
      readonly holder: string;
    };

/**
 * Actors: their inboxes, state, leases, due times and dead letters.
 *
 * Atomicity: each `send`, each claimed actor and each element of `commit` is one atomic step with all its effects in its partition.
 * What a commit sends or publishes to another partition is recorded in that step and applied there once, in the order it was
 * recorded per (source, destination) partition.
 * Order: messages of one actor are consumed in the order they were accepted; sends that one process makes to one actor without
 * waiting in between are accepted in the order they were made. When it is not known whether one was accepted, those that wait behind
 * it are rejected too: sent again in order, they are accepted in order.
 * Leases: at most one fence of an actor can commit. A lease that ran out may still commit until another is given out.
 * Durability: what a resolved promise reports survives the process (how far it survives the machine is the driver's to say).
 * Time: the store's. Every method may reject with `StoreError`.
 */
export interface ActorStore {
  send(message: Send): Promise<SendResult>;
  /**
   * Leases due actors: raises their fence and moves their due time to the lease's end, which is also what recovers them when the
   * holder dies. Presence that has expired in the partition is turned into messages first.
   */
  claim(request: ClaimRequest): Promise<ClaimReply>;
  /** Results in the order of the batch. Two commits of one actor in one batch are allowed if each continues the other. */
  commit(batch: readonly Commit[]): Promise<CommitResult[]>;
  /** Gives leases back without effects; stale ones are ignored. The actor is due again as its inbox and tick say. */
  release(batch: readonly Held[]): Promise<void>;
  /** The first `maxMessages` messages of a held actor's inbox; `null` when the lease is no longer this one. */
  inbox(held: Held, maxMessages: number): Promise<readonly InboxMessage[] | null>;
  /** Makes a suspended actor active: due at once for what it has. False when it was not suspended. */
  resume(actor: ActorKey): Promise<boolean>;

  /** `null`: neither state nor inbox nor dead letters. */
  peek(actor: ActorKey): Promise<ActorView | null>;
  list(query: ActorListQuery): Promise<ActorPage>;
  /** Actors that have dead letters. */
  listDead(query: ActorListQuery): Promise<ActorPage>;
  /** The oldest first. An actor keeps 1,000 at most: past that the oldest is dropped and counted. */
  deadLetters(actor: ActorKey): Promise<readonly DeadLetter[]>;
  /** Puts dead letters back at the end of the inbox (all of the actor's when `ids` is absent). How many. */
  redrive(actor: ActorKey, ids?: readonly number[]): Promise<number>;
  /** Deletes dead letters. How many. */
  drop(actor: ActorKey, ids?: readonly number[]): Promise<number>;

  /** From now on, tells `listener` of wakes in these partitions (replacing the earlier set). Resolves when it is in force. */
  listen(partitions: readonly Partition[], listener: (wake: Wake) => void): Promise<void>;
}
