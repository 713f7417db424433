import type { WireReader, WireValue } from '../wire.ts';
import type { Actor } from './actor.ts';
import type { Context } from './context.ts';
import { lane } from './due-index.ts';
import type { DueEntry } from './due-index.ts';
import { expirePresence } from './presence.ts';
import { reschedule, scheduleLeased } from './scheduling.ts';

/** Writes up to `limit` messages: how many, then seq, at, body of each. */
export function writeMessages(
  ctx: Context,
  actor: Actor,
  { out, limit }: { out: WireValue[]; limit: number },
): void {
  const messages = limit === 0 ? [] : ctx.actors.messages(actor, limit);
  out.push(messages.length);
  for (const { seq, at, body } of messages) out.push(seq, at, body);
}

/** The holder's lease, or `null` when it is no longer this one. */
export function heldActor(ctx: Context, key: string, fence: number): Actor | null {
  const actor = ctx.actors.get(key);
  return actor.holder !== null && actor.fence === fence ? actor : null;
}

/** `claim`: now, how many, the claimed actors, then the next due time of each lane. */
export function claim(ctx: Context, input: WireReader, out: WireValue[]): void {
  const partition = input.number();
  const holder = input.text();
  const bounds = { message: input.numberOrNull(), tick: input.numberOrNull() };
  const limit = input.number();
  const leaseMs = input.number();
  const maxMessages = input.number();
  const nextExpiry = expirePresence(ctx, partition);
  const leaseUntil = ctx.now + leaseMs;
  ctx.counters.add('claims');
  out.push(ctx.now);
  const count = out.push(0) - 1;
  let claimed = 0;
  for (; claimed < limit; claimed++) {
    const entry = mostOverdue(ctx, partition, bounds);
    if (entry === null) break;
    const actor = ctx.actors.get(entry.key);
    actor.fence = ctx.fences.next(partition, ctx.now);
    actor.holder = holder;
    actor.leaseUntil = leaseUntil;
    scheduleLeased(ctx, actor);
    ctx.actors.changed(actor);
    ctx.actors.loadState(actor);
    out.push(actor.key, actor.fence, actor.version, actor.state, actor.meta, leaseUntil);
    out.push(actor.wakeAt, actor.waiting);
    writeMessages(ctx, actor, { out, limit: maxMessages });
  }
  out[count] = claimed;
  ctx.counters.add('actors_claimed', claimed);
  const message = Math.min(
    ctx.due.top(lane.message, partition)?.due ?? Number.POSITIVE_INFINITY,
    nextExpiry,
  );
  out.push(message === Number.POSITIVE_INFINITY ? null : message);
  out.push(ctx.due.top(lane.tick, partition)?.due ?? null);
}

function mostOverdue(
  ctx: Context,
  partition: number,
  bounds: { message: number | null; tick: number | null },
): DueEntry | null {
  const overdue = (of: 1 | 2, bound: number | null): DueEntry | null => {
    if (bound === null) return null;
    const top = ctx.due.top(of, partition);
    return top !== undefined && top.due <= ctx.now - bound ? top : null;
  };
  const message = overdue(lane.message, bounds.message);
  const tick = overdue(lane.tick, bounds.tick);
  if (message === null || tick === null) return message ?? tick;
  return tick.due < message.due ? tick : message;
}

/** `release`: nothing. */
export function release(ctx: Context, input: WireReader): void {
  const actor = heldActor(ctx, input.text(), input.number());
  if (actor === null) return;
  giveBack(ctx, actor);
  ctx.actors.changed(actor);
}

/** Ends the lease. The caller says `changed`. */
export function giveBack(ctx: Context, actor: Actor): void {
  actor.holder = null;
  actor.leaseUntil = 0;
  reschedule(ctx, actor, true);
}

/** `inbox`: whether the lease is held; if so the messages. */
export function inbox(ctx: Context, input: WireReader, out: WireValue[]): void {
  const actor = heldActor(ctx, input.text(), input.number());
  const limit = input.number();
  out.push(actor !== null);
  if (actor !== null) writeMessages(ctx, actor, { out, limit });
}

/** `resume`: whether it was suspended. */
export function resume(ctx: Context, input: WireReader, out: WireValue[]): void {
  const actor = ctx.actors.get(input.text());
  const wasSuspended = actor.suspended !== null;
  out.push(wasSuspended);
  if (!wasSuspended) return;
  actor.suspended = null;
  actor.holdUntil = null;
  reschedule(ctx, actor, false);
  ctx.actors.changed(actor);
}
