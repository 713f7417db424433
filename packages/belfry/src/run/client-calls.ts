import type { AnyActorDefinition, Asker } from '@belfry/actors';
import type { ActorKinds, RpcHandler } from '@belfry/beacon';
import type { Store } from '@belfry/store';
import { createRateLimiter } from '../auth/core/rate-limiter.ts';
import type { ResolvedConfig } from '../config/schema.ts';
import { askActor } from '../rpc/ask-actor.ts';
import { createRoom } from '../rpc/create-room.ts';
import { createStoreTime } from '../rpc/store-time.ts';

export interface ClientCallsOptions {
  readonly config: ResolvedConfig;
  readonly store: Store;
  readonly asker: Asker;
  readonly definitions: readonly AnyActorDefinition[];
  readonly kinds: ActorKinds;
  readonly processId: string;
}

/** How long an actor may take to answer, in ms. */
export function askTimeoutMs({ client }: ResolvedConfig): number {
  // The Beacon's own limit must not cut in first: what the actor says is worth more than "no answer".
  return Math.max(50, Math.min(10_000, client.rpc_timeout - 250));
}

/** The methods that clients can call: `createRoom`, `ask` and `time`. */
export function clientCalls(options: ClientCallsOptions): ReadonlyMap<string, RpcHandler> {
  const { config, store, asker, kinds, processId } = options;
  const { per_minute: perMinute, burst } = config.rooms.rate_limit;
  const definitions = new Map(options.definitions.map((each) => [each.kind, each]));
  const limiter = createRateLimiter({ perMinute, burst });
  const now = createStoreTime(store.actors, processId);
  return new Map<string, RpcHandler>([
    ['createRoom', createRoom({ asker, definitions, limiter })],
    ['ask', askActor({ asker, kinds, timeoutMs: askTimeoutMs(config) })],
    ['time', async () => ({ now: await now() })],
  ]);
}
