export { runTurn } from './core/run-turn.ts';
export type {
  TurnCounts,
  TurnFailure,
  TurnOptions,
  TurnOutcome,
  TurnSnapshot,
} from './core/turn.ts';
export * from './define-actor.ts';
