import type {
  AnyActorDefinition,
  ClientSender,
  InternalSender,
  PresenceEvent,
  Schema,
  Tick,
  TickRate,
  TurnContext,
} from '../define-actor.ts';
import type { Millis } from '@belfry/store';

/** The context as the engine makes it: the definition's types are the user's business, the schemas are the engine's. */
export type EngineContext = TurnContext<unknown, unknown, unknown>;

/** An actor's spec as the engine sees it: everything unknown. */
export interface EngineSpec {
  readonly control?: Schema;
  readonly server?: Schema;
  readonly user?: Schema;
  readonly internal?: Schema;
  readonly creation?: 'on-demand' | 'explicit';
  readonly initial: (birth: {
    readonly id: string;
    readonly now: Millis;
    random(): number;
  }) => unknown;
  readonly onCreate?: (ctx: EngineContext) => unknown;
  readonly onMessage?: (ctx: EngineContext, message: unknown, from: ClientSender) => unknown;
  readonly onInternal?: (ctx: EngineContext, message: unknown, from: InternalSender) => unknown;
  readonly onPresence?: (ctx: EngineContext, event: PresenceEvent) => unknown;
  readonly onTick?: (ctx: EngineContext, tick: Tick) => unknown;
  readonly onTurnEnd?: (ctx: EngineContext) => unknown;
  readonly tick?: TickRate;
  readonly maxAttempts?: number;
  readonly maxTickFailures?: number;
  readonly maxStateLength?: number;
}

export function engineSpec(definition: AnyActorDefinition): EngineSpec {
  return definition.spec as EngineSpec;
}
