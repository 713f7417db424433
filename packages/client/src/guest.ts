import { BelfryError } from './belfry-error.ts';
import { httpUrl } from './server-url.ts';
import { tokenClaims } from './token-claims.ts';

/** Where the guest is kept between page loads; `localStorage` and `sessionStorage` are such. */
export interface GuestStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface GuestOptions {
  /** The server's address, e.g. `location.origin`. */
  readonly url: string;
  /** The name that others see. */
  readonly name: string;
  /** Default: the guest is forgotten with this object. `sessionStorage` makes every window a guest of its own. */
  readonly storage?: GuestStorage;
  /** Default `belfry.guest`. */
  readonly storageKey?: string;
  /** How long to wait for the server, in ms. Default 10,000. */
  readonly timeoutMs?: number;
}

export interface Guest {
  readonly user: string;
  readonly name: string;
  readonly token: string;
}

/** A token is renewed when it expires within this time, in ms. */
const RENEW_BEFORE_MS = 30_000;

/**
 * Signs a guest in once, and again when the token is about to expire, is no longer accepted, or the name is another: the same user as
 * long as the server still knows the old token.
 */
export class GuestSession {
  readonly #options: GuestOptions;
  #pending: Promise<Guest> | null = null;
  #guest: Guest | null;

  constructor(options: GuestOptions) {
    this.#options = options;
    this.#guest = storedGuest(options);
  }

  /** The guest as far as known, without asking the server; the token may have expired. */
  get current(): Guest | null {
    return this.#guest;
  }

  /** The guest, with a token that is good for a while. Rejects with a `BelfryError`. */
  async signIn(): Promise<Guest> {
    const known = this.#guest;
    if (known?.name === this.#options.name && isFresh(known.token)) return known;
    return this.#renew();
  }

  /** Fits `connect({ getToken })`. `rejected`: the server did not accept the last token, so a new one is fetched. */
  readonly getToken = async ({ rejected }: { rejected: boolean }): Promise<string> => {
    return (rejected ? await this.#renew() : await this.signIn()).token;
  };

  /** Forgets the guest: the next `signIn` is somebody new. */
  signOut(): void {
    this.#guest = null;
    quietly(() => this.#options.storage?.removeItem(keyOf(this.#options)));
  }

  async #renew(): Promise<Guest> {
    this.#pending ??= this.#ask().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  async #ask(): Promise<Guest> {
    const { name, storage } = this.#options;
    const old = this.#guest?.token;
    const guest = { ...(await requestGuest(this.#options, old)), name };
    this.#guest = guest;
    quietly(() => storage?.setItem(keyOf(this.#options), JSON.stringify(guest)));
    return guest;
  }
}

/** @param old an earlier token of the guest, who stays the same user if the server takes it */
async function requestGuest(
  options: GuestOptions,
  old: string | undefined,
): Promise<{ user: string; token: string }> {
  const doing = 'signing in as a guest';
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(httpUrl(options.url, '/auth/guest'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: options.name, token: old }),
      signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
    });
    body = await response.json().catch(() => null);
  } catch (cause) {
    if (cause instanceof BelfryError) throw cause;
    const late = cause instanceof DOMException && cause.name === 'TimeoutError';
    throw new BelfryError(
      late ? 'timeout' : 'network',
      `${doing}: ${late ? 'no answer in time' : 'the server cannot be reached'}`,
      { temporary: true, cause },
    );
  }
  const answer = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const { user, token } = answer;
  if (response.ok && typeof user === 'string' && typeof token === 'string') return { user, token };
  if (response.status === 401 && old !== undefined) return requestGuest(options, undefined);
  throw new BelfryError(
    codeOf(response.status),
    `${doing}: ${messageOf(answer) ?? `the server answered ${response.status}`}`,
    { wireCode: response.status, temporary: response.status >= 500 || response.status === 429 },
  );
}

function codeOf(status: number): BelfryError['code'] {
  if (status === 404) return 'not-found';
  if (status === 401 || status === 403) return 'forbidden';
  if (status === 429) return 'overloaded';
  if (status >= 500) return 'unavailable';
  return 'bad-request';
}

/** `{"error":{"message":…}}`, `{"error":…}` or `{"message":…}`. */
function messageOf(answer: Record<string, unknown>): string | null {
  const error = answer['error'] ?? answer;
  if (typeof error === 'string') return error;
  const message = (error as Record<string, unknown>)['message'];
  return typeof message === 'string' ? message : null;
}

function isFresh(token: string): boolean {
  const { exp } = tokenClaims(token);
  return exp === undefined || exp * 1000 - RENEW_BEFORE_MS > Date.now();
}

function keyOf({ storageKey = 'belfry.guest' }: GuestOptions): string {
  return storageKey;
}

function storedGuest(options: GuestOptions): Guest | null {
  let found: Guest | null = null;
  quietly(() => {
    const stored = JSON.parse(
      options.storage?.getItem(keyOf(options)) ?? 'null',
    ) as Partial<Guest> | null;
    const { user, name, token } = stored ?? {};
    if (typeof user !== 'string' || typeof token !== 'string' || typeof name !== 'string') return;
    found = { user, name, token };
  });
  return found;
}

/** Storage may be full, forbidden or hold another's data: then the guest is just not kept. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // See above.
  }
}
