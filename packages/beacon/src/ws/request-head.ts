import type { IncomingHttpHeaders } from 'node:http';

/** What is needed of a request for a WebSocket. */
export interface UpgradeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
}

/** The head of a request, and where in the bytes it ends. */
export interface RequestHead extends UpgradeRequest {
  readonly url: string;
  readonly end: number;
}

/** As much as `node:http` takes. */
const MAX_HEAD = 16_384;

const END = Buffer.from('\r\n\r\n');
/** A request line with a path (RFC 9112, 3), and lines of headers (RFC 9110, 5), each after its line break. */
const HEAD = /^GET (\/[!-~]*) HTTP\/1\.1((?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*)+)$/;

/**
 * The head of a request for a WebSocket, as nearly all clients write it. `null`: it is something else, or unusual, or has not come
 * whole; `node:http` must see it and say what it is. Whatever is taken here means the same there.
 */
export function readUpgradeHead(bytes: Buffer): RequestHead | null {
  // 'GET ': most of what is something else goes here.
  if (bytes.length < 16 || bytes.readUInt32BE(0) !== 0x47455420) return null;
  const end = bytes.indexOf(END);
  if (end < 0 || end > MAX_HEAD) return null;
  const [, url, lines] = HEAD.exec(bytes.toString('latin1', 0, end)) ?? [];
  if (url === undefined || lines === undefined) return null;
  const headers = headersOf(lines);
  if (headers === null || !asksForUpgrade(headers)) return null;
  return { method: 'GET', url, headers, end: end + END.length };
}

/** @param lines each after its line break */
function headersOf(lines: string): IncomingHttpHeaders | null {
  const headers: IncomingHttpHeaders = {};
  for (let at = 0; at < lines.length;) {
    const colon = lines.indexOf(':', at);
    const next = lines.indexOf('\r', colon);
    const end = next < 0 ? lines.length : next;
    const name = lines.slice(at + 2, colon).toLowerCase();
    // What is there twice is put together by rules of its own.
    if (name in headers) return null;
    headers[name] = lines.slice(colon + 1, end).trim();
    at = end;
  }
  return headers;
}

function asksForUpgrade(headers: IncomingHttpHeaders): boolean {
  const { host, upgrade, connection } = headers;
  if (host === undefined || upgrade === undefined || connection === undefined) return false;
  // A body would have to be read before what follows.
  if ('content-length' in headers || 'transfer-encoding' in headers) return false;
  return connection.split(',').some((each) => each.trim().toLowerCase() === 'upgrade');
}
