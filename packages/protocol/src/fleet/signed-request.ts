/**
 * How a node's requests are signed: Ed25519 over the text that `signedText` makes, in these headers. The Sentinel refuses a time that is
 * more than `SIGNATURE_WINDOW_MS` off, a nonce that it has seen within it, and a body of another hash.
 */
export const SIGNATURE_HEADERS = {
  node: 'belfry-node',
  timestamp: 'belfry-timestamp',
  nonce: 'belfry-nonce',
  signature: 'belfry-signature',
  protocol: 'belfry-protocol',
} as const;

/** How far a request's time may be off, and for how long nonces are remembered, in ms. */
export const SIGNATURE_WINDOW_MS = 120_000;

export interface SignedRequest {
  /** Upper case. */
  readonly method: string;
  /** As in the `Host` header. */
  readonly host: string;
  /** With its query, as on the request line. */
  readonly path: string;
  /** ms since 1970. */
  readonly timestamp: number;
  /** 16 to 64 letters, digits, `-` and `_`, never used before by this node. */
  readonly nonce: string;
  /** SHA-256 of the body in base64url; of nothing where there is no body. */
  readonly bodyHash: string;
}

/** The text that is signed: a first line that names the scheme, then one line each, without a newline at the end. */
export function signedText(request: SignedRequest): string {
  const { method, host, path, timestamp, nonce, bodyHash } = request;
  return ['belfry-ed25519-1', method, host, path, timestamp, nonce, bodyHash].join('\n');
}
