import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore, type Store, type StoreOptions } from '@belfry/store';
import { virtualClock } from '../virtual-clock.ts';
import { PARTITIONS, type StoreUnderTest } from './harness.ts';

/** The embedded driver in memory. One process, so another view of the data is the same store. */
export async function openMemoryStore(options: StoreOptions = {}): Promise<StoreUnderTest> {
  const clock = virtualClock();
  const store = await openEmbeddedStore({
    partitions: PARTITIONS,
    now: clock.now,
    ...options,
    dataDir: ':memory:',
  });
  return {
    store,
    clock,
    another: () => Promise.resolve(store),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

/** The embedded driver in a temporary directory. */
export async function openFileStore(options: StoreOptions = {}): Promise<StoreUnderTest> {
  await using guard = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), 'belfry-store-'));
  guard.defer(() => rm(dataDir, { recursive: true, force: true }));
  // Stores that are opened later are closed before the directory goes, too.
  const stores = guard.use(new AsyncDisposableStack());
  const clock = virtualClock();
  const reopen = async (more: StoreOptions): Promise<Store> => {
    const store = await openEmbeddedStore({ now: clock.now, ...options, ...more, dataDir });
    stores.defer(() => store.close());
    return store;
  };
  const store = await reopen({ partitions: options.partitions ?? PARTITIONS });
  const owned = guard.move();
  return {
    store,
    clock,
    another: () => Promise.resolve(store),
    reopen,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
