import {
  NODE_PROTOCOL,
  type NodeErrorCode,
  SIGNATURE_HEADERS,
  SIGNATURE_WINDOW_MS,
  type SignedRequest,
} from '@belfry/protocol';

/** Why a signed request is refused. */
export interface SignatureFault {
  readonly code: NodeErrorCode;
  readonly message: string;
}

/** What the headers of a signed request say. */
export interface Signature extends Pick<SignedRequest, 'timestamp' | 'nonce'> {
  readonly node: string;
  /** 64 bytes in base64url. */
  readonly signature: string;
}

const NODE_ID = /^n-[a-z2-7]{26}$/;
const NONCE = /^[A-Za-z0-9_-]{16,64}$/;
const SIGNATURE = /^[A-Za-z0-9_-]{86}$/;

/** How long nonces are remembered beyond the time in which their request would be taken: so far may the clocks of Sentinels be apart. */
const MARGIN_MS = 60_000;

/** Reads the headers; says what is wrong with them. */
export function readSignature(
  header: (name: string) => string | undefined,
): Signature | SignatureFault {
  const bad = (name: string, what: string): SignatureFault => ({
    code: 'bad_signature',
    message: `${name}: ${header(name) === undefined ? 'is missing' : `is not ${what}`}.`,
  });
  const protocol = header(SIGNATURE_HEADERS.protocol);
  if (protocol !== undefined && protocol !== String(NODE_PROTOCOL)) {
    const message = `${SIGNATURE_HEADERS.protocol}: is ${JSON.stringify(protocol.slice(0, 20))}; this server speaks ${NODE_PROTOCOL}.`;
    return { code: 'protocol', message };
  }
  const node = header(SIGNATURE_HEADERS.node) ?? '';
  if (!NODE_ID.test(node)) return bad(SIGNATURE_HEADERS.node, 'the id of a node');
  const nonce = header(SIGNATURE_HEADERS.nonce) ?? '';
  if (!NONCE.test(nonce)) {
    return bad(SIGNATURE_HEADERS.nonce, '16 to 64 letters, digits, "-" and "_"');
  }
  const signature = header(SIGNATURE_HEADERS.signature) ?? '';
  if (!SIGNATURE.test(signature)) {
    return bad(SIGNATURE_HEADERS.signature, 'a signature of 64 bytes in base64url');
  }
  const time = header(SIGNATURE_HEADERS.timestamp) ?? '';
  if (!/^\d{1,15}$/.test(time)) return bad(SIGNATURE_HEADERS.timestamp, 'a time in milliseconds');
  return { node, nonce, signature, timestamp: Number(time) };
}

/**
 * Whether a request may be from now, by its own clock; `null`: it may.
 *
 * @param notBefore what was signed earlier may be known to nobody any more
 */
export function timeFault(
  timestamp: number,
  { now, notBefore }: { readonly now: number; readonly notBefore: number },
): SignatureFault | null {
  const off = timestamp - now;
  if (Math.abs(off) <= SIGNATURE_WINDOW_MS && timestamp >= notBefore) return null;
  const message =
    Math.abs(off) > SIGNATURE_WINDOW_MS
      ? `${SIGNATURE_HEADERS.timestamp}: is ${Math.round(Math.abs(off) / 1_000)} s ${off < 0 ? 'before' : 'after'} the server's time.`
      : `${SIGNATURE_HEADERS.timestamp}: is from before this server started; sign again by its time.`;
  return { code: 'clock_off', message };
}

/** How long a nonce must be remembered from `now` on, in ms: as long as its request would be taken. */
export function nonceMemoryMs(timestamp: number, now: number): number {
  return timestamp + SIGNATURE_WINDOW_MS + MARGIN_MS - now;
}
