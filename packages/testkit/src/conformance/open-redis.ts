import { openRedisStore, type Store, type StoreOptions } from '@belfry/store';
import { virtualClock } from '../virtual-clock.ts';
import { PARTITIONS, type OpenStore } from './harness.ts';

let opened = 0;

/** The Redis driver on the server or cluster at `url`, each time under a prefix of its own. */
export function openRedisAt(url: () => string): OpenStore {
  return async (options = {}) => {
    await using guard = new AsyncDisposableStack();
    opened += 1;
    const prefix = `t${process.pid}-${opened}`;
    const clock = virtualClock();
    const open = async (more: StoreOptions = {}): Promise<Store> => {
      const store = await openRedisStore({
        partitions: PARTITIONS,
        now: clock.now,
        ...options,
        ...more,
        url: url(),
        prefix,
      });
      stores.defer(() => store.close());
      return store;
    };
    const stores = guard.use(new AsyncDisposableStack());
    const store = await open();
    const owned = guard.move();
    return {
      store,
      clock,
      another: () => open(),
      reopen: open,
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  };
}
