export * from './actor.ts';
export * from './shared.ts';
export type * from './room-state.ts';
