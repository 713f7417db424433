import type { Asker } from '@belfry/actors';
import { type ActorKinds, RpcError, type RpcHandler } from '@belfry/beacon';
import {
  actorKey,
  clientSender,
  controlChannel,
  parseActorKey,
  replyErrors,
} from '@belfry/protocol';
import { asked, RPC_CODES } from './rpc-codes.ts';

export interface AskActorOptions {
  readonly asker: Pick<Asker, 'ask'>;
  /** The kinds that clients can reach. */
  readonly kinds: ActorKinds;
  /** How long an actor may take, in ms. */
  readonly timeoutMs: number;
}

/**
 * `ask {"actor":"match/42","data":…}` → what the actor replies. Its handler sees the client as the sender, as on the control channel,
 * and the same is asked of it: it is or may be on that channel, and the data fits the kind.
 */
export function askActor({ asker, kinds, timeoutMs }: AskActorOptions): RpcHandler {
  return async (data, { user, client, info, mayBeOn }) => {
    const input = (data ?? {}) as { readonly actor?: unknown; readonly data?: unknown };
    const key = typeof input.actor === 'string' ? parseActorKey(input.actor) : null;
    if (key === null) {
      throw new RpcError(
        RPC_CODES.badRequest,
        'actor: is missing or not kind/id; send {"actor":"match/42","data":…}',
      );
    }
    const kind = kinds.get(key.kind);
    if (kind === undefined) {
      throw new RpcError(RPC_CODES.notFound, `actor: clients reach no kind "${key.kind}" here`);
    }
    const actor = actorKey(key.kind, key.id);
    const channel = controlChannel(actor);
    if (!mayBeOn(channel)) {
      const { code, message } = replyErrors.permissionDenied;
      throw new RpcError(code, `actor: ${message}; you may not be on ${channel}`);
    }
    const problem = kind.validate(input.data ?? null);
    if (problem !== null) throw new RpcError(RPC_CODES.badRequest, `data: ${problem}`);
    return asked(
      asker.ask(actor, input.data, {
        from: clientSender(user, client, info),
        mustExist: kind.explicit,
        timeoutMs,
        inboxLimit: kind.inboxLimit,
      }),
    );
  };
}
