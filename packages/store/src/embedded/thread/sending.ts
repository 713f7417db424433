import { append } from './scheduling.ts';
import type { Actor } from './actor.ts';
import type { Context } from './context.ts';
import { MAX_DEAD_LETTERS } from './dead-letter-table.ts';
import type { WireReader, WireValue } from '../wire.ts';

/** A message on its way to an actor. */
export interface Outgoing {
  readonly to: string;
  readonly body: string;
  readonly id: string | null;
  readonly mustExist: boolean;
  readonly inboxLimit: number;
}

export function readOutgoing(input: WireReader): Outgoing {
  return {
    to: input.text(),
    body: input.text(),
    id: input.textOrNull(),
    mustExist: input.flag(),
    inboxLimit: input.number(),
  };
}

/** `send`: answers with the SendResult. */
export function send(ctx: Context, input: WireReader, out: WireValue[]): void {
  const message = readOutgoing(input);
  const actor = ctx.actors.get(message.to);
  if (isDuplicate(ctx, message)) {
    out.push('duplicate');
  } else if (message.mustExist && !actor.stateful) {
    ctx.counters.add('sends_to_missing_actors');
    out.push('no-actor');
  } else if (actor.waiting >= message.inboxLimit) {
    ctx.counters.add('inbox_full');
    out.push('full');
  } else {
    if (message.id !== null) ctx.dedup.add(message.to, message.id, ctx.now);
    append(ctx, actor, { at: ctx.now, body: message.body });
    out.push('accepted');
  }
}

/** A message that a commit or a presence sends: it cannot be refused any more, so what finds no room is kept as a dead letter. */
export function deliver(ctx: Context, message: Outgoing): void {
  const actor = ctx.actors.get(message.to);
  if (isDuplicate(ctx, message)) return;
  if (message.mustExist && !actor.stateful) {
    ctx.counters.add('sends_to_missing_actors');
    return;
  }
  if (message.id !== null) ctx.dedup.add(message.to, message.id, ctx.now);
  if (actor.waiting < 2 * message.inboxLimit) {
    append(ctx, actor, { at: ctx.now, body: message.body });
    return;
  }
  ctx.counters.add('inbox_full');
  bury(ctx, actor, { body: message.body, acceptedAt: ctx.now, error: 'inbox full', attempts: 0 });
  ctx.actors.changed(actor);
}

/** Makes a dead letter. The caller says `changed`. */
export function bury(
  ctx: Context,
  actor: Actor,
  letter: { body: string; acceptedAt: number; error: string; attempts: number },
): void {
  ctx.dead.add(actor.partition, actor.key, { id: actor.nextDead, diedAt: ctx.now, ...letter });
  ctx.counters.add('dead_letters');
  actor.nextDead += 1;
  if (actor.dead < MAX_DEAD_LETTERS) {
    actor.dead += 1;
  } else {
    ctx.dead.dropOldest(actor.partition, actor.key);
    ctx.counters.add('dead_letters_dropped');
  }
}

function isDuplicate(ctx: Context, message: Outgoing): boolean {
  if (message.id === null || !ctx.dedup.has(message.to, message.id, ctx.now)) return false;
  ctx.counters.add('dedup_hits');
  return true;
}
