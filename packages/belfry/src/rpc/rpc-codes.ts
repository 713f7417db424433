import { AskError } from '@belfry/actors';
import { RpcError } from '@belfry/beacon';

/** Codes of the answers to `createRoom`, `ask` and `time`; those of the protocol are below 400. */
export const RPC_CODES = {
  badRequest: 400,
  notFound: 404,
  conflict: 409,
  rejected: 422,
  tooMany: 429,
  failed: 500,
  unavailable: 503,
  timeout: 504,
} as const;

/** What a client is told of an ask that came to nothing. */
export function rpcErrorOf(error: AskError): RpcError {
  const { message, reason } = error;
  switch (error.code) {
    case 'rejected':
      return new RpcError(
        RPC_CODES.rejected,
        reason === undefined ? message : `${reason}: ${message}`,
      );
    case 'exists':
      return new RpcError(RPC_CODES.conflict, message);
    case 'no-actor':
      return new RpcError(RPC_CODES.notFound, message);
    case 'failed':
      // What a handler threw is for the log.
      return new RpcError(RPC_CODES.failed, 'the actor failed');
    case 'no-reply':
      return new RpcError(RPC_CODES.failed, 'the actor gave no answer');
    case 'full':
      return new RpcError(RPC_CODES.tooMany, message, { temporary: true });
    case 'timeout':
      return new RpcError(RPC_CODES.timeout, `${message}; is a worker running?`, {
        temporary: true,
      });
    case 'unavailable':
    case 'closed':
      return new RpcError(RPC_CODES.unavailable, 'the store cannot be reached', {
        temporary: true,
      });
  }
}

/** Runs an ask on behalf of a client. */
export async function asked<T>(ask: Promise<T>): Promise<T> {
  try {
    return await ask;
  } catch (error) {
    throw error instanceof AskError ? rpcErrorOf(error) : error;
  }
}
