import { importSPKI, type CryptoKey, type JWTHeaderParameters } from 'jose';
import type { TokenConfig } from '../config.ts';
import { fillTemplate } from './claim-rules.ts';
import { KeySet } from './key-set.ts';

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

/** What a JSON Web Key Set has keys for: never shared secrets, for everybody can read it. */
const OF_KEY_SETS = [
  ...ALGORITHMS.rsa_public_key,
  ...ALGORITHMS.ecdsa_public_key,
  ...ALGORITHMS.eddsa_public_key,
];

/** The most endpoints of one template that are remembered. */
const MAX_KEY_SETS = 100;

/** How keys that are fetched are told about. */
export interface KeyAround {
  readonly now: () => number;
  readonly onKeysFailure: (error: unknown, url: string) => void;
}

/** The verification keys of a configuration, imported when a token first asks for them. */
export class TokenKeys {
  /** Those that tokens may be signed with. */
  readonly algorithms: readonly string[];
  readonly #config: TokenConfig;
  readonly #around: KeyAround;
  readonly #endpoint: string;
  readonly #keys = new Map<string, Promise<CryptoKey>>();
  /** By URL, the one used last at the end. */
  readonly #sets = new Map<string, KeySet>();

  constructor(config: TokenConfig, around: KeyAround) {
    this.#config = config;
    this.#around = around;
    this.#endpoint = config.jwks_public_endpoint ?? '';
    const own = KEY_OPTIONS.filter((option) => (config[option] ?? '') !== '').flatMap(
      (option) => ALGORITHMS[option],
    );
    this.algorithms = [...new Set(this.#endpoint === '' ? own : [...own, ...OF_KEY_SETS])];
  }

  /** The key of a token; `groups` are for the endpoint's template. Rejects when there is none. */
  keyFor(header: JWTHeaderParameters, groups: ReadonlyMap<string, string>): Promise<CryptoKey> {
    const { alg } = header;
    const remote = this.#endpoint !== '' && (OF_KEY_SETS as string[]).includes(alg);
    return remote ? this.#keySet(fillTemplate(this.#endpoint, groups)).key(header) : this.key(alg);
  }

  /** The secret before the present one, while it is still good; `null`: there is none. */
  previousKey(algorithm: string): Promise<CryptoKey> | null {
    const secret = this.#config.hmac_previous_secret_key ?? '';
    const until = this.#config.hmac_previous_secret_key_valid_until ?? 0;
    if (secret === '' || HASHES[algorithm] === undefined) return null;
    return until > 0 && this.#around.now() >= until * 1000 ? null : importHmac(secret, algorithm);
  }

  #keySet(url: string): KeySet {
    const { now, onKeysFailure } = this.#around;
    const onFailure = (error: unknown): void => onKeysFailure(error, url);
    const set = this.#sets.get(url) ?? new KeySet({ url, now, onFailure });
    this.#sets.delete(url);
    this.#sets.set(url, set);
    if (this.#sets.size > MAX_KEY_SETS) this.#forgetOne(url);
    return set;
  }

  /** Rather one that never had keys: anybody can write tokens that name endpoints which are not there. */
  #forgetOne(except: string): void {
    const urls = [...this.#sets.keys()];
    const useless = urls.find((url) => url !== except && this.#sets.get(url)?.isEmpty === true);
    this.#sets.delete(useless ?? urls[0] ?? '');
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
