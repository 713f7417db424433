import { flag, group, text, whole } from './field.ts';

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

function httpTransport(name: string, what: string) {
  return group({
    enabled: flag(false, `Serve ${what}.`),
    handler_prefix: path(`/connection/${name}`, 'its clients'),
    max_request_body_size: whole(
      65_536,
      [256, 16_777_216],
      'The most bytes of the request that connects.',
    ),
  });
}

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
    ...socketFields(),
  }),
  uni_sse: httpTransport('uni_sse', 'Server-Sent Events without a way back'),
  uni_http_stream: httpTransport('uni_http_stream', 'HTTP streaming without a way back'),
  emulation: group({
    handler_prefix: text(
      '/emulation',
      'The path that clients of `sse` and `http_stream` send their commands to.',
    ),
    max_request_body_size: whole(65_536, [256, 16_777_216], 'The most bytes of such a request.'),
  }),
};
