import type { ActorStore, Partition } from '@belfry/store';

/** The store's time, in ms since the Unix epoch. */
export type StoreTime = () => Promise<number>;

/** For how long the difference between the clocks is taken to stay what it was, in ms. */
const FRESH_MS = 10_000;

/**
 * Tells the store's time by this process's clock and the difference between the two, which is measured when somebody asks and the last
 * measure is old.
 */
export function createStoreTime(actors: Pick<ActorStore, 'claim'>, holder: string): StoreTime {
  let difference: number | undefined;
  let measuredAt = 0;
  let measuring: Promise<void> | undefined;

  const measure = async (): Promise<void> => {
    const before = performance.now();
    // A claim that takes nothing: what it says is the time.
    const { now } = await actors.claim({
      partition: 0 as Partition,
      holder,
      overdueMs: { message: null, tick: null },
      limit: 1,
      leaseMs: 1_000,
      maxMessages: 1,
    });
    const after = performance.now();
    difference = now + (after - before) / 2 - Date.now();
    measuredAt = after;
  };

  return async () => {
    if (difference === undefined || performance.now() - measuredAt > FRESH_MS) {
      measuring ??= measure().finally(() => {
        measuring = undefined;
      });
      await measuring;
    }
    return Math.round(Date.now() + (difference ?? 0));
  };
}
