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
import { disconnectPush, uniJsonForm } from '../runtime/uni-json.ts';
import type { WireForm } from '../runtime/wire-form.ts';

/** How a kind of stream over HTTP is written and read. */
export interface StreamForm extends WireForm {
  readonly contentType: string;
  /** What the body begins with, so that proxies and clients see that it has begun. */
  readonly preface: Buffer | null;
}

/**
 * One event of a stream of server-sent events. JSON as the protocol writes it stands on one line, but a payload may contain carriage
 * returns between its tokens, which end a line there: a space means the same.
 */
export function sseEvent(json: string): Buffer {
  const line = json.includes('\r') ? json.replaceAll('\r', ' ') : json;
  return Buffer.from(`data: ${line}\n\n`);
}

/** One line of a stream of JSON texts. */
export function jsonLine(json: string): Buffer {
  return Buffer.from(`${json}\n`);
}

function emulatedJsonForm(name: 'sse' | 'http_stream', frame: (json: string) => Buffer): WireForm {
  return {
    info: { name, encoding: 'json', unidirectional: false },
    ping: frame(PING_JSON),
    push: { write: (push) => frame(encodePush(push)) },
    reply: (reply) => frame(encodeReply(reply)),
    disconnect(disconnect) {
      const push = disconnectPush(disconnect);
      return push === null ? null : frame(encodePush(push));
    },
    decode: decodeJsonFrame,
  };
}

const SSE = {
  contentType: 'text/event-stream; charset=utf-8',
  preface: Buffer.from('\r\n'),
};

const LINES = { contentType: 'application/json; charset=utf-8', preface: null };

export const SSE_FORM: StreamForm = { ...SSE, ...emulatedJsonForm('sse', sseEvent) };
export const HTTP_STREAM_JSON: StreamForm = {
  ...LINES,
  ...emulatedJsonForm('http_stream', jsonLine),
};
/** Messages with their lengths before them, as in WebSocket frames. */
export const HTTP_STREAM_PROTOBUF: StreamForm = {
  contentType: 'application/octet-stream',
  preface: null,
  info: { name: 'http_stream', encoding: 'protobuf', unidirectional: false },
  ping: PING_PROTOBUF,
  push: { write: encodeProtobufPush },
  reply: encodeProtobufReply,
  disconnect(disconnect) {
    const push = disconnectPush(disconnect);
    return push === null ? null : encodeProtobufPush(push);
  },
  decode: decodeProtobufCommands,
};
export const UNI_SSE_FORM: StreamForm = { ...SSE, ...uniJsonForm('uni_sse', sseEvent) };
export const UNI_HTTP_STREAM_FORM: StreamForm = {
  ...LINES,
  ...uniJsonForm('uni_http_stream', jsonLine),
};
