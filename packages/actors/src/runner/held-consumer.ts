import type { ActorKey } from '@belfry/protocol';
import {
  partitionOf,
  type ClaimedActor,
  type Commit,
  type DeadLetterInput,
  type ActorPublication,
  type Fence,
  type InboxMessage,
  type LeaseWish,
  type Millis,
  type Partition,
  type Version,
} from '@belfry/store';
import { decodeMeta, encodeMeta, NEW_META, type HeadFailure } from '../core/turn-meta.ts';
import type { AnyConsumerDefinition } from '../define-consumer.ts';

/** A consumer whose lease this process holds, as far as it knows. */
export interface HeldConsumer {
  readonly actor: ActorKey;
  readonly definition: AnyConsumerDefinition;
  readonly partition: Partition;
  readonly fence: Fence;
  version: Version;
  /** It has a state: it stays, so that its messages are never numbered anew. */
  exists: boolean;
  /** The first message, if it was tried before. */
  head: HeadFailure | null;
  messages: readonly InboxMessage[];
  leaseUntil: Millis;
  /** Ends what its handler does; set while it does. */
  abort: AbortController | null;
  gone: boolean;
  /** Commits go one after the other: each tells the version of the next. */
  commits: Promise<unknown>;
}

export function holdConsumer(
  claimed: ClaimedActor,
  definition: AnyConsumerDefinition,
  partitions: number,
): HeldConsumer {
  const { actor, fence, version, state, meta, messages, leaseUntil } = claimed;
  return {
    actor,
    definition,
    partition: partitionOf(actor, partitions),
    fence,
    version,
    exists: state !== null,
    head: headOf(meta, messages[0]),
    messages,
    leaseUntil,
    abort: null,
    gone: false,
    commits: Promise.resolve(),
  };
}

/** What is noted of the first message, if it is still the first. */
function headOf(meta: string | null, first: InboxMessage | undefined): HeadFailure | null {
  const { head } = decodeMeta(meta);
  return head !== null && head.seq === first?.seq ? head : null;
}

/** What a commit of a consumer says. */
export interface ConsumerStep {
  readonly consumedThrough: number | null;
  readonly deadLetters: readonly DeadLetterInput[];
  readonly publications: readonly ActorPublication[];
  readonly head: HeadFailure | null;
  readonly lease: LeaseWish;
}

export function commitOf(held: HeldConsumer, step: ConsumerStep, now: Millis): Commit {
  const { head } = step;
  return {
    actor: held.actor,
    fence: held.fence,
    version: held.version,
    state: held.exists ? undefined : 'null',
    meta: encodeMeta({ ...NEW_META, now: Math.floor(now), head }),
    consumedThrough: step.consumedThrough,
    deadLetters: step.deadLetters,
    publications: step.publications,
    sends: [],
    forget: [],
    wakeAt: null,
    holdUntil: head === null ? null : head.until,
    suspend: null,
    lease: step.lease,
  };
}
