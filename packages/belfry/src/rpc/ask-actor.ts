import type { AnyActorDefinition, Asker } from '@belfry/actors';
import { RpcError, type RpcHandler } from '@belfry/beacon';
import { actorKey, parseActorKey } from '@belfry/protocol';
import { asked, RPC_CODES } from './rpc-codes.ts';

export interface AskActorOptions {
  readonly asker: Pick<Asker, 'ask'>;
  readonly definitions: ReadonlyMap<string, AnyActorDefinition>;
  /** How long an actor may take, in ms. */
  readonly timeoutMs: number;
}

/** `ask {"actor":"match/42","data":…}` → what the actor replies. Its handler sees the client as the sender, as on the control channel. */
export function askActor({ asker, definitions, timeoutMs }: AskActorOptions): RpcHandler {
  return async (data, { user, client }) => {
    const input = (data ?? {}) as { readonly actor?: unknown; readonly data?: unknown };
    const key = typeof input.actor === 'string' ? parseActorKey(input.actor) : null;
    if (key === null) {
      throw new RpcError(
        RPC_CODES.badRequest,
        'actor: is missing or not kind/id; send {"actor":"match/42","data":…}',
      );
    }
    const definition = definitions.get(key.kind);
    // A kind without a control schema is as good as none to clients.
    if (definition?.spec.control === undefined) {
      throw new RpcError(RPC_CODES.notFound, `actor: clients reach no kind "${key.kind}" here`);
    }
    const { inboxLimit, creation } = definition.spec;
    return asked(
      asker.ask(actorKey(key.kind, key.id), input.data, {
        from: { type: 'client', user, client },
        mustExist: creation === 'explicit',
        timeoutMs,
        ...(inboxLimit === undefined ? {} : { inboxLimit }),
      }),
    );
  };
}
