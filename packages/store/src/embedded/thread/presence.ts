import type { WireReader, WireValue } from '../wire.ts';
import type { Context } from './context.ts';
import { lane } from './due-index.ts';
import type { PresenceRow } from './presence-table.ts';
import { deliver } from './sending.ts';

/** The inbox limit that presence goes by; it may pass it up to twice, as what a commit sends. */
const INBOX_LIMIT = 1000;
/** Expired entries that one claim turns into messages; the next claim goes on. */
const EXPIRED_PER_CLAIM = 1000;

/** `updatePresence`: the PresenceResult. */
export function updatePresence(ctx: Context, input: WireReader, out: WireValue[]): void {
  const channel = input.text();
  const client = input.text();
  const partition = input.number();
  const user = input.text();
  const info = input.text();
  const expires = ctx.now + input.number();
  const actor = input.textOrNull();
  const enter = input.textOrNull();
  const leave = input.textOrNull();
  const mustExist = input.flag();
  if (actor !== null && mustExist && !ctx.actors.get(actor).stateful) {
    out.push('no-actor');
    return;
  }
  const events = actor === null ? null : { actor, leave: leave ?? '', mustExist };
  const old = ctx.presence.find(channel, client);
  const isNew = old === null || old.expires <= ctx.now;
  if (old !== null) {
    // What was there may have ended, or have been another user's.
    if (old.events !== null) endExpired(ctx, old);
    const goesOn = old.user === user && events !== null && old.events?.actor === actor;
    if (!isNew && old.events !== null && !goesOn) end(ctx, old);
  }
  let enters = false;
  if (events !== null) {
    endExpired(ctx, { channel, user });
    enters = !ctx.presence.hasUser({ channel, user });
  }
  if (ctx.presence.put({ channel, client, partition, user, info, expires, events })) {
    ctx.wakes.due(partition, lane.message, expires);
  }
  if (old !== null) ctx.presence.moved(old);
  if (enters && events !== null) tell(ctx, events, enter ?? '');
  out.push(isNew ? 'entered' : 'updated');
}

/** `removePresence`: nothing. */
export function removePresence(ctx: Context, input: WireReader): void {
  const channel = input.text();
  const row = ctx.presence.find(channel, input.text());
  if (row === null) return;
  if (row.events !== null) endExpired(ctx, row);
  if (row.events === null || row.expires > ctx.now) end(ctx, row);
}

/** `presence`: how many, then client, user, info of each. */
export function presence(ctx: Context, input: WireReader, out: WireValue[]): void {
  const entries = ctx.presence.list(input.text(), ctx.now);
  out.push(entries.length);
  for (const { client, user, info } of entries) out.push(client, user, info);
}

/** `presenceStats`: clients, users. */
export function presenceStats(ctx: Context, input: WireReader, out: WireValue[]): void {
  const { clients, users } = ctx.presence.stats(input.text(), ctx.now);
  out.push(clients, users);
}

/** Turns presence of the partition that has run out into messages. Answers when the next runs out; infinity: none does. */
export function expirePresence(ctx: Context, partition: number): number {
  const next = ctx.presence.nextExpiry(partition);
  if (next > ctx.now) return next;
  const expired = ctx.presence.expired(partition, ctx.now, EXPIRED_PER_CLAIM);
  for (const row of expired) end(ctx, row);
  ctx.counters.add('presence_expired', expired.length);
  return ctx.presence.nextExpiry(partition);
}

/** Ends what has run out of one user's presence, of which no claim has told yet. */
function endExpired(ctx: Context, of: { channel: string; user: string }): void {
  const expired = ctx.presence.expiredOfUser(of, ctx.now);
  for (const row of expired) end(ctx, row);
  ctx.counters.add('presence_expired', expired.length);
}

/** Deletes an entry, and tells the actor if it was the user's last. */
function end(ctx: Context, row: PresenceRow): void {
  ctx.presence.delete(row);
  if (row.events !== null && !ctx.presence.hasUser(row)) tell(ctx, row.events, row.events.leave);
}

function tell(ctx: Context, events: NonNullable<PresenceRow['events']>, body: string): void {
  const { actor, mustExist } = events;
  if (mustExist && !ctx.actors.get(actor).stateful) {
    ctx.counters.add('presence_events_dropped');
    return;
  }
  deliver(ctx, { to: actor, body, id: null, mustExist, inboxLimit: INBOX_LIMIT });
}
