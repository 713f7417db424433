export { AskError } from './asker/ask-error.ts';
export { createAsker } from './asker/create-asker.ts';
export type { Asker, AskerInput, AskOptions } from './asker/create-asker.ts';
export { runTurn } from './core/run-turn.ts';
export type {
  TurnCounts,
  TurnFailure,
  TurnOptions,
  TurnOutcome,
  TurnSnapshot,
} from './core/turn.ts';
export * from './define-actor.ts';
export { defineConsumer } from './define-consumer.ts';
export type {
  AnyConsumerDefinition,
  ConsumerContext,
  ConsumerDefinition,
  ConsumerMessage,
  ConsumerSpec,
} from './define-consumer.ts';
export { createRunner } from './runner/create-runner.ts';
export type { Runner } from './runner/create-runner.ts';
export type { HistogramSnapshot } from './runner/histogram.ts';
export type { RunnerCounter, RunnerSnapshot } from './runner/runner-metrics.ts';
export type {
  Divert,
  Outbound,
  RunnerEvent,
  RunnerInput,
  RunnerOptions,
} from './runner/runner-options.ts';
