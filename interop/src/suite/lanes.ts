import type { Lane } from '../sdk/client.ts';

export const RAW: Lane = { sdk: 'raw', transport: 'any', encoding: 'json' };

export const JS_LANES: readonly Lane[] = [
  { sdk: 'js', transport: 'websocket', encoding: 'json' },
  { sdk: 'js', transport: 'websocket', encoding: 'protobuf' },
  { sdk: 'js', transport: 'http_stream', encoding: 'json' },
  { sdk: 'js', transport: 'http_stream', encoding: 'protobuf' },
  { sdk: 'js', transport: 'sse', encoding: 'json' },
];

export const PYTHON_LANES: readonly Lane[] = [
  { sdk: 'python', transport: 'websocket', encoding: 'json' },
  { sdk: 'python', transport: 'websocket', encoding: 'protobuf' },
];

/** `js/websocket/json`, or `raw`. */
export function laneName({ sdk, transport, encoding }: Lane): string {
  return sdk === 'raw' ? 'raw' : `${sdk}/${transport}/${encoding}`;
}
