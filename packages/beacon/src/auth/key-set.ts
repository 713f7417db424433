import {
  createLocalJWKSet,
  errors,
  type CryptoKey,
  type JSONWebKeySet,
  type JWTHeaderParameters,
} from 'jose';

/** For how long keys are good without being asked for again. */
const FRESH_MS = 3_600_000;
/** How soon after an answer a key that is not among them is asked for, and after a failure anything. */
const COOL_DOWN_MS = 30_000;
const RETRY_MS = 2_000;
const TIMEOUT_MS = 2_000;
const MAX_BYTES = 262_144;
const JWKS_TYPES = 'application/json, application/jwk-set+json';

/** The keys cannot be had, so nothing can be said of a token. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

export interface KeySetOptions {
  readonly url: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
  /** Default `fetch`. */
  readonly fetch?: typeof fetch;
}

async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * A JSON Web Key Set behind a URL. Keys are kept for an hour; a token whose key is not among them has them fetched again, at most every
 * 30 s. One request at a time is under way, for 2 s at most, whoever asks; while the endpoint does not answer, the keys that were there
 * go on.
 */
export class KeySet {
  readonly #options: KeySetOptions;
  #find: ReturnType<typeof createLocalJWKSet> | null = null;
  #loadedAt = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | null = null;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /** Whether it has not had keys so far. */
  get isEmpty(): boolean {
    return this.#find === null;
  }

  /**
   * The key that a token says it was signed with. Rejects with `KeysUnavailableError`, or jose's error when there is none. A token that
   * names none is not tried with those that might fit: it would be good until a second key is there.
   */
  async key(header: JWTHeaderParameters): Promise<CryptoKey> {
    if (header.kid === undefined) throw new errors.JWKSNoMatchingKey();
    if (this.#options.now() - this.#loadedAt >= FRESH_MS) await this.#load();
    try {
      return await this.#lookUp(header);
    } catch (error) {
      const isNew = error instanceof errors.JWKSNoMatchingKey;
      if (!isNew || this.#options.now() - this.#loadedAt < COOL_DOWN_MS) throw error;
      await this.#load();
      return await this.#lookUp(header);
    }
  }

  async #lookUp(header: JWTHeaderParameters): Promise<CryptoKey> {
    if (this.#find === null) throw new KeysUnavailableError('the keys could not be fetched');
    return await this.#find(header);
  }

  #load(): Promise<void> {
    if (this.#options.now() - this.#failedAt < RETRY_MS) return Promise.resolve();
    this.#loading ??= this.#fetch().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #fetch(): Promise<void> {
    const { url, now, onFailure, fetch: get = fetch } = this.#options;
    try {
      const response = await get(url, {
        headers: { accept: JWKS_TYPES },
        redirect: 'follow',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Error(`status ${response.status}`);
      }
      this.#find = createLocalJWKSet(JSON.parse(await readLimited(response)) as JSONWebKeySet);
      this.#loadedAt = now();
      this.#failedAt = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#failedAt = now();
      onFailure(error);
    }
  }
}
