import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { PassedHeaders } from '../core/session.ts';
import type { ProxySettings } from './proxy-settings.ts';

const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** What a client wrote must not become headers of its own. */
const VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** Those headers of a request that some proxy is to get; `null`: none. */
export function passedHeaders(
  headers: IncomingHttpHeaders,
  wanted: ReadonlySet<string>,
): PassedHeaders | null {
  const found = new Map<string, string>();
  for (const name of wanted) {
    const value = headers[name];
    if (value !== undefined) found.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return found.size > 0 ? found : null;
}

/** What came with a connection. */
interface Connection {
  readonly headers: PassedHeaders | null;
  readonly emulatedHeaders: PassedHeaders | null;
}

/** The headers of a request to a backend: of one name, the client's real one wins, then the one it wrote, then ours. */
export function requestHeaders(
  settings: ProxySettings,
  { headers, emulatedHeaders }: Connection,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings.staticHeaders)) {
    found[name.toLowerCase()] = value;
  }
  for (const name of settings.emulatedHeaders) {
    const value = emulatedHeaders?.get(name);
    if (value !== undefined && NAME.test(name) && VALUE.test(value)) found[name] = value;
  }
  for (const name of settings.headers) {
    const value = headers?.get(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** Carries `t=<Unix seconds>,v1=<hex>`. */
export const SIGNATURE_HEADER = 'x-belfry-signature';

/** What a backend can tell by that a request is ours and new: HMAC-SHA256 of `<Unix seconds>.<body>`. @param now in ms */
export function signatureOf(secret: string, body: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const code = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${code}`;
}
