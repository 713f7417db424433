import type { ActorKey } from '@belfry/protocol';
import { describe, expect, test } from 'vitest';
import {
  actorIn,
  bodies,
  claim,
  claimActor,
  commit,
  give,
  lastSeq,
  view,
  must,
} from './harness.ts';
import type { OpenStore } from './harness.ts';

type Opened = Awaited<ReturnType<OpenStore>>;

/** Dead letters: kept, listed, put back, dropped; and at most 1,000 of them. */
export function describeDeadLetters(open: OpenStore): void {
  describe('dead letters', () => {
    test('are taken out of the inbox in the commit and keep what is to be known of them', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      const acceptedAt = clock.now();
      for (const body of ['bad', 'good', 'worse']) await give(store, actor, body);
      clock.advance(70);
      const held = await claimActor(store, actor);
      const seqs = held.messages.map(({ seq }) => seq);
      await commit(store, held, {
        state: 's',
        consumedThrough: must(seqs[2]),
        deadLetters: [
          { seq: must(seqs[0]), error: 'Error: no such move', attempts: 5 },
          { seq: must(seqs[2]), error: 'worse', attempts: 1 },
        ],
      });
      const letters = await store.actors.deadLetters(actor);
      expect(letters).toMatchObject([
        {
          actor,
          body: 'bad',
          acceptedAt,
          diedAt: clock.now(),
          error: 'Error: no such move',
          attempts: 5,
        },
        { actor, body: 'worse', acceptedAt, diedAt: clock.now(), error: 'worse', attempts: 1 },
      ]);
      expect(must(letters[1]).id).toBeGreaterThan(must(letters[0]).id);
      expect(await view(store, actor)).toMatchObject({ inboxLength: 0, deadLetters: 2 });
    });

    test('go back to the end of the inbox, all or those named, and make the actor due', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await die(opened, actor, { sent: ['1', '2', '3'] });
      await give(store, actor, 'before');
      const [, second] = await store.actors.deadLetters(actor);
      expect(await store.actors.redrive(actor, [must(second).id, 999_999])).toBe(1);
      expect(bodies(await store.actors.deadLetters(actor))).toEqual(['1', '3']);
      expect(await store.actors.redrive(actor)).toBe(2);
      expect(await store.actors.redrive(actor)).toBe(0);
      const held = await claimActor(store, actor);
      expect(bodies(held.messages)).toEqual(['before', '2', '1', '3']);
      const first = must(held.messages[0]).seq;
      expect(held.messages.map(({ seq }) => seq - first)).toEqual([0, 1, 2, 3]);
      expect((await view(store, actor)).deadLetters).toBe(0);
    });

    test('make an idle actor due now when they are put back, also one that has been deleted', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const [alive, deleted] = [actorIn(0, 'alive'), actorIn(0, 'deleted')];
      await die(opened, alive, { sent: ['1'] });
      await die(opened, deleted, { sent: ['1'], state: null });
      expect((await claim(store, 0)).nextDue).toEqual({ message: null, tick: null });
      clock.advance(10);
      expect(await store.actors.redrive(alive)).toBe(1);
      expect(await store.actors.redrive(deleted)).toBe(1);
      expect((await claim(store, 0, { limit: 1 })).nextDue.message).toBe(clock.now());
      expect(await store.actors.redrive(actorIn(1))).toBe(0);
    });

    test('are put back though their ids were accepted before, and though the inbox is full', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await give(store, actor, { body: 'bad', id: 'x' });
      const held = await claimActor(store, actor);
      const seq = lastSeq(held);
      await commit(store, held, {
        state: 's',
        consumedThrough: seq,
        deadLetters: [{ seq, error: 'e', attempts: 1 }],
      });
      await give(store, actor, { body: 'full', inboxLimit: 1 });
      expect(await store.actors.redrive(actor)).toBe(1);
      expect(bodies((await claimActor(store, actor)).messages)).toEqual(['full', 'bad']);
    });

    test('are dropped, all or those named', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await die(opened, actor, { sent: ['1', '2', '3'] });
      const [first] = await store.actors.deadLetters(actor);
      expect(await store.actors.drop(actor, [must(first).id, 999_999])).toBe(1);
      expect(await store.actors.drop(actor, [must(first).id])).toBe(0);
      expect(bodies(await store.actors.deadLetters(actor))).toEqual(['2', '3']);
      expect(await store.actors.drop(actor)).toBe(2);
      expect(await store.actors.drop(actor)).toBe(0);
      expect(await store.actors.drop(actorIn(1))).toBe(0);
      expect(await view(store, actor)).toMatchObject({ deadLetters: 0, inboxLength: 0 });
    });

    test('that are dropped last leave nothing of a deleted actor', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await die(opened, actor, { sent: ['1'], state: null });
      expect(await view(store, actor)).toMatchObject({
        state: null,
        inboxLength: 0,
        deadLetters: 1,
      });
      await store.actors.drop(actor);
      expect(await store.actors.peek(actor)).toBeNull();
      expect((await store.actors.listDead({ limit: 10 })).actors).toEqual([]);
      expect((await store.actors.list({ limit: 10 })).actors).toEqual([]);
    });

    test('get ids that ascend and are not reused while any is left', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await die(opened, actor, { sent: ['1', '2'] });
      const [first, second] = await store.actors.deadLetters(actor);
      await store.actors.drop(actor, [must(second).id]);
      await die(opened, actor, { sent: ['3'] });
      const letters = await store.actors.deadLetters(actor);
      expect(bodies(letters)).toEqual(['1', '3']);
      expect(must(letters[0]).id).toBe(must(first).id);
      expect(must(letters[1]).id).toBeGreaterThan(must(second).id);
    });

    test('are 1,000 at most: past that the oldest is dropped and counted', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      const all = Array.from({ length: 1_010 }, (_, i) => `m${i}`);
      await die(opened, actor, { sent: all.slice(0, 900) });
      const before = store.counters();
      await die(opened, actor, { sent: all.slice(900) });
      const letters = await store.actors.deadLetters(actor);
      expect(bodies(letters)).toEqual(all.slice(10));
      expect((await view(store, actor)).deadLetters).toBe(1_000);
      const grown = Object.entries(store.counters()).filter(
        ([name, count]) => count - (before[name] ?? 0) === 10 && name.includes('dead'),
      );
      expect(grown).toHaveLength(1);
    });
  });
}

/** Sends and makes dead letters of it. */
async function die(
  { store }: Opened,
  actor: ActorKey,
  { sent, state = 's' }: { readonly sent: readonly string[]; readonly state?: string | null },
): Promise<void> {
  await Promise.all(sent.map((body) => give(store, actor, body)));
  const held = await claimActor(store, actor, { maxMessages: sent.length });
  await commit(store, held, {
    state,
    consumedThrough: lastSeq(held),
    deadLetters: held.messages.map(({ seq }) => ({ seq, error: 'bad', attempts: 3 })),
  });
}
