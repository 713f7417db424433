import { payloadJson, payloadLength, type Command } from '@belfry/protocol';
import { askRpc } from './proxying.ts';
import type { Session } from './session.ts';

/** Calls a method: of this server's own, or a backend's. */
export function callMethod(
  session: Session,
  { id, request }: Extract<Command, { type: 'rpc' }>,
): void {
  const { method } = request;
  if (!session.context.rpcMethods.has(method)) {
    askRpc(session, id, request);
    return;
  }
  const cost = 512 + payloadLength(request);
  session.begin(cost);
  session.perform({ type: 'rpc', id, cost, method, data: payloadJson(request) });
}
