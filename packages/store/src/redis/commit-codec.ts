import type { Commit, CommitResult, InboxMessage, Version } from '../actor-store.ts';
import type { HistoryPolicy } from '../channel-store.ts';
import { partitionOf } from '../partition.ts';
import { optionalText, readMessages } from './message-codec.ts';
import { encodePublication, encodeSend } from './outbox-entry.ts';
import { pushSend } from './sender.ts';

const NOTHING: readonly InboxMessage[] = [];
/** Numbers and names of a commit, about. */
const OVERHEAD_BYTES = 160;

/** How many bytes a commit takes, about. */
export function commitBytes(commit: Commit): number {
  let bytes = OVERHEAD_BYTES + (commit.state?.length ?? 0) + (commit.meta?.length ?? 0);
  for (const { channel, body } of commit.publications) bytes += channel.length + body.length;
  for (const { to, body } of commit.sends) bytes += to.length + body.length;
  return bytes;
}

/** Where a batch of commits goes. */
export interface CommitTarget {
  readonly partition: number;
  readonly partitions: number;
}

/** Appends the arguments of `commit.lua`. */
export function pushCommits(
  args: string[],
  commits: readonly Commit[],
  target: CommitTarget,
): void {
  const policies = new Map<string, HistoryPolicy>();
  const body: string[] = [];
  for (const commit of commits) pushCommit(body, commit, { ...target, policies });
  args.push(String(policies.size));
  for (const { size, ttlMs, metaTtlMs } of policies.values()) {
    args.push(String(size), String(ttlMs), String(metaTtlMs));
  }
  for (const arg of body) args.push(arg);
}

function pushCommit(
  args: string[],
  commit: Commit,
  context: CommitTarget & { policies: Map<string, HistoryPolicy> },
): void {
  const { state, lease } = commit;
  const start = args.length;
  args.push(
    '',
    commit.actor,
    String(commit.fence),
    String(commit.version),
    state === undefined ? 'k' : state === null ? 'd' : 's',
    state ?? '',
    optional(commit.consumedThrough),
    optional(commit.wakeAt),
  );
  if (lease.type === 'release') args.push('r', '', '');
  else
    args.push(
      lease.type === 'keep' ? 'k' : 'm',
      String(Math.ceil(lease.ms)),
      String(lease.maxMessages),
    );
  pushEffects(args, commit, context);
  args[start] = String(args.length - start - 1);
}

function pushEffects(
  args: string[],
  commit: Commit,
  context: CommitTarget & { policies: Map<string, HistoryPolicy> },
): void {
  const { partition, partitions, policies } = context;
  if (commit.meta !== null) args.push('m', optionalText(commit.meta));
  if (commit.holdUntil !== null) args.push('h', String(commit.holdUntil));
  if (commit.suspend !== null) args.push('x', optionalText(commit.suspend));
  for (const { seq, error, attempts } of commit.deadLetters) {
    args.push('d', String(seq), error, String(attempts));
  }
  for (const channel of commit.forget) args.push('f', channel);
  for (const publication of commit.publications) {
    const to = partitionOf(publication.channel, partitions);
    if (to === partition) {
      args.push(
        'p',
        publication.channel,
        policyIndex(policies, publication.history),
        publication.body,
      );
    } else {
      args.push('o', encodePublication(to, publication));
    }
  }
  for (const send of commit.sends) {
    const to = partitionOf(send.to, partitions);
    if (to === partition) {
      args.push('s');
      pushSend(args, send);
    } else {
      args.push('o', encodeSend(to, send));
    }
  }
}

/** Commits of one kind of actors publish with one policy: it is sent once for all of them. */
function policyIndex(policies: Map<string, HistoryPolicy>, policy: HistoryPolicy): string {
  const key = `${policy.size} ${policy.ttlMs} ${policy.metaTtlMs}`;
  let index = 1;
  for (const known of policies.keys()) {
    if (known === key) return String(index);
    index += 1;
  }
  policies.set(key, policy);
  return String(index);
}

function optional(value: number | null): string {
  return value === null ? '' : String(value);
}

type Reply = readonly (number | string[])[];

/** Reads the results of `commit.lua`, which start at `reply[3]`. */
export function readCommits(reply: Reply, commits: readonly Commit[]): CommitResult[] {
  const now = reply[1] as number;
  let at = 3;
  return commits.map((commit) => {
    const code = reply[at] as number;
    if (code !== 1) {
      at += 1;
      return { status: 'stale', reason: code === 2 ? 'fence' : 'version', now };
    }
    const leaseUntil = reply[at + 1] as number;
    const inboxLength = reply[at + 2] as number;
    const version = (commit.state === null ? 0 : commit.version + 1) as Version;
    at += 3;
    if (leaseUntil === 0) {
      return {
        status: 'committed',
        now,
        version,
        leaseUntil: null,
        messages: NOTHING,
        inboxLength,
      };
    }
    const messages = readMessages(reply[at + 1] as string[], reply[at] as number);
    at += 2;
    return { status: 'committed', now, version, leaseUntil, messages, inboxLength };
  });
}
