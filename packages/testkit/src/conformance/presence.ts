import type { ActorKey } from '@belfry/protocol';
import type { PresenceUpdate, Store } from '@belfry/store';
import { describe, expect, test } from 'vitest';
import { actorIn, bodies, claim, claimActor, commit, create, lastSeq } from './harness.ts';
import type { OpenStore } from './harness.ts';

const TTL = 30_000;

/** Presence: who is in a channel, and what an actor hears of it. */
export function describePresence(open: OpenStore): void {
  describe('presence', () => {
    test('shows the connections that are in a channel, to every process', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      const channel = 'room:1';
      expect(await store.channels.updatePresence([entry(channel, 'c1', 'ann')])).toEqual([
        'entered',
      ]);
      expect(
        await other.channels.updatePresence([
          entry(channel, 'c2', 'ann'),
          entry(channel, 'c3', 'bob'),
          entry(channel, 'c1', 'ann'),
          entry('room:2', 'c1', 'ann'),
        ]),
      ).toEqual(['entered', 'entered', 'updated', 'entered']);
      expect(byClient(await store.channels.presence(channel))).toEqual([
        { client: 'c1', user: 'ann', infoJson: '{"client":"c1"}' },
        { client: 'c2', user: 'ann', infoJson: '{"client":"c2"}' },
        { client: 'c3', user: 'bob', infoJson: '{"client":"c3"}' },
      ]);
      expect(await other.channels.presenceStats(channel)).toEqual({ clients: 3, users: 2 });
      await other.channels.removePresence(channel, 'c1');
      await other.channels.removePresence(channel, 'nobody');
      expect(byClient(await store.channels.presence(channel)).map(({ client }) => client)).toEqual([
        'c2',
        'c3',
      ]);
      expect(await store.channels.presence('room:none')).toEqual([]);
      expect(await store.channels.presenceStats('room:none')).toEqual({ clients: 0, users: 0 });
    });

    test('shows what the last update said', async () => {
      await using opened = await open();
      const { store } = opened;
      await store.channels.updatePresence([entry('room:1', 'c1', 'ann')]);
      await store.channels.updatePresence([
        { ...entry('room:1', 'c1', 'ann'), infoJson: '{"new":1}' },
      ]);
      expect(await store.channels.presence('room:1')).toEqual([
        { client: 'c1', user: 'ann', infoJson: '{"new":1}' },
      ]);
    });

    test('goes when it is not updated within its time', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      await store.channels.updatePresence([
        entry('room:1', 'c1', 'ann'),
        entry('room:1', 'c2', 'bob'),
      ]);
      clock.advance(TTL - 1);
      expect(await store.channels.updatePresence([entry('room:1', 'c2', 'bob')])).toEqual([
        'updated',
      ]);
      expect((await store.channels.presenceStats('room:1')).clients).toBe(2);
      clock.advance(2);
      expect(await store.channels.presence('room:1')).toMatchObject([{ client: 'c2' }]);
      expect(await store.channels.presenceStats('room:1')).toEqual({ clients: 1, users: 1 });
      expect(await store.channels.updatePresence([entry('room:1', 'c1', 'ann')])).toEqual([
        'entered',
      ]);
    });
  });

  describe('presence events', () => {
    test('tell the actor of a user’s first connection and of the last one that leaves', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      const actor = actorIn(0);
      await create(store, actor);
      expect(await enter(store, actor, { client: 'c1', user: 'ann' })).toBe('entered');
      expect(await enter(other, actor, { client: 'c2', user: 'ann' })).toBe('entered');
      expect(await enter(store, actor, { client: 'c1', user: 'ann' })).toBe('updated');
      expect(await enter(store, actor, { client: 'c3', user: 'bob' })).toBe('entered');
      expect(await heard(store, actor)).toEqual(['enter ann', 'enter bob']);
      await other.channels.removePresence(`control:${actor}`, 'c1');
      await store.channels.removePresence(`control:${actor}`, 'c3');
      expect(await heard(store, actor)).toEqual(['leave bob']);
      await store.channels.removePresence(`control:${actor}`, 'c2');
      await store.channels.removePresence(`control:${actor}`, 'c2');
      expect(await heard(store, actor)).toEqual(['leave ann']);
    });

    test('bring an actor into being that need not exist', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      expect(await enter(store, actor, { client: 'c1', user: 'ann' })).toBe('entered');
      const held = await claimActor(store, actor);
      expect(held.state).toBeNull();
      expect(bodies(held.messages)).toEqual(['enter ann']);
    });

    test('refuse with no-actor when the actor must exist and does not, and nobody is there then', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      expect(await enter(store, actor, { client: 'c1', user: 'ann', mustExist: true })).toBe(
        'no-actor',
      );
      expect(await store.channels.presence(`control:${actor}`)).toEqual([]);
      expect(await store.actors.peek(actor)).toBeNull();
      await create(store, actor);
      expect(await enter(store, actor, { client: 'c1', user: 'ann', mustExist: true })).toBe(
        'entered',
      );
      expect(await heard(store, actor)).toEqual(['enter ann']);
    });

    test('come from a claim when the process that kept a connection there is gone', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await create(store, actor);
      await enter(store, actor, { client: 'c1', user: 'ann' });
      await enter(store, actor, { client: 'c2', user: 'ann' });
      await enter(store, actor, { client: 'c3', user: 'bob' });
      expect(await heard(store, actor)).toEqual(['enter ann', 'enter bob']);
      clock.advance(TTL / 2);
      await enter(store, actor, { client: 'c2', user: 'ann' });
      clock.advance(TTL / 2);
      clock.advance(1);
      expect(await heard(store, actor)).toEqual(['leave bob']);
      clock.advance(TTL);
      expect(await heard(store, actor)).toEqual(['leave ann']);
      clock.advance(TTL);
      expect((await claim(store, 0)).claimed).toEqual([]);
    });

    test('alternate for a user that comes back after expiry, whether or not a claim came in between', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await create(store, actor);
      await enter(store, actor, { client: 'c1', user: 'ann' });
      clock.advance(TTL + 1);
      // Nobody has looked since it expired.
      await enter(store, actor, { client: 'c1', user: 'ann' });
      const first = await heard(store, actor);
      expect([['enter ann'], ['enter ann', 'leave ann', 'enter ann']]).toContainEqual(first);
      clock.advance(TTL + 1);
      expect(await heard(store, actor)).toEqual(['leave ann']);
      expect(await enter(store, actor, { client: 'c1', user: 'ann' })).toBe('entered');
      expect(await heard(store, actor)).toEqual(['enter ann']);
      await store.channels.removePresence(`control:${actor}`, 'c1');
      expect(await heard(store, actor)).toEqual(['leave ann']);
    });

    test('say once that a user left whose expired connection is removed', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await create(store, actor);
      await enter(store, actor, { client: 'c1', user: 'ann' });
      clock.advance(TTL + 1);
      await store.channels.removePresence(`control:${actor}`, 'c1');
      expect(await heard(store, actor)).toEqual(['enter ann', 'leave ann']);
      clock.advance(TTL);
      expect((await claim(store, 0)).claimed).toEqual([]);
    });

    test('of one channel come in the order they happened, between other messages', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await create(store, actor);
      await enter(store, actor, { client: 'c1', user: 'ann' });
      await store.actors.send({ to: actor, body: 'hello' });
      await store.channels.removePresence(`control:${actor}`, 'c1');
      expect(await heard(store, actor)).toEqual(['enter ann', 'hello', 'leave ann']);
    });

    test('do not bring a deleted actor back that had to exist', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await create(store, actor);
      await enter(store, actor, { client: 'c1', user: 'ann', mustExist: true });
      const held = await claimActor(store, actor);
      await commit(store, held, { state: null, consumedThrough: lastSeq(held) });
      expect(await enter(store, actor, { client: 'c1', user: 'ann', mustExist: true })).toBe(
        'no-actor',
      );
      clock.advance(TTL + 1);
      expect((await claim(store, 0)).claimed).toEqual([]);
      expect(await store.actors.peek(actor)).toBeNull();
    });
  });
}

function entry(channel: string, client: string, user: string): PresenceUpdate {
  return { channel, client, user, infoJson: `{"client":"${client}"}`, ttlMs: TTL };
}

async function enter(
  store: Store,
  actor: ActorKey,
  who: { readonly client: string; readonly user: string; readonly mustExist?: boolean },
): Promise<string | undefined> {
  const { client, user, mustExist = false } = who;
  const events = { actor, enter: `enter ${user}`, leave: `leave ${user}`, mustExist };
  const [result] = await store.channels.updatePresence([
    { ...entry(`control:${actor}`, client, user), events },
  ]);
  return result;
}

/** What lies in the actor's inbox; takes it out. */
async function heard(store: Store, actor: ActorKey): Promise<string[]> {
  const held = await claimActor(store, actor);
  await commit(store, held, { consumedThrough: lastSeq(held) });
  return bodies(held.messages);
}

function byClient<T extends { readonly client: string }>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => (a.client < b.client ? -1 : 1));
}
