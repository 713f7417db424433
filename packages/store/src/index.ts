export * from './actor-store.ts';
export * from './channel-store.ts';
export * from './partition.ts';
export * from './share-channels.ts';
export * from './store-error.ts';
export * from './store.ts';
