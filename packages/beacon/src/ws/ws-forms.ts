import { decodeCommands, encodePush, encodeReply, PING_JSON } from '@belfry/protocol';
import { uniJsonForm } from '../runtime/uni-json.ts';
import type { WireForm } from '../runtime/wire-form.ts';
import { textFrame } from './text-frame.ts';

/** Commands, replies and pushes as JSON in text frames. `ws` has seen to it that they are UTF-8. */
export const WS_JSON: WireForm = {
  info: { name: 'websocket', encoding: 'json', unidirectional: false },
  ping: textFrame(PING_JSON),
  push: { write: (push) => textFrame(encodePush(push)) },
  reply: (reply) => textFrame(encodeReply(reply)),
  disconnect: () => null,
  decode: (data) => decodeCommands(data.toString('utf8')),
};

/** Pushes only; the close frame repeats what the last one says. */
export const UNI_WS: WireForm = uniJsonForm('uni_websocket', textFrame);

/** The same with the close frame alone. */
export const UNI_WS_WITHOUT_DISCONNECT: WireForm = { ...UNI_WS, disconnect: () => null };
