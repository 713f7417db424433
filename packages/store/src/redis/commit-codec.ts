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
  const op = state === undefined ? 'k' : state === null ? 'd' : 's';
  const wish =
    lease.type === 'release'
      ? 'r  '
      : `${lease.type === 'keep' ? 'k' : 'm'} ${Math.ceil(lease.ms)} ${lease.maxMessages}`;
  // One argument, for each costs both sides more than taking it apart does.
  const head = `${commit.fence} ${commit.version} ${op} ${commit.consumedThrough ?? ''} ${commit.wakeAt ?? ''} ${wish}`;
  args.push('', commit.actor, head, state ?? '');
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
  // Publications that follow each other on one channel name it once.
  let channel: string | undefined;
  let kind = '';
  let counted = 0;
  for (const publication of commit.publications) {
    if (publication.channel !== channel) {
      channel = publication.channel;
      kind = '';
    }
    const to = partitionOf(channel, partitions);
    if (to !== partition) {
      args.push('o', encodePublication(to, publication));
      continue;
    }
    const own = `p${policyIndex(policies, publication.history)}`;
    if (own !== kind) {
      kind = own;
      counted = args.push(kind, channel, '0') - 1;
    }
    args.push(publication.body);
    args[counted] = String(args.length - counted - 1);
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
