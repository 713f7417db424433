import { importSPKI, type CryptoKey } from 'jose';
import type { TokenConfig } from '../config.ts';

/** The algorithms whose keys a configuration can give, by the option that gives them. */
const ALGORITHMS = {
  hmac_secret_key: ['HS256', 'HS384', 'HS512'],
  rsa_public_key: ['RS256', 'RS384', 'RS512'],
  ecdsa_public_key: ['ES256', 'ES384', 'ES512'],
  eddsa_public_key: ['EdDSA', 'Ed25519'],
} as const;

type KeyOption = keyof typeof ALGORITHMS;

const KEY_OPTIONS = Object.keys(ALGORITHMS) as KeyOption[];

const HASHES: Readonly<Record<string, string>> = {
  HS256: 'SHA-256',
  HS384: 'SHA-384',
  HS512: 'SHA-512',
};

function importHmac(secret: string, algorithm: string): Promise<CryptoKey> {
  const hash = HASHES[algorithm] ?? 'SHA-256';
  const bytes = new TextEncoder().encode(secret);
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash }, false, ['verify']);
}

/** The verification keys of a configuration, imported when a token first asks for them. */
export class TokenKeys {
  /** Those that tokens may be signed with. */
  readonly algorithms: readonly string[];
  readonly #config: TokenConfig;
  readonly #keys = new Map<string, Promise<CryptoKey>>();

  constructor(config: TokenConfig) {
    this.#config = config;
    this.algorithms = KEY_OPTIONS.filter((option) => (config[option] ?? '') !== '').flatMap(
      (option) => ALGORITHMS[option],
    );
  }

  /** The key for an algorithm of `algorithms`. Rejects when the configured key is of another kind. */
  key(algorithm: string): Promise<CryptoKey> {
    let key = this.#keys.get(algorithm);
    if (key === undefined) {
      key = this.#import(algorithm);
      this.#keys.set(algorithm, key);
    }
    return key;
  }

  #import(algorithm: string): Promise<CryptoKey> {
    const option = KEY_OPTIONS.find((each) =>
      (ALGORITHMS[each] as readonly string[]).includes(algorithm),
    );
    const text = option === undefined ? undefined : this.#config[option];
    if (option === undefined || text === undefined) {
      return Promise.reject(new TypeError(`no key is configured for ${algorithm}`));
    }
    return option === 'hmac_secret_key' ? importHmac(text, algorithm) : importSPKI(text, algorithm);
  }
}
