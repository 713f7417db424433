import { BelfryError } from './belfry-error.ts';

const WEBSOCKET_PATH = '/connection/websocket';

function parse(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^(https?|wss?):$/.test(parsed.protocol)) {
    throw new BelfryError(
      'bad-request',
      `url ${JSON.stringify(url)}: give the server's address, such as http://127.0.0.1:8000`,
    );
  }
  return parsed;
}

/** Where to connect: `url` itself when it is a WebSocket address with a path, else the default path of the server at `url`. */
export function websocketUrl(url: string): string {
  const parsed = parse(url);
  const isWebsocket = parsed.protocol.startsWith('ws');
  if (!isWebsocket) parsed.protocol = parsed.protocol === 'https:' ? 'wss:' : 'ws:';
  if (!isWebsocket || parsed.pathname === '/') parsed.pathname = WEBSOCKET_PATH;
  return parsed.href;
}

/** An HTTP address of the server at `url`. */
export function httpUrl(url: string, path: string): string {
  const parsed = parse(url);
  if (parsed.protocol.startsWith('ws')) {
    parsed.protocol = parsed.protocol === 'wss:' ? 'https:' : 'http:';
  }
  return new URL(path, parsed.origin).href;
}
