import { describe, expect, test } from 'vitest';
import {
  HISTORY,
  actorIn,
  bodies,
  claim,
  claimActor,
  claimSoon,
  commit,
  create,
  give,
  lastSeq,
  snapshot,
  turn,
  view,
  must,
} from './harness.ts';
import type { OpenStore } from './harness.ts';

/** `commit`: state, version, consumption, and what a stale one must not do. */
export function describeCommits(open: OpenStore): void {
  describe('commit', () => {
    test('sets the state and the notes, counts the version and takes consumed messages out', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      for (const body of ['1', '2', '3']) await give(store, actor, body);
      const held = await claimActor(store, actor);
      const result = await commit(store, held, {
        state: 'first',
        meta: 'notes',
        consumedThrough: held.messages[1]?.seq ?? null,
      });
      expect(result).toMatchObject({
        now: clock.now(),
        version: 1,
        leaseUntil: null,
        inboxLength: 1,
      });
      expect(await view(store, actor)).toMatchObject({
        actor,
        state: 'first',
        meta: 'notes',
        version: 1,
        fence: held.fence,
        lease: null,
        inboxLength: 1,
        suspended: null,
        deadLetters: 0,
      });
      const again = await claimActor(store, actor);
      expect(bodies(again.messages)).toEqual(['3']);
      expect(again).toMatchObject({ state: 'first', meta: 'notes', version: 1 });
    });

    test('leaves the state as it is when it is undefined, and sets the notes all the same', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await create(store, actor, { state: 'kept', meta: 'old' });
      await give(store, actor, 'm');
      const held = await claimActor(store, actor);
      const result = await commit(store, held, { meta: 'new', consumedThrough: lastSeq(held) });
      expect(result.version).toBe(2);
      expect(await view(store, actor)).toMatchObject({ state: 'kept', meta: 'new', version: 2 });
    });

    test('passes an odd state on unchanged', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      for (const state of ['', '\u{1F514}\n"', 'x'.repeat(300_000)]) {
        await give(store, actor, 'm');
        const held = await claimActor(store, actor);
        await commit(store, held, { state, meta: state, consumedThrough: lastSeq(held) });
        expect(await view(store, actor)).toMatchObject({ state, meta: state });
      }
    });

    test('leaves nothing of an actor that brings none into being and has consumed everything', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await give(store, actor, 'm');
      const held = await claimActor(store, actor);
      await commit(store, held, { consumedThrough: lastSeq(held) });
      expect(await store.actors.peek(actor)).toBeNull();
      expect((await store.actors.list({ limit: 10 })).actors).toEqual([]);
    });

    test('deletes with null: nothing is left, and the next life starts at version 0 with a higher fence', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const actor = actorIn(0);
      await create(store, actor, { meta: 'notes', wakeAt: clock.now() + 10 });
      await give(store, actor, 'delete');
      const held = await claimActor(store, actor);
      await commit(store, held, { state: null, consumedThrough: lastSeq(held) });
      expect(await store.actors.peek(actor)).toBeNull();
      expect((await store.actors.list({ limit: 10 })).actors).toEqual([]);
      clock.advance(60_000);
      expect(await claim(store, 0)).toMatchObject({
        claimed: [],
        nextDue: { message: null, tick: null },
      });
      await give(store, actor, 'again');
      const next = await claimActor(store, actor);
      expect(next).toMatchObject({ version: 0, state: null, meta: null, wakeAt: null });
      expect(next.fence).toBeGreaterThan(held.fence);
    });

    test('keeps the unconsumed inbox and the dead letters of an actor that it deletes', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      for (const body of ['1', '2', '3']) await give(store, actor, body);
      const held = await claimActor(store, actor);
      const seqs = held.messages.map(({ seq }) => seq);
      await commit(store, held, {
        state: null,
        consumedThrough: seqs[1] ?? null,
        deadLetters: [{ seq: seqs[0] ?? 0, error: 'e', attempts: 1 }],
      });
      const left = await claimActor(store, actor);
      expect(left).toMatchObject({ state: null, version: 0, inboxLength: 1 });
      expect(bodies(left.messages)).toEqual(['3']);
      expect(await store.actors.deadLetters(actor)).toMatchObject([{ body: '1' }]);
      await commit(store, left, { consumedThrough: lastSeq(left) });
      expect(await view(store, actor)).toMatchObject({
        state: null,
        inboxLength: 0,
        deadLetters: 1,
      });
    });

    test('gives results in the order of the batch, over several partitions', async () => {
      await using opened = await open();
      const { store } = opened;
      const actors = [actorIn(2), actorIn(0), actorIn(1), actorIn(0, 'b')];
      for (const actor of actors) await give(store, actor, 'm');
      const held = [];
      for (const actor of [must(actors[0]), must(actors[1]), must(actors[2])])
        held.push(await claimActor(store, actor));
      const [first, second, third] = held;
      const results = await store.actors.commit([
        turn(must(first), { state: 'a' }),
        turn(must(second), { state: 'b', version: 7 as never }),
        turn(must(third), { state: 'c' }),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['committed', 'stale', 'committed']);
      expect(await store.actors.commit([])).toEqual([]);
    });

    test('applies two commits of one actor in one batch when the second continues the first', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await give(store, actor, '1');
      await give(store, actor, '2');
      const held = await claimActor(store, actor);
      const [one, two] = held.messages.map(({ seq }) => seq);
      const results = await store.actors.commit([
        turn(held, {
          state: 's1',
          consumedThrough: must(one),
          lease: { type: 'keep', ms: 1_000, maxMessages: 1 },
        }),
        turn({ ...held, version: 1 as never }, { state: 's2', consumedThrough: must(two) }),
      ]);
      expect(results).toMatchObject([
        { status: 'committed', version: 1, inboxLength: 1 },
        { status: 'committed', version: 2, inboxLength: 0, leaseUntil: null },
      ]);
      expect(await view(store, actor)).toMatchObject({ state: 's2', version: 2 });
    });

    test('refuses the second of two commits in one batch that start from the same version', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await give(store, actor, '1');
      const held = await claimActor(store, actor);
      const keep = { type: 'keep', ms: 1_000, maxMessages: 1 } as const;
      const results = await store.actors.commit([
        turn(held, { state: 's1', lease: keep }),
        turn(held, { state: 's2', lease: keep }),
      ]);
      expect(results).toMatchObject([
        { status: 'committed' },
        { status: 'stale', reason: 'version' },
      ]);
      expect(await view(store, actor)).toMatchObject({ state: 's1', version: 1 });
    });

    for (const [how, stale] of [
      ['fence', { fence: 1 as never }],
      ['version', { version: 5 as never }],
    ] as const) {
      test(`applies nothing at all of a commit with a stale ${how}`, async () => {
        await using opened = await open();
        const { store, clock } = opened;
        const [actor, near, far] = [actorIn(0), actorIn(0, 'near'), actorIn(1, 'far')];
        const channels = [`server:${actor}`, `server:${far}`];
        await store.channels.publish({
          channel: must(channels[0]),
          body: 'p',
          origin: '',
          history: HISTORY,
        });
        await create(store, actor, { wakeAt: clock.now() + 9 });
        for (const body of ['1', '2']) await give(store, actor, body);
        const held = await claimActor(store, actor);
        const before = await snapshot(store, [actor, near, far], channels);
        const effects = {
          state: 'stale',
          meta: 'stale',
          consumedThrough: lastSeq(held),
          deadLetters: [{ seq: lastSeq(held), error: 'e', attempts: 1 }],
          publications: channels.map((channel) => ({ channel, body: 'stale', history: HISTORY })),
          sends: [actor, near, far].map((to) => ({ to, body: 'stale' })),
          forget: [must(channels[0])],
          wakeAt: clock.now(),
          suspend: 'stale',
        };
        const reply = await store.actors.commit([turn(held, { ...effects, ...stale })]);
        expect(reply).toEqual([{ status: 'stale', reason: how, now: clock.now() }]);
        expect(await snapshot(store, [actor, near, far], channels)).toEqual(before);
        // What it had recorded for another partition would arrive before this.
        await commit(store, held, { sends: [{ to: far, body: 'after' }] });
        expect(bodies((await claimSoon(store, far)).messages)).toEqual(['after']);
        const { histories } = await snapshot(store, [], channels);
        expect(histories).toEqual(before.histories);
      });
    }

    test('is refused for an actor that is not there', async () => {
      await using opened = await open();
      const { store } = opened;
      const ghost = { actor: actorIn(0), fence: 1 as never, version: 0 as never };
      expect(await store.actors.commit([turn(ghost, { state: 's' })])).toMatchObject([
        { status: 'stale', reason: 'fence' },
      ]);
      expect(await store.actors.peek(ghost.actor)).toBeNull();
    });

    test('is refused the second time, whatever became of the lease', async () => {
      await using opened = await open();
      const { store } = opened;
      for (const lease of [
        { type: 'release' },
        { type: 'keep', ms: 1_000, maxMessages: 10 },
      ] as const) {
        const actor = actorIn(0, lease.type);
        await give(store, actor, 'm');
        const held = await claimActor(store, actor);
        const effects = {
          state: 's',
          consumedThrough: lastSeq(held),
          sends: [{ to: actor, body: 'self' }],
          lease,
        };
        await commit(store, held, effects);
        const [again] = await store.actors.commit([turn(held, effects)]);
        expect(again?.status).toBe('stale');
        expect(await view(store, actor)).toMatchObject({ version: 1, inboxLength: 1 });
      }
    });

    test('gives the lease back when it deletes, so that it is refused the second time', async () => {
      await using opened = await open();
      const { store } = opened;
      for (const type of ['keep', 'keep-if-messages'] as const) {
        const actor = actorIn(0, type);
        for (const body of ['1', '2']) await give(store, actor, body);
        const held = await claimActor(store, actor);
        const effects = {
          state: null,
          consumedThrough: must(held.messages[0]).seq,
          sends: [{ to: actor, body: 'self' }],
          lease: { type, ms: 1_000, maxMessages: 10 },
        };
        const result = await commit(store, held, effects);
        expect(result).toMatchObject({
          version: 0,
          leaseUntil: null,
          messages: [],
          inboxLength: 2,
        });
        expect(await store.actors.commit([turn(held, effects)])).toMatchObject([
          { status: 'stale', reason: 'fence' },
        ]);
        expect(bodies((await claimActor(store, actor)).messages)).toEqual(['2', 'self']);
      }
    });

    test('is refused after the lease was given back', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      await give(store, actor, 'm');
      const held = await claimActor(store, actor);
      await store.actors.release([held]);
      expect(await store.actors.commit([turn(held, { state: 's' })])).toMatchObject([
        { status: 'stale', reason: 'fence' },
      ]);
      expect(await view(store, actor)).toMatchObject({ state: null, inboxLength: 1 });
    });
  });
}
