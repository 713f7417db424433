import type { ActorKey } from '@belfry/protocol';
import type { DeadLetter, InboxMessage, Lane, Millis } from '@belfry/store';

/** When someone should look at an actor, and who is preferred for it. */
export interface Due {
  readonly at: Millis;
  readonly lane: Lane;
}

/** All that is known of one actor. */
export interface ActorModel {
  readonly key: ActorKey;
  /** Differs between two lives of one name; sequence numbers start over with each. */
  readonly life: number;
  /** `null`: it does not exist (yet, or any more). */
  state: string | null;
  meta: string | null;
  version: number;
  /** Of the last lease. */
  fence: number;
  inbox: InboxMessage[];
  /** Of the last message that was accepted. */
  lastSeq: number;
  dead: DeadLetter[];
  lastDeadId: number;
  wakeAt: Millis | null;
  holdUntil: Millis | null;
  suspended: string | null;
  /** Stays when it runs out, until it is given back or another is given out. */
  lease: { readonly holder: string; readonly until: Millis } | null;
  /** `null`: in no lane. */
  due: Due | null;
}

const MAX_DEAD_LETTERS = 1_000;

/** An actor of which nothing is known. */
export function blankActor(key: ActorKey, life: number): ActorModel {
  return {
    key,
    life,
    state: null,
    meta: null,
    version: 0,
    fence: 0,
    inbox: [],
    lastSeq: 0,
    dead: [],
    lastDeadId: 0,
    wakeAt: null,
    holdUntil: null,
    suspended: null,
    lease: null,
    due: null,
  };
}

/** Whether people see nothing of it: neither state nor inbox nor dead letters. */
export function isInvisible(actor: ActorModel): boolean {
  return actor.state === null && actor.inbox.length === 0 && actor.dead.length === 0;
}

/**
 * Puts an actor where it belongs after a change by someone who does not hold it, or by its holder who let go. Suspended: in no lane.
 * Leased: at the end of the lease. Else at the earlier of its tick and, if messages wait, now or when they are no longer held back.
 */
export function schedule(actor: ActorModel, now: Millis): void {
  if (actor.suspended !== null) {
    actor.due = null;
  } else if (actor.lease) {
    const lane = actor.wakeAt !== null && actor.inbox.length === 0 ? 'tick' : 'message';
    actor.due = { at: actor.lease.until, lane };
  } else {
    const message = actor.inbox.length > 0 ? Math.max(now, actor.holdUntil ?? now) : Infinity;
    const tick = actor.wakeAt ?? Infinity;
    if (tick < message) actor.due = { at: tick, lane: 'tick' };
    else actor.due = message < Infinity ? { at: message, lane: 'message' } : null;
  }
}

/** Puts a message at the end of the inbox. Only the first one of an actor that nobody holds changes when it is due. */
export function append(actor: ActorModel, message: Omit<InboxMessage, 'seq'>, now: Millis): void {
  actor.lastSeq += 1;
  actor.inbox.push({ ...message, seq: actor.lastSeq });
  if (actor.inbox.length === 1 && !actor.lease) schedule(actor, now);
}

/** Makes a dead letter; past the most an actor keeps, the oldest goes. False: one did. */
export function bury(actor: ActorModel, letter: Omit<DeadLetter, 'id' | 'actor'>): boolean {
  actor.lastDeadId += 1;
  actor.dead.push({ ...letter, actor: actor.key, id: actor.lastDeadId });
  if (actor.dead.length <= MAX_DEAD_LETTERS) return true;
  actor.dead.shift();
  return false;
}
