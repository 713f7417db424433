import {
  encodePush,
  reconnectsAfter,
  disconnects,
  type Disconnect,
  type Push,
} from '@belfry/protocol';
import { decodeConnectRequest } from './json-frame.ts';
import type { WireForm } from './wire-form.ts';

const PUSH_MEMBER = '{"push":';

/** A push by itself, as unidirectional connections get it. */
export function barePushJson(push: Push): string {
  return encodePush(push).slice(PUSH_MEMBER.length, -1);
}

/** The push that says why a connection ends, where no close frame does; `null`: nothing needs to be said, as after an error reply. */
export function disconnectPush(disconnect: Disconnect): Push | null {
  const { code } = disconnect;
  if (code === disconnects.connectionClosed.code) return null;
  return { type: 'disconnect', disconnect, reconnect: reconnectsAfter(code) };
}

/** What all unidirectional connections have in common: bare pushes, of which the first is the connect result, and pings. */
export function uniJsonForm(
  name: WireForm['info']['name'],
  frame: (json: string) => Uint8Array,
): WireForm {
  return {
    info: { name, encoding: 'json', unidirectional: true },
    ping: frame('{}'),
    push: { write: (push) => frame(barePushJson(push)) },
    reply(reply) {
      if (reply.type !== 'connect') return null;
      return frame(barePushJson({ type: 'connect', result: reply.result }));
    },
    disconnect(disconnect) {
      const push = disconnectPush(disconnect);
      return push === null ? null : frame(barePushJson(push));
    },
    decode: (data) => [{ type: 'connect', id: 1, request: decodeConnectRequest(data) }],
  };
}
