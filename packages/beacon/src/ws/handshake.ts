import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { acceptsDeflate, DEFLATE_RESPONSE } from './deflate.ts';

/** The opening handshake of a WebSocket, the server's side (RFC 6455, 4.2). */

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;

/** What is wrong with an upgrade request; `null`: nothing. */
export function handshakeProblem(request: {
  readonly method?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}): string | null {
  const { headers } = request;
  if (request.method !== 'GET') return 'a WebSocket is opened with GET';
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'Upgrade must be websocket';
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) return 'Sec-WebSocket-Key is not one';
  if (headers['sec-websocket-version'] !== '13') return 'Sec-WebSocket-Version must be 13';
  return null;
}

/** The first of the offered subprotocols that is among `known`, in the client's order; `null`: none. */
export function chooseSubprotocol<T extends string>(
  header: string | undefined,
  known: readonly T[],
): T | null {
  if (header === undefined) return null;
  for (const offered of header.split(',')) {
    const found = known.find((each) => each === offered.trim());
    if (found !== undefined) return found;
  }
  return null;
}

/** The head of the answer that opens the WebSocket. `deflate`: whether compression is negotiated. */
export function handshakeResponse(
  headers: IncomingHttpHeaders,
  { subprotocol, deflate }: { readonly subprotocol: string | null; readonly deflate: boolean },
): string {
  const accept = hash('sha1', `${headers['sec-websocket-key'] ?? ''}${GUID}`, 'base64');
  let head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n`;
  if (subprotocol !== null) head += `Sec-WebSocket-Protocol: ${subprotocol}\r\n`;
  if (deflate) head += `Sec-WebSocket-Extensions: ${DEFLATE_RESPONSE}\r\n`;
  return `${head}\r\n`;
}

/** Whether compression is to be negotiated with a client that sent these headers. */
export function offersDeflate(headers: IncomingHttpHeaders): boolean {
  return acceptsDeflate(headers['sec-websocket-extensions']);
}
