import { openEmbeddedStore, openRedisStore, shareChannels, type Store } from '@belfry/store';
import { startRedis } from '@belfry/testkit';

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
