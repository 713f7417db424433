import type { ActorKey } from '@belfry/protocol';
import type { ActorListQuery, ActorPage } from '@belfry/store';
import { describe, expect, test } from 'vitest';
import { actorIn, claimActor, commit, create, give, homeOf, lastSeq, must } from './harness.ts';
import type { OpenStore } from './harness.ts';

/** `peek`, `list`, `listDead`: what people see. */
export function describePeople(open: OpenStore): void {
  describe('peek', () => {
    test('shows an actor as it is, to every process', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const other = await opened.another();
      const actor = actorIn(0);
      const wakeAt = clock.now() + 77;
      await create(store, actor, { state: '{}', meta: 'm', wakeAt });
      await give(store, actor, '1');
      const held = await claimActor(store, actor, { holder: 'h7', leaseMs: 10 });
      const view = {
        actor,
        version: 1,
        fence: held.fence,
        state: '{}',
        meta: 'm',
        suspended: null,
        wakeAt,
        holdUntil: null,
        lease: { holder: 'h7', until: clock.now() + 10 },
        inboxLength: 1,
        deadLetters: 0,
      };
      expect(await store.actors.peek(actor)).toEqual(view);
      // It shows a lease that has run out without being given back.
      clock.advance(1_000);
      expect(await other.actors.peek(actor)).toEqual(view);
      expect(await store.actors.peek(actorIn(1))).toBeNull();
    });
  });

  describe('list', () => {
    test('gives every actor once, in pages, in the order of partition and key', async () => {
      await using opened = await open();
      const { store } = opened;
      const actors = [0, 1, 2, 3].flatMap((p) => ['c', 'a', 'b'].map((name) => actorIn(p, name)));
      for (const actor of actors) await create(store, actor);
      const expected = inOrder(actors);
      for (const limit of [1, 4, 12, 1_000]) {
        const pages = await readAll((query) => store.actors.list(query), { limit });
        expect(pages.flat()).toEqual(expected);
        expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(limit);
      }
    });

    test('gives the actors of one kind, and those of no other that begins with it', async () => {
      await using opened = await open();
      const { store } = opened;
      const ids = ['1', '2', '3', '4', '5'];
      for (const kind of ['room', 'roo', 'room-2']) {
        for (const id of ids) await create(store, `${kind}/${id}`);
      }
      const pages = await readAll((query) => store.actors.list(query), { kind: 'room', limit: 2 });
      expect(pages.flat()).toEqual(inOrder(ids.map((id): ActorKey => `room/${id}`)));
      expect((await store.actors.list({ kind: 'ghost', limit: 5 })).actors).toEqual([]);
    });

    test('gives an empty last page of an empty store', async () => {
      await using opened = await open();
      expect(await opened.store.actors.list({ limit: 10 })).toEqual({ actors: [], cursor: null });
    });
  });

  describe('listDead', () => {
    test('gives the actors that have dead letters, in pages, and of one kind', async () => {
      await using opened = await open();
      const { store } = opened;
      const dead = [0, 1, 3].flatMap((p) => ['a', 'b'].map((name) => actorIn(p, name)));
      const all = [...dead, actorIn(2), actorIn(0, 'healthy')];
      for (const actor of all) {
        await give(store, actor, 'm');
        const held = await claimActor(store, actor);
        const seq = lastSeq(held);
        const letters = dead.includes(actor) ? [{ seq, error: 'e', attempts: 1 }] : [];
        await commit(store, held, { state: 's', consumedThrough: seq, deadLetters: letters });
      }
      const read = async (query: ActorListQuery): Promise<ActorKey[]> =>
        (await readAll((page) => store.actors.listDead(page), query)).flat();
      expect(await read({ limit: 4 })).toEqual(inOrder(dead));
      expect(await read({ limit: 1, kind: 'room' })).toEqual(inOrder(dead));
      expect(await read({ limit: 10, kind: 'ghost' })).toEqual([]);
      await store.actors.drop(must(dead[0]));
      await store.actors.redrive(must(dead[1]));
      expect(await read({ limit: 10 })).toEqual(inOrder(dead.slice(2)));
    });
  });
}

function inOrder(actors: readonly ActorKey[]): ActorKey[] {
  return actors.toSorted((a, b) => homeOf(a) - homeOf(b) || (a < b ? -1 : 1));
}

async function readAll(
  list: (query: ActorListQuery) => Promise<ActorPage>,
  query: ActorListQuery,
): Promise<ActorKey[][]> {
  const pages: ActorKey[][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: ActorPage = await list(cursor === '' ? query : { ...query, cursor });
    pages.push([...page.actors]);
    cursor = page.cursor;
    if (pages.length > 1_000) throw new Error('list does not come to an end');
  }
  return pages;
}
