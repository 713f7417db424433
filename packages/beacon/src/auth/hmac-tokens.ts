import { timingSafeEqual } from 'node:crypto';
import { decodeProtectedHeader } from 'jose';
import { HmacKey, type HmacHash } from './hmac-key.ts';

const HASHES: ReadonlyMap<string, HmacHash> = new Map([
  ['HS256', 'sha256'],
  ['HS384', 'sha384'],
  ['HS512', 'sha512'],
]);

/** Nearly all tokens of a deployment have the same header; more than a few are no deployment's. */
const MAX_HEADERS = 16;

/**
 * Tokens that are signed with the shared secret (RFC 7515, compact form), verified on the spot: the hash of a token takes a few
 * microseconds, asking another thread for it several times that.
 */
export class HmacTokens {
  readonly #secret: string;
  readonly #keys = new Map<HmacHash, HmacKey>();
  /** What tokens begin with, and the key that they are signed with. */
  readonly #headers = new Map<string, HmacKey>();

  /** @param secret not empty */
  constructor(secret: string) {
    this.#secret = secret;
  }

  /**
   * The payload's part of a token whose signature is right, as it stands there. `null`: it is of another kind, says something unusual of
   * itself, or its signature is wrong; somebody else must say which.
   */
  signedPayload(token: string): string | null {
    const first = token.indexOf('.');
    const second = token.indexOf('.', first + 1);
    if (first < 0 || second < 0 || token.includes('.', second + 1)) return null;
    const key = this.#keyOf(token, first);
    if (key === null) return null;
    const right = key.sign(token.slice(0, second));
    const given = Buffer.from(token.slice(second + 1));
    const wanted = Buffer.from(right);
    const same = given.length === wanted.length && timingSafeEqual(given, wanted);
    return same ? token.slice(first + 1, second) : null;
  }

  #keyOf(token: string, end: number): HmacKey | null {
    const header = token.slice(0, end);
    const known = this.#headers.get(header);
    if (known !== undefined) return known;
    let hash: HmacHash | undefined;
    try {
      const { alg, crit, b64 } = decodeProtectedHeader(token);
      // An extension that must be understood is not for here.
      hash = crit === undefined && b64 === undefined ? HASHES.get(alg ?? '') : undefined;
    } catch {
      return null;
    }
    if (hash === undefined) return null;
    const key = this.#keys.get(hash) ?? new HmacKey(hash, this.#secret);
    this.#keys.set(hash, key);
    if (this.#headers.size < MAX_HEADERS) this.#headers.set(header, key);
    return key;
  }
}
