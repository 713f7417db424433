import type { ActorKey } from '@belfry/protocol';
import type {
  ClaimedActor,
  ClaimReply,
  ClaimRequest,
  Commit,
  CommitResult,
  Fence,
  LeaseWish,
  Version,
} from '../actor-store.ts';
import type { HistoryPolicy } from '../channel-store.ts';
import { MAX_PARTITIONS } from '../partition.ts';
import { StoreError } from '../store-error.ts';
import {
  checkActor,
  checkChannel,
  checkInteger,
  checkName,
  checkSpan,
  checkText,
  checkTextOrNull,
  checkTime,
} from './checks.ts';
import type { Delivery } from './delivery.ts';
import type { Operation } from './link.ts';
import { MAX_COUNT, readMessages, writeHeld, writeSend } from './send-operations.ts';
import { leaseWish, op, stateChange } from './wire.ts';
import type { WireReader, WireValue } from './wire.ts';

export const claimOperation: Operation<ClaimRequest, ClaimReply> = {
  code: op.claim,
  write(out, request) {
    const { message, tick } = request.overdueMs;
    out.push(
      request.partition,
      checkName('holder', request.holder),
      message === null ? null : checkSpan('overdueMs.message', message),
      tick === null ? null : checkSpan('overdueMs.tick', tick),
      checkInteger('limit', request.limit, [0, MAX_COUNT]),
      checkSpan('leaseMs', request.leaseMs, 1),
      checkInteger('maxMessages', request.maxMessages, [0, MAX_COUNT]),
    );
  },
  read(from) {
    const now = from.number();
    const claimed: ClaimedActor[] = [];
    for (let left = from.number(); left > 0; left--) claimed.push(readClaimed(from));
    return { now, claimed, nextDue: { message: from.numberOrNull(), tick: from.numberOrNull() } };
  },
};

function readClaimed(from: WireReader): ClaimedActor {
  const actor = from.text() as ActorKey;
  const fence = from.number() as Fence;
  const version = from.number() as Version;
  const state = from.textOrNull();
  const meta = from.textOrNull();
  const leaseUntil = from.number();
  const wakeAt = from.numberOrNull();
  const inboxLength = from.number();
  const messages = readMessages(from);
  return { actor, fence, version, state, meta, leaseUntil, wakeAt, messages, inboxLength };
}

export function writePolicy(out: WireValue[], policy: HistoryPolicy): void {
  out.push(
    checkInteger('history.size', policy.size, [0, MAX_COUNT]),
    checkSpan('history.ttlMs', policy.ttlMs),
    checkSpan('history.metaTtlMs', policy.metaTtlMs),
  );
}

/** What a commit needs besides its input: where its publications are delivered, and what is whose neighbour. */
export interface CommitNeeds {
  readonly delivery: Delivery;
  /** Whether two names live in one partition. */
  readonly areNeighbours: (a: string, b: string) => boolean;
}

export function commitOperation(needs: CommitNeeds): Operation<Commit, CommitResult> {
  return {
    code: op.commit,
    write: (out, input) => writeCommit(out, input, needs),
    read: (from, input) => readCommitResult(from, input, needs.delivery),
  };
}

function writeCommit(out: WireValue[], commit: Commit, needs: CommitNeeds): void {
  writeHeld(out, commit);
  out.push(checkInteger('version', commit.version, [0, Number.MAX_SAFE_INTEGER]));
  writeState(out, commit.state);
  out.push(checkTextOrNull('meta', commit.meta));
  writeConsumed(out, commit);
  out.push(commit.forget.length);
  for (const channel of commit.forget) {
    out.push(checkChannel('forget', channel));
    if (!needs.areNeighbours(channel, commit.actor)) {
      throw new StoreError(
        'invalid',
        `forget: ${channel} is not in the partition of ${commit.actor}; only channels with its key can be forgotten`,
      );
    }
  }
  out.push(commit.publications.length);
  for (const { channel, body, history } of commit.publications) {
    out.push(checkChannel('channel', channel), checkText('body', body));
    writePolicy(out, history);
  }
  out.push(commit.sends.length);
  for (const message of commit.sends) writeSend(out, message);
  out.push(
    checkTime('wakeAt', commit.wakeAt),
    checkTime('holdUntil', commit.holdUntil),
    checkTextOrNull('suspend', commit.suspend),
  );
  writeWish(out, commit.lease);
}

function writeState(out: WireValue[], state: string | null | undefined): void {
  if (state === undefined) out.push(stateChange.leave, null);
  else if (state === null) out.push(stateChange.remove, null);
  else out.push(stateChange.set, checkText('state', state));
}

function writeConsumed(out: WireValue[], { consumedThrough, deadLetters }: Commit): void {
  out.push(
    consumedThrough === null
      ? null
      : checkInteger('consumedThrough', consumedThrough, [0, Number.MAX_SAFE_INTEGER]),
    deadLetters.length,
  );
  for (const { seq, error, attempts } of deadLetters) {
    if (consumedThrough === null || !(seq <= consumedThrough)) {
      throw new StoreError(
        'invalid',
        `deadLetters: message ${seq} is not consumed by this commit (consumedThrough is ${consumedThrough})`,
      );
    }
    out.push(seq, checkText('error', error), checkInteger('attempts', attempts, [0, MAX_COUNT]));
  }
}

function writeWish(out: WireValue[], wish: LeaseWish): void {
  if (wish.type === 'release') {
    out.push(leaseWish.release, 0, 0);
    return;
  }
  out.push(
    wish.type === 'keep' ? leaseWish.keep : leaseWish.keepIfMessages,
    checkSpan('lease.ms', wish.ms, 1),
    checkInteger('lease.maxMessages', wish.maxMessages, [0, MAX_COUNT]),
  );
}

function readCommitResult(from: WireReader, commit: Commit, delivery: Delivery): CommitResult {
  if (!from.flag()) {
    const reason = from.text() as 'fence' | 'version';
    return { status: 'stale', reason, now: from.number() };
  }
  const now = from.number();
  for (const { channel, body } of commit.publications) {
    delivery.publication(channel, {
      offset: from.number(),
      epoch: from.text(),
      time: now,
      body,
      origin: '',
    });
  }
  const version = from.number() as Version;
  const leaseUntil = from.numberOrNull();
  const inboxLength = from.number();
  const messages = readMessages(from);
  return { status: 'committed', now, version, leaseUntil, messages, inboxLength };
}

/** Checks the number of a partition. */
export function checkPartition(partition: number, partitions: number = MAX_PARTITIONS): number {
  return checkInteger('partition', partition, [0, partitions - 1]);
}

export const resumeOperation: Operation<ActorKey, boolean> = {
  code: op.resume,
  write: (out, actor) => void out.push(checkActor('actor', actor)),
  read: (from) => from.flag(),
};
