import type { WireReader, WireValue } from '../wire.ts';
import { leaseWish, stateChange } from '../wire.ts';
import type { Actor } from './actor.ts';
import type { Policy } from './channel.ts';
import type { Context } from './context.ts';
import { giveBack, heldActor, writeMessages } from './leasing.ts';
import { scheduleLeased } from './scheduling.ts';
import { bury, deliver, readOutgoing } from './sending.ts';
import type { Outgoing } from './sending.ts';

interface Turn {
  readonly key: string;
  readonly fence: number;
  readonly version: number;
  readonly change: number;
  readonly state: string | null;
  readonly meta: string | null;
  readonly consumedThrough: number | null;
  readonly dead: readonly { seq: number; error: string; attempts: number }[];
  readonly forget: readonly string[];
  readonly publications: readonly { channel: string; body: string; policy: Policy }[];
  readonly sends: readonly Outgoing[];
  readonly wakeAt: number | null;
  readonly holdUntil: number | null;
  readonly suspend: string | null;
  readonly wish: number;
  readonly leaseMs: number;
  readonly maxMessages: number;
}

function readMany<T>(input: WireReader, read: (input: WireReader) => T): T[] {
  const many: T[] = [];
  for (let left = input.number(); left > 0; left--) many.push(read(input));
  return many;
}

export function readPolicy(input: WireReader): Policy {
  return { size: input.number(), ttlMs: input.number(), metaTtlMs: input.number() };
}

function readTurn(input: WireReader): Turn {
  return {
    key: input.text(),
    fence: input.number(),
    version: input.number(),
    change: input.number(),
    state: input.textOrNull(),
    meta: input.textOrNull(),
    consumedThrough: input.numberOrNull(),
    dead: readMany(input, (from) => ({
      seq: from.number(),
      error: from.text(),
      attempts: from.number(),
    })),
    forget: readMany(input, (from) => from.text()),
    publications: readMany(input, (from) => ({
      channel: from.text(),
      body: from.text(),
      policy: readPolicy(from),
    })),
    sends: readMany(input, readOutgoing),
    wakeAt: input.numberOrNull(),
    holdUntil: input.numberOrNull(),
    suspend: input.textOrNull(),
    wish: input.number(),
    leaseMs: input.number(),
    maxMessages: input.number(),
  };
}

/**
 * `commit`: false, reason, now; or true, now, the position of each publication, version, the lease's end, inbox length and messages.
 */
export function commit(ctx: Context, input: WireReader, out: WireValue[]): void {
  const turn = readTurn(input);
  const actor = heldActor(ctx, turn.key, turn.fence);
  if (actor === null || actor.version !== turn.version) {
    ctx.counters.add('stale_commits');
    out.push(false, actor === null ? 'fence' : 'version', ctx.now);
    return;
  }
  ctx.counters.add('commits');
  out.push(true, ctx.now);
  consume(ctx, actor, turn);
  changeState(ctx, actor, turn);
  for (const channel of turn.forget) ctx.channels.removeHistory(channel, ctx.now);
  for (const { channel, body, policy } of turn.publications) {
    const { offset, epoch } = ctx.channels.publish({ channel, body, origin: '', policy }, ctx.now);
    out.push(offset, epoch);
  }
  ctx.counters.add('publications', turn.publications.length);
  for (const message of turn.sends) deliver(ctx, message);
  out.push(actor.version);
  endTurn(ctx, actor, turn);
  const kept = actor.holder !== null;
  out.push(kept ? actor.leaseUntil : null, actor.waiting);
  writeMessages(ctx, actor, { out, limit: kept ? turn.maxMessages : 0 });
  ctx.actors.changed(actor);
}

function consume(ctx: Context, actor: Actor, turn: Turn): void {
  if (turn.consumedThrough === null) return;
  if (turn.dead.length > 0) {
    const count = Math.min(turn.consumedThrough, actor.nextSeq - 1) - actor.firstSeq + 1;
    const consumed = count > 0 ? ctx.actors.messages(actor, count) : [];
    for (const { seq, error, attempts } of turn.dead) {
      const message = consumed[seq - actor.firstSeq];
      if (message === undefined) continue;
      bury(ctx, actor, { body: message.body, acceptedAt: message.at, error, attempts });
    }
  }
  actor.consume(turn.consumedThrough);
}

function changeState(ctx: Context, actor: Actor, turn: Turn): void {
  actor.version = turn.change === stateChange.remove ? 0 : actor.version + 1;
  if (turn.change === stateChange.leave) {
    ctx.actors.loadState(actor);
    if (turn.meta !== actor.meta) actor.setState(actor.state, turn.meta);
  } else {
    actor.setState(turn.state, turn.meta);
  }
}

function endTurn(ctx: Context, actor: Actor, turn: Turn): void {
  actor.wakeAt = turn.wakeAt;
  actor.holdUntil = turn.holdUntil;
  actor.suspended = turn.suspend;
  const ready = actor.waiting > 0 && (turn.holdUntil === null || turn.holdUntil <= ctx.now);
  const keep = turn.wish === leaseWish.keep || (turn.wish === leaseWish.keepIfMessages && ready);
  // A version that starts over under the same fence would let a repeated commit apply again.
  const goesOn = turn.suspend === null && turn.change !== stateChange.remove;
  if (keep && goesOn) {
    actor.leaseUntil = ctx.now + turn.leaseMs;
    scheduleLeased(ctx, actor);
  } else {
    giveBack(ctx, actor);
  }
}
