const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const LETTERS = 26;

/**
 * The id of the node with a key: `n-` and the first 26 characters of the base32 (RFC 4648, in lower case) of the key's SHA-256.
 *
 * @param keyHash SHA-256 of the 32 bytes of the public key
 */
export function nodeIdOf(keyHash: Uint8Array): string {
  let id = 'n-';
  let bits = 0;
  let held = 0;
  for (const byte of keyHash) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 5) {
      held -= 5;
      id += BASE32.charAt((bits >> held) & 31);
      if (id.length === LETTERS + 2) return id;
    }
    bits &= 31;
  }
  throw new RangeError(`a SHA-256 has 32 bytes, not ${keyHash.length}`);
}
