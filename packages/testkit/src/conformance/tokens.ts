import { describe, expect, test } from 'vitest';
import type { OpenStore } from './harness.ts';

const perSecond = { rate: 10, intervalMs: 1_000 };

/** Token buckets. */
export function describeTokens(open: OpenStore): void {
  describe('tokens', () => {
    test('are as many at once as the rate says, and come back with time', async () => {
      await using opened = await open();
      const { clock, store } = opened;
      const take = (want: number): Promise<unknown> => store.tokens.take('a', [perSecond], want);
      expect(await take(4)).toEqual({ granted: 4, retryMs: 0 });
      expect(await take(100)).toEqual({ granted: 6, retryMs: 0 });
      expect(await take(1)).toEqual({ granted: 0, retryMs: 100 });
      clock.advance(99);
      expect(await take(1)).toEqual({ granted: 0, retryMs: 1 });
      clock.advance(1);
      expect(await take(5)).toEqual({ granted: 1, retryMs: 0 });
      clock.advance(300);
      expect(await take(5)).toEqual({ granted: 3, retryMs: 0 });
      clock.advance(60_000);
      expect(await take(11)).toEqual({ granted: 10, retryMs: 0 });
    });

    test('are shared by everyone on the store, and not between keys', async () => {
      await using opened = await open();
      const { store } = opened;
      const other = await opened.another();
      expect((await store.tokens.take('a', [perSecond], 7)).granted).toBe(7);
      expect((await other.tokens.take('a', [perSecond], 7)).granted).toBe(3);
      expect((await other.tokens.take('b', [perSecond], 7)).granted).toBe(7);
    });

    test('come out of every bucket, or out of none', async () => {
      await using opened = await open();
      const { clock, store } = opened;
      const buckets = [perSecond, { rate: 12, intervalMs: 60_000 }];
      const take = (want: number): Promise<unknown> => store.tokens.take('a', buckets, want);
      expect(await take(10)).toEqual({ granted: 10, retryMs: 0 });
      clock.advance(1_000);
      expect(await take(10)).toEqual({ granted: 2, retryMs: 0 });
      // The quick bucket has eight, the slow one none: nothing is taken from either.
      expect(await take(1)).toEqual({ granted: 0, retryMs: 4_000 });
      clock.advance(4_000);
      expect(await take(9)).toEqual({ granted: 1, retryMs: 0 });
    });

    test('of a bucket that cannot be are refused', async () => {
      await using opened = await open();
      const { tokens } = opened.store;
      for (const [bucket, want] of [
        [{ rate: 0, intervalMs: 1_000 }, 1],
        [{ rate: 1, intervalMs: 0 }, 1],
        [perSecond, 0],
      ] as const) {
        await expect(tokens.take('a', [bucket], want)).rejects.toMatchObject({ code: 'invalid' });
      }
    });
  });
}
