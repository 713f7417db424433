import type { Partition, Wake } from '@belfry/store';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { actorIn, claimActor, commit, create, give, lastSeq } from './harness.ts';
import type { OpenStore } from './harness.ts';

/** `listen`: hints that something may want attention. A driver that never lost one on a healthy machine passes. */
export function describeWakes(open: OpenStore): void {
  describe('listen', () => {
    test('tells of an actor that a message made due, in the partitions asked for', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const other = await opened.another();
      const wakes: Wake[] = [];
      await other.actors.listen([0, 2] as Partition[], (wake) => wakes.push(wake));
      for (const p of [1, 0, 2]) await give(store, actorIn(p), 'm');
      const due = (partition: number): unknown => ({
        type: 'due',
        partition,
        lane: 'message',
        dueAt: clock.now(),
      });
      await waitFor(() => wakes.some(({ partition }) => partition === 2));
      await waitFor(() => wakes.some(({ partition }) => partition === 0));
      expect(wakes).toContainEqual(due(0));
      expect(wakes).toContainEqual(due(2));
      expect(wakes.filter(({ partition }) => partition === 1)).toEqual([]);
    });

    test('replaces the partitions it tells of', async () => {
      await using opened = await open();
      const { store } = opened;
      const wakes: Wake[] = [];
      await store.actors.listen([0] as Partition[], () => {
        throw new Error('replaced');
      });
      await store.actors.listen([1] as Partition[], (wake) => wakes.push(wake));
      await give(store, actorIn(0), 'm');
      await give(store, actorIn(1), 'm');
      await waitFor(() => wakes.length > 0);
      expect(new Set(wakes.map(({ partition }) => partition))).toEqual(new Set([1]));
    });

    test('tells of a tick that a commit scheduled', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const other = await opened.another();
      const wakes: Wake[] = [];
      await other.actors.listen([0] as Partition[], (wake) => wakes.push(wake));
      const wakeAt = clock.now() + 50;
      await create(store, actorIn(0), { wakeAt });
      await waitFor(() => wakes.some((wake) => wake.type === 'due' && wake.lane === 'tick'));
      expect(wakes).toContainEqual({ type: 'due', partition: 0, lane: 'tick', dueAt: wakeAt });
    });

    test('tells who holds an actor whose empty inbox got a message', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      const actor = actorIn(0);
      await give(store, actor, 'm');
      const held = await claimActor(store, actor, { holder: 'holder-7' });
      const wakes: Wake[] = [];
      await other.actors.listen([0] as Partition[], (wake) => wakes.push(wake));
      await commit(store, held, {
        state: 's',
        consumedThrough: lastSeq(held),
        lease: { type: 'keep', ms: 60_000, maxMessages: 1 },
      });
      await give(store, actor, 'came while it was held');
      await waitFor(() => wakes.some(({ type }) => type === 'inbox'));
      expect(wakes).toContainEqual({ type: 'inbox', partition: 0, actor, holder: 'holder-7' });
    });

    test('tells of what a commit sent to another partition', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      const wakes: Wake[] = [];
      await other.actors.listen([3] as Partition[], (wake) => wakes.push(wake));
      await create(store, actorIn(0), { sends: [{ to: actorIn(3, 'far'), body: 'm' }] });
      await waitFor(() => wakes.some(({ type, partition }) => type === 'due' && partition === 3));
    });
  });
}
