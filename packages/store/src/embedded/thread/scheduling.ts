import type { Actor } from './actor.ts';
import type { Context } from './context.ts';
import { lane } from './due-index.ts';
import type { LaneCode } from './due-index.ts';

/**
 * Puts an actor that is not leased where its messages and its tick say. Messages make it due now, or when they are no longer held
 * back; the earlier of that and the tick decides the lane.
 */
export function reschedule(ctx: Context, actor: Actor, wasLeased: boolean): void {
  const { entry } = actor;
  let to: LaneCode = lane.none;
  let due = 0;
  if (actor.suspended === null) {
    if (actor.waiting > 0) {
      to = lane.message;
      due = Math.max(ctx.now, actor.holdUntil ?? ctx.now);
    }
    if (actor.wakeAt !== null && (to === lane.none || actor.wakeAt < due)) {
      to = lane.tick;
      due = actor.wakeAt;
    }
  }
  const sooner = entry.lane === lane.none || wasLeased || due < entry.due;
  ctx.due.set(entry, to, due);
  if (to !== lane.none && sooner) ctx.wakes.due(actor.partition, to, due);
}

/** Puts a leased actor at the end of its lease, where another may take it. */
export function scheduleLeased(ctx: Context, actor: Actor): void {
  const to = actor.wakeAt !== null && actor.waiting === 0 ? lane.tick : lane.message;
  ctx.due.set(actor.entry, to, actor.leaseUntil);
}

/** Puts a message at the end of an inbox, whatever its length, and sees that someone looks at it. */
export function append(ctx: Context, actor: Actor, message: { at: number; body: string }): void {
  const wasEmpty = actor.waiting === 0;
  actor.append(message.at, message.body);
  if (wasEmpty) {
    if (actor.holder !== null) ctx.wakes.inbox(actor);
    else if (actor.suspended === null) reschedule(ctx, actor, false);
  }
  ctx.actors.changed(actor);
}
