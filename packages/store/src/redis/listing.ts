import type { ActorKey } from '@belfry/protocol';
import type { ActorListQuery, ActorPage } from '../actor-store.ts';
import { StoreError } from '../store-error.ts';
import { placeOf, type Core } from './core.ts';
import { checkWhole } from './validate.ts';

/** Partitions that are asked at once. */
const AT_ONCE = 16;

/** Pages through the sorted sets `actors` or `dead` of all partitions, in order. */
export async function listActors(
  core: Core,
  set: 'actors' | 'dead',
  query: ActorListQuery,
): Promise<ActorPage> {
  checkWhole('limit', query.limit, { min: 1, max: 1_000 });
  const start = readCursor(query.cursor);
  const found: { partition: number; actor: ActorKey }[] = [];
  // One more than asked for tells whether there is another page.
  const wanted = query.limit + 1;
  for (let p = start.partition; p < core.places.length && found.length < wanted; p += AT_ONCE) {
    const group = Array.from(
      { length: Math.min(AT_ONCE, core.places.length - p) },
      (_, i) => p + i,
    );
    const replies = await Promise.all(
      group.map((partition) =>
        range(
          core,
          { set, partition, kind: query.kind, wanted },
          partition === start.partition ? start.actor : null,
        ),
      ),
    );
    for (const [i, actors] of replies.entries()) {
      for (const actor of actors) found.push({ partition: p + i, actor: actor as ActorKey });
    }
  }
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  const more = found.length > page.length && last !== undefined;
  return {
    actors: page.map(({ actor }) => actor),
    cursor: more ? `${last.partition}:${last.actor}` : null,
  };
}

interface Range {
  readonly set: string;
  readonly partition: number;
  readonly kind: string | undefined;
  readonly wanted: number;
}

async function range(core: Core, of: Range, after: string | null): Promise<string[]> {
  const place = placeOf(core, of.partition);
  // '0' is the character after '/'.
  const from = of.kind === undefined ? '-' : `[${of.kind}/`;
  const to = of.kind === undefined ? '+' : `(${of.kind}0`;
  const start =
    after !== null && (of.kind === undefined || after > `${of.kind}/`) ? `(${after}` : from;
  const args = [
    'ZRANGE',
    `${place.base}${of.set}`,
    start,
    to,
    'BYLEX',
    'LIMIT',
    '0',
    String(of.wanted),
  ];
  return (await core.link.command(place, args, { idempotent: true })) as string[];
}

function readCursor(cursor: string | undefined): { partition: number; actor: string | null } {
  if (cursor === undefined) return { partition: 0, actor: null };
  const match = /^(\d{1,5}):(.+)$/.exec(cursor);
  if (match === null) {
    throw new StoreError(
      'invalid',
      `cursor: ${JSON.stringify(cursor)}; give the one of the page before`,
    );
  }
  return { partition: Number(match[1]), actor: match[2] as string };
}
