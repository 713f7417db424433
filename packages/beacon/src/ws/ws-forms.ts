import {
  decodeProtobufCommands,
  encodeProtobufPush,
  encodeProtobufReply,
  encodePush,
  encodeReply,
  PING_JSON,
  PING_PROTOBUF,
} from '@belfry/protocol';
import { decodeJsonFrame } from '../runtime/json-frame.ts';
import { uniJsonForm } from '../runtime/uni-json.ts';
import type { WireForm } from '../runtime/wire-form.ts';
import { deflatedBinaryFrame, deflatedTextFrame, type CompressionSettings } from './deflate.ts';
import { binaryFrame, controlFrame, opcodes, textFrame } from './frames.ts';

/** How the messages of a WebSocket are framed. */
interface Framing {
  readonly text: (text: string) => Uint8Array;
  readonly binary: (data: Uint8Array) => Uint8Array;
}

const PLAIN: Framing = { text: textFrame, binary: binaryFrame };

function framingOf(compression: CompressionSettings | null): Framing {
  if (compression === null) return PLAIN;
  return {
    text: (text) => deflatedTextFrame(text, compression),
    binary: (data) => deflatedBinaryFrame(data, compression),
  };
}

/** Commands, replies and pushes as JSON in text frames. */
function jsonForm({ text }: Framing): WireForm {
  return {
    info: { name: 'websocket', encoding: 'json', unidirectional: false },
    ping: textFrame(PING_JSON),
    push: { write: (push) => text(encodePush(push)) },
    reply: (reply) => text(encodeReply(reply)),
    disconnect: () => null,
    decode: decodeJsonFrame,
  };
}

/** The same as Protobuf in binary frames. */
function protobufForm({ binary }: Framing): WireForm {
  return {
    info: { name: 'websocket', encoding: 'protobuf', unidirectional: false },
    ping: binaryFrame(PING_PROTOBUF),
    push: { write: (push) => binary(encodeProtobufPush(push)) },
    reply: (reply) => binary(encodeProtobufReply(reply)),
    disconnect: () => null,
    decode: decodeProtobufCommands,
  };
}

const PING_FRAME = controlFrame(opcodes.ping, new Uint8Array());

/** The same form with the pings of the WebSocket itself. What is written of a push is shared with the other. */
function withFramePings(form: WireForm): WireForm {
  return { ...form, info: { ...form.info, nativePings: true }, ping: PING_FRAME };
}

/** What was agreed on with a client. */
export interface WsChoice {
  readonly encoding: 'json' | 'protobuf';
  readonly compressed: boolean;
  readonly framePings: boolean;
}

/** The forms of one kind of WebSocket: gives for what was agreed on the one object that all such connections share. */
export type WsForms = (choice: WsChoice) => WireForm;

interface Variants {
  readonly usual: WireForm;
  readonly framePings: WireForm;
}

function variantsOf(form: WireForm): Variants {
  return { usual: form, framePings: withFramePings(form) };
}

/** The forms of the WebSockets that speak the whole protocol. */
export function wsForms(compression: CompressionSettings | null): WsForms {
  const of = (framing: Framing): Record<WsChoice['encoding'], Variants> => ({
    json: variantsOf(jsonForm(framing)),
    protobuf: variantsOf(protobufForm(framing)),
  });
  const plain = of(PLAIN);
  const compressed = compression === null ? plain : of(framingOf(compression));
  return (choice) => {
    const variants = (choice.compressed ? compressed : plain)[choice.encoding];
    return choice.framePings ? variants.framePings : variants.usual;
  };
}

/**
 * The forms of unidirectional WebSockets, in JSON.
 *
 * @param disconnectPush whether the last push says why it ends, which the close frame repeats; else that says it alone
 */
export function uniWsForms(
  compression: CompressionSettings | null,
  disconnectPush: boolean,
): WsForms {
  const of = (framing: Framing): WireForm => {
    const form = uniJsonForm('uni_websocket', framing.text);
    return disconnectPush ? form : { ...form, disconnect: () => null };
  };
  const plain = of(PLAIN);
  const compressed = compression === null ? plain : of(framingOf(compression));
  return (choice) => (choice.compressed ? compressed : plain);
}
