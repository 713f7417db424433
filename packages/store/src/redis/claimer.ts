import type { ActorKey } from '@belfry/protocol';
import type { ClaimedActor, ClaimReply, ClaimRequest, Fence, Version } from '../actor-store.ts';
import { placeOf, type Core } from './core.ts';
import { readMessages, readNumber, readText } from './message-codec.ts';
import type { Relay } from './relay.ts';
import { checkLine, checkMillis, checkWhole } from './validate.ts';

type Reply = readonly [
  stats: unknown,
  now: number,
  leaseUntil: number,
  nextMessage: string | null,
  nextTick: string | null,
  relay: number,
  firstFence: string,
  ...claimed: unknown[],
];

type ClaimedFields = readonly [
  actor: string,
  version: number,
  state: string | null,
  meta: string | null,
  wake: string,
  firstSeq: number,
  inboxLength: number,
  messages: string[],
];

const CLAIMED_FIELDS = 8;

/** Leases due actors of a partition; starts the relay of an outbox that nobody relays. */
export async function claim(core: Core, relay: Relay, request: ClaimRequest): Promise<ClaimReply> {
  const { partition, holder, overdueMs, limit, leaseMs, maxMessages } = request;
  checkLine('holder', holder);
  checkWhole('limit', limit, { min: 0, max: 10_000 });
  checkWhole('maxMessages', maxMessages, { min: 0 });
  checkMillis('leaseMs', leaseMs);
  const args = core.link.head('claim');
  args.push(
    holder,
    bound(overdueMs.message),
    bound(overdueMs.tick),
    String(limit),
    String(Math.ceil(leaseMs)),
    String(maxMessages),
  );
  const reply = (await core.link.run(placeOf(core, partition), args)) as Reply;
  const [stats, now, leaseUntil, nextMessage, nextTick, relayWaits, firstFence, ...fields] = reply;
  const claimed: ClaimedActor[] = [];
  for (let i = 0; i < fields.length; i += CLAIMED_FIELDS) {
    const lease = { fence: Number(firstFence) + claimed.length, leaseUntil };
    claimed.push(
      readClaimed(fields.slice(i, i + CLAIMED_FIELDS) as unknown as ClaimedFields, lease),
    );
  }
  core.counters.addStats(stats);
  core.counters.add('claims');
  core.counters.add('actors_claimed', claimed.length);
  if (relayWaits === 1) relay.start(partition);
  return {
    now,
    claimed,
    nextDue: { message: readNumber(nextMessage), tick: readNumber(nextTick) },
  };
}

function readClaimed(
  fields: ClaimedFields,
  { fence, leaseUntil }: { fence: number; leaseUntil: number },
): ClaimedActor {
  const [actor, version, state, meta, wake, firstSeq, inboxLength, messages] = fields;
  return {
    actor: actor as ActorKey,
    fence: fence as Fence,
    version: version as Version,
    state,
    meta: readText(meta),
    leaseUntil,
    wakeAt: readNumber(wake),
    messages: readMessages(messages, firstSeq),
    inboxLength,
  };
}

function bound(overdueMs: number | null): string {
  return overdueMs === null ? '' : String(overdueMs);
}
