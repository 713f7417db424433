import { randomInt } from 'node:crypto';
import { type AnyActorDefinition, AskError, type Asker } from '@belfry/actors';
import { RpcError, type RpcHandler } from '@belfry/beacon';
import { actorKey, controlChannel, serverChannel } from '@belfry/protocol';
import type { RateLimiter } from '../auth/core/rate-limiter.ts';
import { roomId } from './room-id.ts';
import { RPC_CODES, rpcErrorOf } from './rpc-codes.ts';

/** Ids are many, so that more than one collision in a row means something else is wrong. */
const ATTEMPTS = 5;

export interface CreateRoomOptions {
  readonly asker: Pick<Asker, 'create'>;
  readonly definitions: ReadonlyMap<string, AnyActorDefinition>;
  /** Per user; a connection without a user counts for itself. */
  readonly limiter: RateLimiter;
}

/** The answer of `createRoom`. `control` and `server` are the names of the room's channels. */
export interface Room {
  readonly id: string;
  readonly control: string;
  readonly server: string;
}

/** Kinds that clients may make rooms of. */
function isRoomKind({ spec }: AnyActorDefinition): boolean {
  return spec.control !== undefined && spec.creation === 'explicit';
}

function kindOf(data: unknown, definitions: CreateRoomOptions['definitions']): string {
  const kind = (data as { readonly kind?: unknown } | null | undefined)?.kind;
  if (typeof kind !== 'string') {
    throw new RpcError(RPC_CODES.badRequest, 'kind: is missing or not a string; send {"kind":"…"}');
  }
  const definition = definitions.get(kind);
  if (definition === undefined || !isRoomKind(definition)) {
    const kinds = [...definitions.values()].filter(isRoomKind).map((each) => each.kind);
    const known = kinds.length === 0 ? 'there are none here' : `there are ${kinds.join(', ')}`;
    throw new RpcError(RPC_CODES.notFound, `kind: no rooms of "${kind.slice(0, 40)}"; ${known}`);
  }
  return kind;
}

/** `createRoom {"kind":"tictactoe"}` → `{"id","control","server"}`: makes an actor of an explicitly created kind under a fresh id. */
export function createRoom({ asker, definitions, limiter }: CreateRoomOptions): RpcHandler {
  return async (data, { user, client }): Promise<Room> => {
    const kind = kindOf(data, definitions);
    const waitMs = limiter.take(user === '' ? client : user, Date.now());
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1_000);
      throw new RpcError(RPC_CODES.tooMany, `too many rooms; try again in ${seconds} s`);
    }
    for (let attempt = 1; ; attempt++) {
      const id = roomId(randomInt);
      const actor = actorKey(kind, id);
      try {
        await asker.create(actor);
        return { id, control: controlChannel(actor), server: serverChannel(actor) };
      } catch (error) {
        if (!(error instanceof AskError)) throw error;
        if (error.code !== 'exists' || attempt === ATTEMPTS) throw rpcErrorOf(error);
      }
    }
  };
}
