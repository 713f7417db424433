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
} from './harness.ts';
import type { OpenStore } from './harness.ts';

const MESSAGES_ONLY = { message: 0, tick: null };
const TICKS_ONLY = { message: null, tick: 0 };

/** `claim`: lanes, order, leases and fences. */
export function describeClaims(open: OpenStore): void {
  describe('claim', () => {
    test('takes the most overdue first, up to its limit, and tells that there is more', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actors = ['c', 'a', 'd', 'b'].map((name) => actorIn(1, name));
      const start = clock.now();
      for (const actor of actors) {
        await give(store, actor, 'm');
        clock.advance(10);
      }
      const first = await claim(store, 1, { limit: 3 });
      expect(names(first.claimed)).toEqual(actors.slice(0, 3));
      expect(first.now).toBe(clock.now());
      expect(first.nextDue).toEqual({ message: start + 30, tick: null });
      const second = await claim(store, 1, { limit: 3 });
      expect(names(second.claimed)).toEqual(actors.slice(3));
    });

    test('takes the most overdue first over both lanes', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const start = clock.now();
      const [ticks, message, later] = [actorIn(1, 't'), actorIn(1, 'm'), actorIn(1, 'l')];
      await create(store, ticks, { wakeAt: start + 10 });
      await create(store, later, { wakeAt: start + 30 });
      clock.set(start + 20);
      await give(store, message, 'm');
      clock.set(start + 40);
      expect(names((await claim(store, 1, { limit: 2 })).claimed)).toEqual([ticks, message]);
      expect(names((await claim(store, 1, { limit: 2 })).claimed)).toEqual([later]);
    });

    test('takes from a lane only what has been due for as long as it asks, and leaves a lane alone at null', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const start = clock.now();
      const [ticks, message] = [actorIn(2, 't'), actorIn(2, 'm')];
      await create(store, ticks, { wakeAt: start });
      await give(store, message, 'm');
      clock.advance(50);
      const overdue = async (message: number | null, tick: number | null): Promise<unknown> =>
        (await claim(store, 2, { overdueMs: { message, tick } })).claimed;
      expect(await overdue(51, 51)).toEqual([]);
      expect(await overdue(null, null)).toEqual([]);
      expect(await overdue(51, null)).toEqual([]);
      expect(await overdue(50, 51)).toMatchObject([{ actor: message }]);
      expect(await overdue(null, 50)).toMatchObject([{ actor: ticks }]);
    });

    test('takes from its partition only', async () => {
      await using opened = await open();
      const { store } = opened;
      await give(store, actorIn(0), 'm');
      await give(store, actorIn(1), 'm');
      expect(names((await claim(store, 1)).claimed)).toEqual([actorIn(1)]);
      expect(names((await claim(store, 3)).claimed)).toEqual([]);
      expect((await claim(store, 3)).nextDue).toEqual({ message: null, tick: null });
      expect(names((await claim(store, 0)).claimed)).toEqual([actorIn(0)]);
    });

    test('brings state, notes, version, the pending tick and the first messages', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      const wakeAt = clock.now() + 5_000;
      await create(store, actor, { state: '{"a":1}', meta: 'notes', wakeAt });
      for (const body of ['1', '2', '3']) await give(store, actor, body);
      const held = await claimActor(store, actor, { maxMessages: 2, leaseMs: 700 });
      expect(held).toMatchObject({
        state: '{"a":1}',
        meta: 'notes',
        version: 1,
        wakeAt,
        inboxLength: 3,
      });
      expect(held.leaseUntil).toBe(clock.now() + 700);
      expect(bodies(held.messages)).toEqual(['1', '2']);
    });

    test('pushes the due time to the end of the lease, which is the lock', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await give(store, actor, 'm');
      const other = await opened.another();
      await claimActor(store, actor, { leaseMs: 1_000 });
      const until = clock.now() + 1_000;
      const reply = await claim(other, 0, { holder: 'holder-2' });
      expect(reply.claimed).toEqual([]);
      expect(reply.nextDue).toEqual({ message: until, tick: null });
      clock.advance(999);
      expect((await claim(other, 0, { holder: 'holder-2' })).claimed).toEqual([]);
    });

    test('gives a lease that ran out to another holder with a higher fence, and the first can commit no more', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const other = await opened.another();
      const actor = actorIn(0);
      await give(store, actor, 'm');
      const first = await claimActor(store, actor, { leaseMs: 1_000 });
      clock.advance(1_000);
      const second = await claimActor(other, actor, { holder: 'holder-2' });
      expect(second.fence).toBeGreaterThan(first.fence);
      expect(second).toMatchObject({ version: first.version, messages: first.messages });
      const effects = { state: 's', consumedThrough: lastSeq(first) };
      expect(await store.actors.commit([turn(first, effects)])).toMatchObject([
        { status: 'stale', reason: 'fence' },
      ]);
      await commit(other, second, effects);
    });

    test('lets a lease that ran out commit until another is given out', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await give(store, actor, 'm');
      const held = await claimActor(store, actor, { leaseMs: 1_000 });
      clock.advance(60_000);
      const result = await commit(store, held, { state: 's', consumedThrough: lastSeq(held) });
      expect(result.version).toBe(1);
      expect((await claim(store, 0)).claimed).toEqual([]);
    });

    test('gives every actor to one of several processes that claim at the same time', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      const actors = Array.from({ length: 12 }, (_, i) => actorIn(0, `n${i}`));
      await Promise.all(actors.map((actor) => give(store, actor, 'm')));
      const replies = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          claim(i % 2 === 0 ? store : other, 0, { holder: `holder-${i}`, limit: 3 }),
        ),
      );
      const claimed = replies.flatMap((reply) => names(reply.claimed));
      expect(claimed.toSorted()).toEqual(actors.toSorted());
    });

    test('finds a tick in its own lane when it is due, and not before', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      const wakeAt = clock.now() + 500;
      await create(store, actor, { wakeAt });
      const early = await claim(store, 0);
      expect(early.claimed).toEqual([]);
      expect(early.nextDue).toEqual({ message: null, tick: wakeAt });
      clock.advance(500);
      expect((await claim(store, 0, { overdueMs: MESSAGES_ONLY })).claimed).toEqual([]);
      const { claimed } = await claim(store, 0, { overdueMs: TICKS_ONLY });
      expect(claimed).toMatchObject([{ actor, wakeAt, messages: [], inboxLength: 0 }]);
    });

    test('lets the earlier of message and tick decide the lane', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const [soon, late] = [actorIn(0, 's'), actorIn(0, 'l')];
      const start = clock.now();
      await create(store, soon, { wakeAt: start + 100, holdUntil: start + 200 });
      await create(store, late, { wakeAt: start + 100 });
      await give(store, soon, 'held back until after the tick');
      await give(store, late, 'before the tick');
      expect(await claim(store, 0, { overdueMs: TICKS_ONLY })).toMatchObject({
        claimed: [],
        nextDue: { message: start, tick: start + 100 },
      });
      expect(names((await claim(store, 0, { overdueMs: MESSAGES_ONLY })).claimed)).toEqual([late]);
      clock.set(start + 100);
      const { claimed } = await claim(store, 0, { overdueMs: TICKS_ONLY });
      expect(names(claimed)).toEqual([soon]);
      expect(claimed[0]?.inboxLength).toBe(1);
    });

    test('finds a dead holder by the lane of what it left: a tick in the tick lane, messages in the other', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const [ticks, messages] = [actorIn(0, 't'), actorIn(0, 'm')];
      const start = clock.now();
      await create(store, ticks, { wakeAt: start });
      await create(store, messages, { wakeAt: start + 50 });
      await give(store, messages, 'm');
      expect((await claim(store, 0, { leaseMs: 1_000 })).claimed).toHaveLength(2);
      clock.advance(1_000);
      expect(names((await claim(store, 0, { overdueMs: TICKS_ONLY })).claimed)).toEqual([ticks]);
      expect(names((await claim(store, 0, { overdueMs: MESSAGES_ONLY })).claimed)).toEqual([
        messages,
      ]);
    });

    test('puts an actor that has nothing to do in no lane', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      await create(store, actorIn(0));
      clock.advance(3_600_000);
      expect(await claim(store, 0)).toMatchObject({
        claimed: [],
        nextDue: { message: null, tick: null },
      });
    });
  });

  describe('fences', () => {
    test('grow with every lease of an actor, also when it was deleted and when the clock steps back', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      const fences: number[] = [];
      for (const step of [0, 5_000, -3_600_000, 10, -86_400_000, 0]) {
        clock.advance(step);
        await give(store, actor, 'm');
        const held = await claimActor(store, actor);
        fences.push(held.fence);
        await commit(store, held, { state: null, consumedThrough: lastSeq(held) });
        expect(await store.actors.peek(actor)).toBeNull();
      }
      expect(fences).toEqual([...new Set(fences)].toSorted((a, b) => a - b));
      expect(fences).toHaveLength(6);
    });

    test('are safe integers', async () => {
      await using opened = await open();
      await give(opened.store, actorIn(0), 'm');
      expect((await claimActor(opened.store, actorIn(0))).fence).toSatisfy(Number.isSafeInteger);
    });
  });
}
