import type { AnyActorDefinition, Asker } from '@belfry/actors';
import { RpcError, type RpcHandler } from '@belfry/beacon';
import type { ActorStore } from '@belfry/store';
import { z } from 'zod';
import { actorInput } from '../operations/actor-operations.ts';
import { OperationError } from '../operations/operation.ts';
import { inputProblem } from '../operations/run-operation.ts';
import { sendInput, sendMessage } from '../operations/send-operation.ts';
import { asked, RPC_CODES } from './rpc-codes.ts';

const askInput = z.strictObject({ actor: actorInput, data: z.json().default(null) });

function checked<S extends z.ZodType>(schema: S, data: unknown): z.output<S> {
  const parsed = schema.safeParse(data ?? {});
  if (parsed.success) return parsed.data;
  throw new RpcError(RPC_CODES.badRequest, inputProblem(parsed.error));
}

export interface ServerCallsOptions {
  readonly asker: Pick<Asker, 'ask'>;
  readonly actors: Pick<ActorStore, 'send'>;
  readonly definitions: readonly AnyActorDefinition[];
  /** How long an actor may take, in ms. */
  readonly timeoutMs: number;
}

/**
 * What backends call with the `rpc` of the server API and clients do not: `ask {"actor","data"}` → what the actor replies, and
 * `send {"actor","data","user"?}` → `{"sent":true}` once it is in the inbox. The actor sees the deployment itself as the sender, or a
 * client of `user`.
 */
export function serverCalls(options: ServerCallsOptions): ReadonlyMap<string, RpcHandler> {
  const { asker, actors, definitions, timeoutMs } = options;
  return new Map<string, RpcHandler>([
    [
      'ask',
      async (data) => {
        const { actor, data: message } = checked(askInput, data);
        return asked(asker.ask(actor, message, { timeoutMs }));
      },
    ],
    [
      'send',
      async (data) => {
        try {
          return await sendMessage(
            { actors, definitions: async () => definitions },
            checked(sendInput, data),
          );
        } catch (error) {
          if (!(error instanceof OperationError)) throw error;
          throw new RpcError(RPC_CODES.badRequest, error.message);
        }
      },
    ],
  ]);
}
