import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** Bytes of a block of each hash (RFC 6234). */
const BLOCKS = { sha256: 64, sha384: 128, sha512: 128 } as const;

export type HmacHash = keyof typeof BLOCKS;

/** The longest texts that are hashed here, in characters; longer ones are rare. */
const MAX_LENGTH = 4096;
const BYTES_PER_CHARACTER = 3;
const INNER = 0x36;
const OUTER = 0x5c;

/**
 * HMAC (RFC 2104) with a key that stays, of texts as long as tokens are: two hashes over buffers that stay too, at half the price of
 * making an object of `node:crypto` for each.
 */
export class HmacKey {
  readonly #hash: HmacHash;
  readonly #key: KeyObject;
  readonly #block: number;
  /** The key's block, and room for a text. */
  readonly #inner: Buffer;
  /** The key's other block, and the hash of the first. */
  readonly #outer: Buffer;

  /** @param secret of any length, in UTF-8 */
  constructor(name: HmacHash, secret: string) {
    const bytes = Buffer.from(secret, 'utf8');
    this.#hash = name;
    this.#key = createSecretKey(bytes);
    this.#block = BLOCKS[name];
    const key = bytes.length > this.#block ? hash(name, bytes, 'buffer') : bytes;
    const size = hash(name, '', 'buffer').length;
    this.#inner = Buffer.alloc(this.#block + MAX_LENGTH * BYTES_PER_CHARACTER);
    this.#outer = Buffer.alloc(this.#block + size);
    for (let i = 0; i < this.#block; i++) {
      this.#inner[i] = (key[i] ?? 0) ^ INNER;
      this.#outer[i] = (key[i] ?? 0) ^ OUTER;
    }
  }

  /** The code of a text, in base64url without padding. */
  sign(text: string): string {
    if (text.length > MAX_LENGTH) {
      return createHmac(this.#hash, this.#key).update(text).digest('base64url');
    }
    const length = this.#inner.write(text, this.#block, 'utf8');
    const inner = hash(this.#hash, this.#inner.subarray(0, this.#block + length), 'binary');
    this.#outer.write(inner, this.#block, 'binary');
    return hash(this.#hash, this.#outer, 'base64url');
  }
}
