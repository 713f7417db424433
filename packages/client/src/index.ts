export * from './actor-handle.ts';
export type { Accepted } from './actor-sender.ts';
export * from './belfry-error.ts';
export * from './client.ts';
export * from './connection-state.ts';
export type { ClockOffset } from './core/clock-offset.ts';
export * from './definition-types.ts';
export * from './guest.ts';
export type { Off } from './listeners.ts';
