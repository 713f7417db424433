import { StoreError } from '@belfry/store';
import { describe, expect, test } from 'vitest';
import {
  PARTITIONS,
  actorIn,
  claim,
  claimActor,
  create,
  give,
  history,
  turn,
  view,
} from './harness.ts';
import type { OpenStore } from './harness.ts';

/** Membership, health, opening again, closing. */
export function describeLife(open: OpenStore): void {
  describe('membership', () => {
    test('tells everyone alive, ordered by id, with their roles, and the store’s time', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const other = await opened.another();
      const b = { id: 'b', roles: ['worker', 'ticker'] } as const;
      const a = { id: 'a', roles: ['ticker'] } as const;
      expect(await store.membership.heartbeat(b, 1_000)).toEqual({
        now: clock.now(),
        members: [b],
      });
      clock.advance(600);
      expect(await other.membership.heartbeat(a, 1_000)).toEqual({
        now: clock.now(),
        members: [a, b],
      });
      clock.advance(600);
      // b said nothing for too long.
      expect((await other.membership.heartbeat(a, 1_000)).members).toEqual([a]);
      expect(
        (await store.membership.heartbeat({ ...b, roles: ['worker'] }, 1_000)).members,
      ).toEqual([a, { id: 'b', roles: ['worker'] }]);
      await store.membership.leave('b');
      await store.membership.leave('nobody');
      expect((await other.membership.heartbeat(a, 1_000)).members).toEqual([a]);
    });
  });

  describe('a store', () => {
    test('says how many partitions it has and that it is well', async () => {
      await using opened = await open();
      expect(opened.store.partitions).toBe(PARTITIONS);
      const health = await opened.store.health();
      expect(health.ok).toBe(true);
      expect(health.description).not.toBe('');
    });

    test('counts what it does', async () => {
      await using opened = await open();
      await create(opened.store, actorIn(0));
      const counts = Object.entries(opened.store.counters());
      expect(counts.length).toBeGreaterThan(0);
      expect(counts.filter(([name]) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([]);
    });

    test('has everything again after it was closed and opened', async ({ skip }) => {
      await using opened = await open();
      const { store, reopen } = opened;
      if (!reopen) return skip('nothing outlives this store');
      const actor = actorIn(0);
      await create(store, actor, { state: 'kept', wakeAt: 12_345 });
      await give(store, actor, { body: 'm', id: 'x' });
      const held = await claimActor(store, actor);
      const before = await store.actors.peek(actor);
      const { epoch } = await history(store, 'news:1');
      await store.close();
      const again = await reopen({ partitions: PARTITIONS });
      expect(await again.actors.peek(actor)).toEqual(before);
      expect((await history(again, 'news:1')).epoch).toBe(epoch);
      expect(await again.actors.send({ to: actor, body: 'm', id: 'x' })).toBe('duplicate');
      opened.clock.advance(60_000);
      expect((await claimActor(again, actor)).fence).toBeGreaterThan(held.fence);
    });

    test('refuses data that was made with another number of partitions', async ({ skip }) => {
      await using opened = await open();
      const { store, reopen } = opened;
      if (!reopen) return skip('nothing outlives this store');
      await create(store, actorIn(0));
      await store.close();
      await expect(reopen({ partitions: PARTITIONS + 1 })).rejects.toMatchObject({
        name: 'StoreError',
        code: 'incompatible',
      });
    });

    test('refuses a partition that it does not have', async () => {
      await using opened = await open();
      await expect(claim(opened.store, PARTITIONS)).rejects.toMatchObject({ code: 'invalid' });
    });

    test('finishes what it was asked when it closes, and rejects what comes later as closed', async () => {
      await using opened = await open();
      const { store } = opened;
      const actor = actorIn(0);
      const asked = Array.from({ length: 20 }, (_, i) =>
        store.actors.send({ to: actor, body: `${i}` }),
      );
      const closing = store.close();
      expect(new Set(await Promise.all(asked))).toEqual(new Set(['accepted']));
      await closing;
      const ghost = { actor, fence: 1 as never, version: 0 as never };
      const calls = [
        () => store.actors.send({ to: actor, body: 'late' }),
        () => claim(store, 0),
        () => store.actors.commit([turn(ghost)]),
        () => view(store, actor),
        () => history(store, 'news:1'),
        () => store.channels.subscribe('news:1'),
        () => store.membership.heartbeat({ id: 'm', roles: [] }, 1_000),
      ];
      for (const call of calls) {
        const error: unknown = await call().catch((caught: unknown) => caught);
        expect(error).toBeInstanceOf(StoreError);
        expect(error).toMatchObject({ code: 'closed' });
      }
      // Twice is once.
      await store.close();
    });
  });
}
