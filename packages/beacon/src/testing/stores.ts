import { openEmbeddedStore, openRedisStore, shareChannels, type Store } from '@belfry/store';
import { startRedis, type RedisServer } from '@belfry/testkit';

function closing(store: Store): Store & AsyncDisposable {
  return Object.assign(store, { [Symbol.asyncDispose]: () => store.close() });
}

/** A store in memory, for `await using`. */
export async function openMemoryStore(): Promise<Store & AsyncDisposable> {
  return closing(await openEmbeddedStore({ dataDir: ':memory:' }));
}

/** A store on a Redis, for `await using`. */
export async function openStoreOn({ url }: RedisServer): Promise<Store & AsyncDisposable> {
  return closing(await openRedisStore({ url }));
}

/** A deployment whose Beacons are to be tested together. */
export interface StoreLab extends AsyncDisposable {
  /** What one more Beacon works on: as another process would (Redis), or as another part of this one (embedded). */
  open(): Promise<Pick<Store, 'channels' | 'actors' | 'tokens'>>;
}

async function embedded(): Promise<StoreLab> {
  const store = await openEmbeddedStore({ dataDir: ':memory:' });
  const share = shareChannels(store.channels);
  return {
    open: async () => ({ actors: store.actors, tokens: store.tokens, channels: share() }),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function redis(): Promise<StoreLab> {
  const server = await startRedis();
  const stores: Store[] = [];
  return {
    async open() {
      const store = await openRedisStore({ url: server.url });
      stores.push(store);
      return store;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((each) => each.close()));
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Both drivers. */
export const STORE_LABS: readonly (readonly [name: string, open: () => Promise<StoreLab>])[] = [
  ['embedded', embedded],
  ['redis', redis],
];
