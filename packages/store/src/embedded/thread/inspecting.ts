import type { WireReader, WireValue } from '../wire.ts';
import type { Context } from './context.ts';
import { append } from './scheduling.ts';

/** Above every actor key. */
const LAST_KEY = '\u{10ffff}';

/** `peek`: whether there is anything; then the fields of ActorView. */
export function peek(ctx: Context, input: WireReader, out: WireValue[]): void {
  const actor = ctx.actors.get(input.text());
  const isThere = actor.stateful || actor.waiting > 0 || actor.dead > 0;
  out.push(isThere);
  if (!isThere) return;
  ctx.actors.loadState(actor);
  out.push(actor.version, actor.fence, actor.state, actor.meta, actor.suspended);
  out.push(actor.wakeAt, actor.holdUntil, actor.holder, actor.leaseUntil);
  out.push(actor.waiting, actor.dead);
}

interface Page {
  /** Where to begin: after `key` of `partition`. */
  readonly partition: number;
  readonly key: string;
  readonly kind: string | null;
  readonly limit: number;
}

function readPage(input: WireReader): Page {
  return {
    partition: input.number(),
    key: input.text(),
    kind: input.textOrNull(),
    limit: input.number(),
  };
}

/** `list`: the keys found, at most limit + 1 of them, as how many, then partition and key of each. */
export function list(ctx: Context, input: WireReader, out: WireValue[]): void {
  walk(ctx, { page: readPage(input), out }, (partition, range, limit) =>
    ctx.actors.keys(partition, range, limit),
  );
}

/** `listDead`: as `list`. */
export function listDead(ctx: Context, input: WireReader, out: WireValue[]): void {
  walk(ctx, { page: readPage(input), out }, (partition, range, limit) => {
    const keys: string[] = [];
    let key = ctx.dead.nextActor(partition, range.from, range.to);
    while (key !== null && keys.push(key) < limit) {
      key = ctx.dead.nextActor(partition, key, range.to);
    }
    return keys;
  });
}

type FindKeys = (
  partition: number,
  range: { from: string; to: string },
  limit: number,
) => readonly string[];

function walk(ctx: Context, { page, out }: { page: Page; out: WireValue[] }, find: FindKeys): void {
  // '0' is the character after '/'.
  const from = page.kind === null ? '' : `${page.kind}/`;
  const to = page.kind === null ? LAST_KEY : `${page.kind}0`;
  const count = out.push(0) - 1;
  let found = 0;
  for (let p = page.partition; p < ctx.partitions && found <= page.limit; p++) {
    const after = p === page.partition && page.key > from ? page.key : from;
    for (const key of find(p, { from: after, to }, page.limit + 1 - found)) {
      out.push(p, key);
      found += 1;
    }
  }
  out[count] = found;
}

/** `deadLetters`: how many, then id, body, acceptedAt, diedAt, error, attempts of each. */
export function deadLetters(ctx: Context, input: WireReader, out: WireValue[]): void {
  const actor = ctx.actors.get(input.text());
  const letters = actor.dead === 0 ? [] : ctx.dead.all(actor.partition, actor.key);
  out.push(letters.length);
  for (const { id, body, acceptedAt, diedAt, error, attempts } of letters) {
    out.push(id, body, acceptedAt, diedAt, error, attempts);
  }
}

/** `redrive`: how many. */
export function redrive(ctx: Context, input: WireReader, out: WireValue[]): void {
  takeDead(ctx, { input, out, again: true });
}

/** `drop`: how many. */
export function drop(ctx: Context, input: WireReader, out: WireValue[]): void {
  takeDead(ctx, { input, out, again: false });
}

/** Deletes the dead letters whose ids follow (count -1: all), oldest first, and puts them in the inbox `again` or not. */
function takeDead(
  ctx: Context,
  { input, out, again }: { input: WireReader; out: WireValue[]; again: boolean },
): void {
  const actor = ctx.actors.get(input.text());
  const count = input.number();
  const ids = new Set<number>();
  for (let i = 0; i < count; i++) ids.add(input.number());
  const letters = actor.dead === 0 ? [] : ctx.dead.all(actor.partition, actor.key);
  let taken = 0;
  for (const { id, body, acceptedAt } of letters) {
    if (count >= 0 && !ids.has(id)) continue;
    ctx.dead.delete(actor.partition, actor.key, id);
    taken += 1;
    if (again) append(ctx, actor, { at: acceptedAt, body });
  }
  // Only now: while the letters move over, the actor must not look as if it had nothing left.
  actor.dead -= taken;
  if (taken > 0) ctx.actors.changed(actor);
  out.push(taken);
}
