export { defineActor, defineConsumer } from '@belfry/actors';
export type {
  ActorDefinition,
  ActorRef,
  ActorSpec,
  AnyActorDefinition,
  ClientSender,
  ConsumerContext,
  ConsumerDefinition,
  ConsumerMessage,
  ConsumerSpec,
  ControlOf,
  InternalSender,
  LatePolicy,
  PresenceEvent,
  ServerOf,
  StateOf,
  Tick,
  TickRate,
  TurnContext,
} from '@belfry/actors';
export { ConfigError } from './config/config-error.ts';
export { defineConfig } from './config/define-config.ts';
export type { BelfryConfig, ResolvedConfig, Role } from './config/schema.ts';
export type { RunningBelfry } from './run/start-belfry.ts';
export { startBelfry } from './run/start-belfry.ts';
export { StartError } from './run/start-error.ts';
