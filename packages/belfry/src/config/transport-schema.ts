import { z } from 'zod';
import { flag, group, special, text, whole } from './field.ts';

const MANY = Number.MAX_SAFE_INTEGER;

function socketFields() {
  return {
    message_size_limit: whole(
      65_536,
      [256, 16_777_216],
      'The most bytes of one message from a client.',
    ),
    compression: flag(false, 'permessage-deflate, for clients that ask for it.'),
    compression_min_size: whole(0, [0, MANY], 'Messages of fewer bytes are not compressed.'),
    compression_level: whole(1, [1, 9], 'From 1, the fastest, to 9.'),
    decompressed_message_size_limit: whole(
      0,
      [0, MANY],
      'The most bytes of a compressed message once it is unpacked; 0: ten times `message_size_limit`.',
    ),
  };
}

function path(fallback: string, whose: string) {
  return text(fallback, `The path that ${whose} connect to.`);
}

function httpFields(name: string, what: string) {
  return {
    enabled: flag(false, `Serve ${what}.`),
    handler_prefix: path(`/connection/${name}`, 'its clients'),
    max_request_body_size: whole(
      65_536,
      [256, 16_777_216],
      'The most bytes of the request that connects.',
    ),
  };
}

function httpTransport(name: string, what: string) {
  return group(httpFields(name, what));
}

const CODE = z.int().min(1).max(65_535);

const httpAnswers = z.array(
  z.strictObject({
    code: CODE,
    to: z.strictObject({
      status_code: z.int().min(200).max(599),
      body: z.string().default(''),
    }),
  }),
);

const disconnects = z.array(
  z.strictObject({
    code: CODE,
    to: z.strictObject({ code: z.int().min(3_000).max(4_999), reason: z.string().default('') }),
  }),
);

function uniHttpTransport(name: string, what: string) {
  return group({
    ...httpFields(name, what),
    connect_code_to_http_response: group({
      enabled: flag(
        false,
        'Answer a connect request that fails with an HTTP status instead of a stream that says why it ends.',
      ),
      transforms: special(httpAnswers.prefault([]), {
        kind: 'json',
        doc: 'Which status and body, by the code of the error or disconnect; others are answered with 500. Without a body it is the reason.',
        expects: 'a list such as [{"code": 109, "to": {"status_code": 401}}]',
        fallback: [],
      }),
    }),
  });
}

/** `client.connect_code_to_unidirectional_disconnect` */
export const uniDisconnectSchema = group({
  enabled: flag(
    false,
    'End unidirectional connections whose connect request fails with the disconnects below.',
  ),
  transforms: special(disconnects.prefault([]), {
    kind: 'json',
    doc: 'Which disconnect (3000–4999), by the code of the error.',
    expects: 'a list such as [{"code": 109, "to": {"code": 4501, "reason": "log in again"}}]',
    fallback: [],
  }),
});

/** How clients reach the Beacon. */
export const transportSchemas = {
  websocket: group({
    disabled: flag(false, 'Serve no WebSocket.'),
    handler_prefix: path('/connection/websocket', 'WebSocket clients'),
    ...socketFields(),
  }),
  sse: httpTransport('sse', 'Server-Sent Events for clients that cannot use a WebSocket'),
  http_stream: httpTransport(
    'http_stream',
    'HTTP streaming for clients that cannot use a WebSocket',
  ),
  uni_websocket: group({
    enabled: flag(false, 'Serve the WebSocket that only receives.'),
    handler_prefix: path('/connection/uni_websocket', 'its clients'),
    disable_disconnect_push: flag(
      false,
      'Say why a connection ends in the close frame only, and not in a push before it too.',
    ),
    ...socketFields(),
  }),
  uni_sse: uniHttpTransport('uni_sse', 'Server-Sent Events without a way back'),
  uni_http_stream: uniHttpTransport('uni_http_stream', 'HTTP streaming without a way back'),
  emulation: group({
    handler_prefix: text(
      '/emulation',
      'The path that clients of `sse` and `http_stream` send their commands to.',
    ),
    max_request_body_size: whole(65_536, [256, 16_777_216], 'The most bytes of such a request.'),
  }),
};
