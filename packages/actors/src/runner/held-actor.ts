import { parseActorKey, type ActorKey } from '@belfry/protocol';
import {
  partitionOf,
  type ClaimedActor,
  type CommitResult,
  type Fence,
  type InboxMessage,
  type LeaseWish,
  type Millis,
  type Partition,
  type Version,
} from '@belfry/store';
import type { TurnMeta } from '../core/turn-meta.ts';
import type { TurnOutcome } from '../core/turn.ts';
import { prefers, type RunnerContext } from './runner-context.ts';

/** An actor whose lease this process holds, as far as it knows, with all that its next turn needs. */
export interface HeldActor {
  readonly actor: ActorKey;
  readonly kind: string;
  readonly partition: Partition;
  readonly fence: Fence;
  version: Version;
  state: string | null;
  meta: string | null;
  /** What `meta` says, if this process wrote it. */
  notes: TurnMeta | null;
  wakeAt: Millis | null;
  holdUntil: Millis | null;
  messages: readonly InboxMessage[];
  leaseUntil: Millis;
  /** The latest time at which the store told of it; a turn is never earlier. */
  seenAt: Millis;
  /** `waiting`: for its next tick or message; `ready`: for its turn; `busy`: a commit or a read of the inbox is on its way; `gone`: not held any more. */
  phase: 'waiting' | 'ready' | 'busy' | 'gone';
  /** It has been claimed and not come to rest since: it counts against the limit of those. */
  claimed: boolean;
  /** Messages came while it was ready or busy. */
  mail: boolean;
}

export function holdActor(claimed: ClaimedActor, now: Millis, partitions: number): HeldActor {
  const { actor, fence, version, state, meta, wakeAt, messages, leaseUntil } = claimed;
  return {
    actor,
    kind: parseActorKey(actor)?.kind ?? actor,
    partition: partitionOf(actor, partitions),
    fence,
    version,
    state,
    meta,
    notes: null,
    wakeAt,
    holdUntil: null,
    messages,
    leaseUntil,
    seenAt: now,
    phase: 'waiting',
    claimed: false,
    mail: false,
  };
}

/** Takes over what a commit made of the actor. `false`: the lease was given back. */
export function followCommit(
  held: HeldActor,
  outcome: TurnOutcome,
  result: Extract<CommitResult, { status: 'committed' }>,
): boolean {
  held.version = result.version;
  held.state = outcome.state;
  held.meta = outcome.commit.meta;
  held.notes = outcome.notes;
  held.wakeAt = outcome.commit.wakeAt;
  held.holdUntil = outcome.commit.holdUntil;
  held.messages = result.messages;
  held.seenAt = Math.max(held.seenAt, result.now);
  if (result.leaseUntil === null) return false;
  held.leaseUntil = result.leaseUntil;
  return true;
}

/** Whether there is a turn to run at `now`. */
export function hasWork(held: HeldActor, now: Millis): boolean {
  if (held.wakeAt !== null && held.wakeAt <= now) return true;
  return held.messages.length > 0 && (held.holdUntil === null || held.holdUntil <= now);
}

/** When there will be a turn to run, though no message comes. */
export function nextWork(held: HeldActor): Millis | null {
  const hold = held.messages.length > 0 ? held.holdUntil : null;
  if (hold === null || held.wakeAt === null) return hold ?? held.wakeAt;
  return Math.min(hold, held.wakeAt);
}

/**
 * Whether to hold the actor until its next tick: one is near, and its partition prefers this process for ticks. (When preference
 * moves, the actor is given back with its next commit.)
 */
export function staysHot(
  held: Pick<HeldActor, 'partition'>,
  wakeAt: Millis | null,
  context: RunnerContext,
): boolean {
  if (wakeAt === null || context.phase !== 'running') return false;
  const near = wakeAt - context.clock.now() <= context.options.hotMs;
  return near && context.options.hotMs > 0 && prefers(context, held.partition, 'tick');
}

/** What becomes of the lease after a turn. `crowded`: as many actors are held as may be. */
export function leaseWish(
  held: HeldActor,
  outcome: TurnOutcome,
  { context, crowded }: { readonly context: RunnerContext; readonly crowded: boolean },
): LeaseWish {
  const { wakeAt, holdUntil, suspend } = outcome.commit;
  const { graceMs, leaseMs, maxMessages } = context.options;
  if (context.phase !== 'running' || suspend !== null) return { type: 'release' };
  if (wakeAt !== null && !crowded && staysHot(held, wakeAt, context)) {
    const ms = Math.max(0, Math.ceil(wakeAt - context.clock.now())) + graceMs;
    return { type: 'keep', ms, maxMessages };
  }
  // What is left in the inbox is held back as well.
  if (holdUntil !== null) return { type: 'release' };
  if (!prefers(context, held.partition, 'message')) return { type: 'release' };
  return { type: 'keep-if-messages', ms: leaseMs, maxMessages };
}
