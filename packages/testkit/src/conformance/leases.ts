import { describe, expect, test } from 'vitest';
import {
  actorIn,
  bodies,
  claim,
  claimActor,
  commit,
  create,
  give,
  lastSeq,
  names,
  turn,
  view,
  must,
} from './harness.ts';
import type { OpenStore } from './harness.ts';

/** What becomes of a lease: released, kept, given back; and what it leaves due. */
export function describeLeases(open: OpenStore): void {
  describe('a lease', () => {
    test('that is kept lasts from the store’s now and brings the messages that came meanwhile', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await give(store, actor, '1');
      const held = await claimActor(store, actor, { leaseMs: 1_000 });
      for (const body of ['2', '3', '4']) await give(store, actor, body);
      clock.advance(600);
      const kept = await commit(store, held, {
        state: 's',
        consumedThrough: lastSeq(held),
        lease: { type: 'keep', ms: 1_000, maxMessages: 2 },
      });
      expect(kept).toMatchObject({ leaseUntil: clock.now() + 1_000, inboxLength: 3, version: 1 });
      expect(bodies(kept.messages)).toEqual(['2', '3']);
      expect((await view(store, actor)).lease).toEqual({
        holder: 'holder-1',
        until: clock.now() + 1_000,
      });
      clock.advance(999);
      expect((await claim(store, 0, { holder: 'holder-2' })).claimed).toEqual([]);
      const last = await commit(
        store,
        { ...held, version: kept.version },
        { consumedThrough: must(kept.messages[1]).seq },
      );
      expect(last).toMatchObject({ leaseUntil: null, messages: [], inboxLength: 1 });
      const next = await claimActor(store, actor, { holder: 'holder-2' });
      expect(bodies(next.messages)).toEqual(['4']);
      expect(next.fence).toBeGreaterThan(held.fence);
    });

    test('that is kept without work is found again when it runs out', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await create(store, actor, { lease: { type: 'keep', ms: 500, maxMessages: 1 } });
      expect((await claim(store, 0)).nextDue).toEqual({ message: clock.now() + 500, tick: null });
      clock.advance(500);
      expect(names((await claim(store, 0)).claimed)).toEqual([actor]);
    });

    test('that is kept with a tick pending is found again in the tick lane', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const lease = { type: 'keep', ms: 500, maxMessages: 1 } as const;
      await create(store, actorIn(0), { wakeAt: clock.now() + 100, lease });
      expect((await claim(store, 0)).nextDue).toEqual({ message: null, tick: clock.now() + 500 });
    });

    test('is kept by keep-if-messages while there are messages', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      for (const body of ['1', '2']) await give(store, actor, body);
      const held = await claimActor(store, actor, { maxMessages: 1 });
      const lease = { type: 'keep-if-messages', ms: 700, maxMessages: 10 } as const;
      const kept = await commit(store, held, { state: 's', consumedThrough: lastSeq(held), lease });
      expect(kept).toMatchObject({ leaseUntil: clock.now() + 700, inboxLength: 1 });
      expect(bodies(kept.messages)).toEqual(['2']);
      const done = await commit(
        store,
        { ...held, version: kept.version },
        { consumedThrough: lastSeq(kept), lease },
      );
      expect(done).toMatchObject({ leaseUntil: null, messages: [], inboxLength: 0 });
      expect((await view(store, actor)).lease).toBeNull();
    });

    test('is kept by keep-if-messages for a message that the commit itself sent', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await give(store, actor, '1');
      const held = await claimActor(store, actor);
      const kept = await commit(store, held, {
        state: 's',
        consumedThrough: lastSeq(held),
        sends: [{ to: actor, body: 'self' }],
        lease: { type: 'keep-if-messages', ms: 700, maxMessages: 10 },
      });
      expect(kept.leaseUntil).not.toBeNull();
      expect(bodies(kept.messages)).toEqual(['self']);
    });

    test('is given back by keep-if-messages when the messages are held back', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await give(store, actor, '1');
      const held = await claimActor(store, actor);
      const holdUntil = clock.now() + 300;
      const result = await commit(store, held, {
        holdUntil,
        lease: { type: 'keep-if-messages', ms: 700, maxMessages: 10 },
      });
      expect(result).toMatchObject({ leaseUntil: null, messages: [], inboxLength: 1 });
      expect((await claim(store, 0)).nextDue).toEqual({ message: holdUntil, tick: null });
    });

    test('is not broken by a send', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await give(store, actor, '1');
      const held = await claimActor(store, actor, { leaseMs: 1_000 });
      const until = clock.now() + 1_000;
      clock.advance(100);
      await give(store, actor, '2');
      expect(await claim(store, 0)).toMatchObject({ claimed: [], nextDue: { message: until } });
      await commit(store, held, { state: 's', consumedThrough: lastSeq(held) });
      expect(bodies((await claimActor(store, actor)).messages)).toEqual(['2']);
    });
  });

  describe('release', () => {
    test('makes the actor due again as its inbox and tick say, without effects', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const start = clock.now();
      const [message, ticks] = [actorIn(0, 'm'), actorIn(0, 't')];
      await create(store, message, { wakeAt: start + 9_000 });
      await create(store, ticks, { wakeAt: start + 50 });
      await give(store, message, 'm');
      clock.advance(50);
      const { claimed } = await claim(store, 0);
      expect(claimed).toHaveLength(2);
      clock.advance(10);
      await store.actors.release(claimed);
      expect((await view(store, message)).lease).toBeNull();
      const again = await claim(store, 0);
      expect(again.claimed).toMatchObject([
        { actor: ticks, version: 1, wakeAt: start + 50 },
        { actor: message, version: 1, inboxLength: 1 },
      ]);
    });

    test('leaves messages held back that were held back', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      const start = clock.now();
      await create(store, actor, { wakeAt: start, holdUntil: start + 900 });
      await give(store, actor, 'm');
      const held = await claimActor(store, actor);
      await commit(store, held, { holdUntil: start + 900, wakeAt: start + 100 });
      clock.set(start + 100);
      const ticked = await claimActor(store, actor);
      await store.actors.release([ticked]);
      expect((await claim(store, 0, { overdueMs: { message: 0, tick: null } })).claimed).toEqual(
        [],
      );
      expect((await view(store, actor)).holdUntil).toBe(start + 900);
    });

    test('ignores a lease that is another’s by now, and one of an actor that is not there', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await give(store, actor, 'm');
      const first = await claimActor(store, actor, { leaseMs: 100 });
      clock.advance(100);
      const second = await claimActor(store, actor, { holder: 'holder-2' });
      await store.actors.release([first, { actor: actorIn(1), fence: first.fence }]);
      expect((await view(store, actor)).lease?.holder).toBe('holder-2');
      expect(await store.actors.peek(actorIn(1))).toBeNull();
      await commit(store, second, { state: 's', consumedThrough: lastSeq(second) });
    });
  });

  describe('inbox', () => {
    test('brings the first messages of a held actor, and null when the lease is no longer this one', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      for (const body of ['1', '2', '3']) await give(store, actor, body);
      const held = await claimActor(store, actor, { leaseMs: 100, maxMessages: 1 });
      expect(bodies((await store.actors.inbox(held, 2)) ?? [])).toEqual(['1', '2']);
      clock.advance(100);
      // It has run out and is still this one.
      expect(bodies((await store.actors.inbox(held, 9)) ?? [])).toEqual(['1', '2', '3']);
      const next = await claimActor(store, actor);
      expect(await store.actors.inbox(held, 9)).toBeNull();
      await store.actors.release([next]);
      expect(await store.actors.inbox(next, 9)).toBeNull();
      expect(await store.actors.inbox({ ...next, actor: actorIn(1) }, 9)).toBeNull();
    });
  });

  describe('back-off', () => {
    test('holds messages back until its time, also those that come meanwhile', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await give(store, actor, '1');
      const held = await claimActor(store, actor);
      const holdUntil = clock.now() + 400;
      await commit(store, held, { holdUntil, meta: 'failed once' });
      clock.advance(100);
      await give(store, actor, '2');
      const early = await claim(store, 0);
      expect(early.claimed).toEqual([]);
      expect(early.nextDue).toEqual({ message: holdUntil, tick: null });
      expect(await view(store, actor)).toMatchObject({ holdUntil, inboxLength: 2 });
      clock.set(holdUntil);
      const again = await claimActor(store, actor);
      expect(again.meta).toBe('failed once');
      expect(bodies(again.messages)).toEqual(['1', '2']);
      await commit(store, again, { state: 's', consumedThrough: lastSeq(again) });
      expect((await view(store, actor)).holdUntil).toBeNull();
    });

    test('holds back what comes to an inbox that was empty', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      const holdUntil = clock.now() + 400;
      await create(store, actor, { holdUntil });
      await give(store, actor, 'm');
      expect(await claim(store, 0)).toMatchObject({ claimed: [], nextDue: { message: holdUntil } });
      clock.advance(400);
      await claimActor(store, actor);
    });
  });

  describe('suspend and resume', () => {
    test('a suspended actor is in no lane, takes messages, and is due at once when it is resumed', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const other = await opened.another();
      const actor = actorIn(0);
      await create(store, actor, { wakeAt: clock.now(), suspend: 'ten ticks failed' });
      await give(store, actor, 'm');
      clock.advance(3_600_000);
      expect(await claim(store, 0)).toMatchObject({
        claimed: [],
        nextDue: { message: null, tick: null },
      });
      expect(await view(other, actor)).toMatchObject({
        suspended: 'ten ticks failed',
        inboxLength: 1,
      });
      expect(await other.actors.resume(actor)).toBe(true);
      expect(await other.actors.resume(actor)).toBe(false);
      expect((await view(store, actor)).suspended).toBeNull();
      const held = await claimActor(store, actor);
      expect(bodies(held.messages)).toEqual(['m']);
      await commit(store, held, { consumedThrough: lastSeq(held) });
      expect(await view(store, actor)).toMatchObject({ suspended: null, version: 2 });
    });

    test('resuming an actor that has nothing to do makes nothing due', async () => {
      await using opened = await open();
      const { store } = opened;
      await create(store, actorIn(0), { suspend: 'why not' });
      expect(await store.actors.resume(actorIn(0))).toBe(true);
      expect((await claim(store, 0)).nextDue).toEqual({ message: null, tick: null });
      expect(await store.actors.resume(actorIn(1))).toBe(false);
    });

    test('refuses the old fence after the suspension', async () => {
      await using opened = await open();
      const { store } = opened;
      await give(store, actorIn(0), 'm');
      const held = await claimActor(store, actorIn(0));
      const { version } = await commit(store, held, { state: 's', suspend: 'why not' });
      const [late] = await store.actors.commit([turn({ ...held, version }, { state: 'late' })]);
      expect(late?.status).toBe('stale');
    });
  });
}
