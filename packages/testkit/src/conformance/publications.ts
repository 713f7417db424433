import type { PublicationInput } from '@belfry/store';
import { describe, expect, test } from 'vitest';
import { HISTORY, NO_HISTORY, bodies, history } from './harness.ts';
import type { OpenStore } from './harness.ts';

const CHANNEL = 'news:1';

/** `publish`, `history`, `removeHistory`: offsets, epochs and what is kept. */
export function describePublications(open: OpenStore): void {
  describe('publish', () => {
    test('gives offsets without holes within one epoch, whichever process publishes', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const other = await opened.another();
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          (i % 2 === 0 ? store : other).channels.publish(publication(`${i}`)),
        ),
      );
      expect(results.map(({ offset }) => offset).toSorted((a, b) => a - b)).toEqual([
        1, 2, 3, 4, 5, 6, 7, 8,
      ]);
      expect(new Set(results.map(({ epoch }) => epoch)).size).toBe(1);
      expect(results.every(({ published }) => published)).toBe(true);
      const { publications, epoch, offset } = await history(other, CHANNEL);
      expect(offset).toBe(8);
      expect(epoch).toBe(results[0]?.epoch);
      for (const [i, result] of results.entries()) {
        expect(publications[result.offset - 1]).toEqual({
          offset: result.offset,
          time: clock.now(),
          body: `${i}`,
          origin: 'client-1',
        });
      }
    });

    test('keeps the newest, as many as the channel’s size says', async () => {
      await using opened = await open();
      const { store } = opened;
      for (let i = 1; i <= 15; i++) await store.channels.publish(publication(`${i}`));
      const { publications } = await history(store, CHANNEL);
      expect(publications.map(({ offset }) => offset)).toEqual([
        6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
      ]);
      await store.channels.publish({ ...publication('16'), history: { ...HISTORY, size: 2 } });
      expect(bodies((await history(store, CHANNEL)).publications)).toEqual(['15', '16']);
    });

    test('of a channel that keeps nothing has offset 0 and leaves nothing', async () => {
      await using opened = await open();
      const { store } = opened;
      const result = await store.channels.publish({ ...publication('gone'), history: NO_HISTORY });
      expect(result).toMatchObject({ offset: 0, published: true });
      const { publications, offset } = await history(store, CHANNEL);
      expect({ publications, offset }).toEqual({ publications: [], offset: 0 });
    });

    test('with an idempotency key publishes once and gives the first position again', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const other = await opened.another();
      const options = { idempotencyKey: 'k', idempotencyTtlMs: 10_000 };
      const first = await store.channels.publish(publication('1'), options);
      await store.channels.publish(publication('2'));
      clock.advance(9_999);
      const again = await other.channels.publish(publication('1 again'), options);
      expect(first.published).toBe(true);
      expect(again).toEqual({ ...first, published: false });
      const elsewhere = await store.channels.publish(
        { ...publication('1'), channel: 'news:2' },
        options,
      );
      expect(elsewhere.published).toBe(true);
      expect(bodies((await history(store, CHANNEL)).publications)).toEqual(['1', '2']);
      clock.advance(10_002);
      expect(await store.channels.publish(publication('3'), options)).toMatchObject({
        published: true,
        offset: 3,
      });
    });

    test('with an idempotency key publishes once on a channel that keeps nothing', async () => {
      await using opened = await open();
      const { store } = opened;
      const input = { ...publication('1'), history: NO_HISTORY };
      const first = await store.channels.publish(input, { idempotencyKey: 'k' });
      const again = await store.channels.publish(input, { idempotencyKey: 'k' });
      expect(first).toMatchObject({ published: true, offset: 0 });
      expect(again).toEqual({ ...first, published: false });
    });

    test('remembers an idempotency key for five minutes when no time is given', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const first = await store.channels.publish(publication('1'), { idempotencyKey: 'k' });
      clock.advance(299_999);
      const again = await store.channels.publish(publication('1'), { idempotencyKey: 'k' });
      expect(again).toEqual({ ...first, published: false });
    });

    test('suppresses what is not above the last version of the same version epoch', async () => {
      await using opened = await open();
      const { store } = opened;
      const publish = async (
        version: number,
        versionEpoch?: string,
      ): Promise<[number, boolean]> => {
        const options = versionEpoch === undefined ? { version } : { version, versionEpoch };
        const result = await store.channels.publish(publication(`v${version}`), options);
        return [result.offset, result.published];
      };
      expect(await publish(5)).toEqual([1, true]);
      expect(await publish(5)).toEqual([1, false]);
      expect(await publish(4)).toEqual([1, false]);
      expect(await publish(7)).toEqual([2, true]);
      expect(await publish(3, 'restarted')).toEqual([3, true]);
      expect(await publish(3, 'restarted')).toEqual([3, false]);
      expect(await publish(4, 'restarted')).toEqual([4, true]);
      expect((await store.channels.publish(publication('unversioned'))).published).toBe(true);
      expect(bodies((await history(store, CHANNEL)).publications)).toEqual([
        'v5',
        'v7',
        'v3',
        'v4',
        'unversioned',
      ]);
    });

    test('passes a body on unchanged', async () => {
      await using opened = await open();
      const { store } = opened;
      const odd = ['{"data":"\\u0000"}', '\u{1F514} 18446744073709551615', 'x'.repeat(100_000)];
      for (const body of odd) await store.channels.publish(publication(body));
      expect(bodies((await history(store, CHANNEL)).publications)).toEqual(odd);
    });
  });

  describe('history', () => {
    test('gives the position with limit 0, all with -1, and parts from either end', async () => {
      await using opened = await open();
      const { store } = opened;
      for (let i = 1; i <= 15; i++) await store.channels.publish(publication(`${i}`));
      const offsets = async (query: Parameters<typeof history>[2]): Promise<number[]> => {
        const reply = await history(store, CHANNEL, query);
        expect(reply.offset).toBe(15);
        return reply.publications.map(({ offset }) => offset);
      };
      expect(await offsets({ limit: 0 })).toEqual([]);
      expect(await offsets({ limit: 3 })).toEqual([6, 7, 8]);
      expect(await offsets({ limit: 3, reverse: true })).toEqual([15, 14, 13]);
      expect(await offsets({ limit: -1, since: 12 })).toEqual([13, 14, 15]);
      expect(await offsets({ limit: 2, since: 12 })).toEqual([13, 14]);
      expect(await offsets({ limit: -1, since: 15 })).toEqual([]);
      expect(await offsets({ limit: -1, since: 99 })).toEqual([]);
      expect(await offsets({ limit: 2, since: 1 })).toEqual([6, 7]);
      expect(await offsets({ limit: 2, since: 0 })).toEqual([6, 7]);
      expect(await offsets({ limit: -1, since: 9, reverse: true })).toEqual([8, 7, 6]);
      expect(await offsets({ limit: 1, since: 9, reverse: true })).toEqual([8]);
      expect(await offsets({ limit: -1, since: 6, reverse: true })).toEqual([]);
      expect(await offsets({ limit: 2, since: 99, reverse: true })).toEqual([15, 14]);
    });

    test('of a channel that nobody used makes a position that goes on when something is published', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      const asked = await history(store, CHANNEL);
      expect(asked).toMatchObject({ offset: 0, publications: [] });
      expect(asked.epoch).not.toBe('');
      expect((await history(other, CHANNEL)).epoch).toBe(asked.epoch);
      expect(await other.channels.publish(publication('1'))).toMatchObject({
        offset: 1,
        epoch: asked.epoch,
      });
    });

    test('of a channel that nobody published on makes a position that lives as long as it is asked for', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const other = await opened.another();
      const query = { limit: 0, metaTtlMs: 10_000 };
      const { epoch } = await history(store, CHANNEL, query);
      for (let i = 0; i < 4; i++) {
        clock.advance(9_999);
        expect(await history(i % 2 === 0 ? other : store, CHANNEL, query)).toMatchObject({
          offset: 0,
          epoch,
        });
      }
      clock.advance(9_999);
      expect(await store.channels.publish(publication('1'))).toMatchObject({ offset: 1, epoch });
      clock.advance(HISTORY.metaTtlMs - 1);
      expect(await history(other, CHANNEL, query)).toMatchObject({ offset: 1, epoch });
    });

    test('of a channel that nobody published on makes a position that goes a quarter of its time late at most', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const query = { limit: 0, metaTtlMs: 10_000 };
      const epochs: string[] = [];
      for (let i = 0; i < 3; i++) {
        epochs.push((await history(store, CHANNEL, query)).epoch);
        clock.advance(12_501);
      }
      expect(new Set(epochs).size).toBe(3);
    });

    test('keeps the publications until the time after the last one is over, and the position longer', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const { epoch } = await store.channels.publish(publication('1'));
      clock.advance(40_000);
      await store.channels.publish(publication('2'));
      clock.advance(HISTORY.ttlMs - 1);
      expect(bodies((await history(store, CHANNEL)).publications)).toEqual(['1', '2']);
      clock.advance(2);
      expect(await history(store, CHANNEL)).toEqual({ publications: [], offset: 2, epoch });
      expect(await store.channels.publish(publication('3'))).toMatchObject({ offset: 3, epoch });
      expect(bodies((await history(store, CHANNEL)).publications)).toEqual(['3']);
    });

    test('starts a new epoch when the position has been forgotten', async () => {
      await using opened = await open();
      const { store, clock } = opened;
      const input = publication('1');
      const { epoch } = await store.channels.publish(input);
      await store.channels.publish(input);
      clock.advance(HISTORY.metaTtlMs + 1);
      const after = await store.channels.publish(input);
      expect(after.offset).toBe(1);
      expect(after.epoch).not.toBe(epoch);
      clock.advance(HISTORY.metaTtlMs + 1);
      const asked = await history(store, CHANNEL);
      expect(asked).toMatchObject({ offset: 0, publications: [] });
      expect(asked.epoch).not.toBe(after.epoch);
    });

    test('is removed: the publications go, offset and epoch go on', async () => {
      await using opened = await open();
      const { store } = opened;
      const { epoch } = await store.channels.publish(publication('1'));
      await store.channels.publish(publication('2'));
      await store.channels.removeHistory(CHANNEL);
      expect(await history(store, CHANNEL)).toEqual({ publications: [], offset: 2, epoch });
      expect(await store.channels.publish(publication('3'))).toMatchObject({ offset: 3, epoch });
      expect(bodies((await history(store, CHANNEL)).publications)).toEqual(['3']);
      await store.channels.removeHistory('news:none');
    });
  });
}

function publication(body: string): PublicationInput {
  return { channel: CHANNEL, body, origin: 'client-1', history: HISTORY };
}
