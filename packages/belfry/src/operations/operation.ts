import type { AnyActorDefinition } from '@belfry/actors';
import type { BeaconControl } from '@belfry/beacon';
import type { ActorStore, ChannelStore, HistoryPolicy } from '@belfry/store';
import type { z } from 'zod';
import type { StoreState } from '../run/health.ts';
import type { ChannelNamespaces } from '../run/channel-namespaces.ts';

/** What an operation works on. */
export interface OperationContext {
  readonly actors: ActorStore;
  /** A view of its own: no listener is attached yet. */
  readonly channels: ChannelStore;
  readonly namespaces: ChannelNamespaces;
  /** `undefined`: there is no Beacon in this process. */
  readonly control?: BeaconControl | undefined;
  /** What a channel keeps, by the namespaces of the config. */
  historyPolicyOf(channel: string): HistoryPolicy;
  /** How the store is; `undefined`: nobody watches it here. */
  readonly store?: (() => Promise<StoreState>) | undefined;
  /** The kinds of actors that the config names. Rejects with a `ConfigError` when they cannot be loaded. */
  definitions(): Promise<readonly AnyActorDefinition[]>;
}

/** Something that a person asks of a deployment. It runs in the server, on behalf of the CLI, or in the CLI itself. */
export interface Operation<S extends z.ZodType = z.ZodType, Result = unknown> {
  readonly input: S;
  /** It changes something: not for those who may only look. */
  readonly changes: boolean;
  run(context: OperationContext, input: z.output<S>): Promise<Result>;
}

/** What was asked for cannot be done, for a reason a person can understand. */
export class OperationError extends Error {
  override readonly name: string = 'OperationError';
}

/** What was asked for is not understood. */
export class InputError extends OperationError {
  override readonly name = 'InputError';
}

/** Ties the types of an operation together that only looks. */
export function operation<S extends z.ZodType, Result>(
  input: S,
  run: (context: OperationContext, input: z.output<S>) => Promise<Result>,
): Operation<S, Result> {
  return { input, changes: false, run };
}

/** The same for one that changes something. */
export function change<S extends z.ZodType, Result>(
  input: S,
  run: (context: OperationContext, input: z.output<S>) => Promise<Result>,
): Operation<S, Result> {
  return { input, changes: true, run };
}
