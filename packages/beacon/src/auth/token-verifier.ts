import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  UnsecuredJWT,
  type JWTVerifyOptions,
} from 'jose';
import type { ClientConfig, TokenConfig } from '../config.ts';
import type { ConnectionClaims, SubscriptionTokenClaims, TokenFault } from '../core/claims.ts';
import type { Log } from '../log.ts';
import { ClaimRules } from './claim-rules.ts';
import { HmacTokens } from './hmac-tokens.ts';
import { KeysUnavailableError } from './key-set.ts';
import { readConnectionClaims, readSubscriptionClaims } from './read-claims.ts';
import { TokenKeys } from './token-keys.ts';

/** A header that says of no signature: in front of a payload whose signature has been verified. */
const UNSIGNED = 'eyJhbGciOiJub25lIn0.';

/** What a verifier needs besides its configuration. */
export interface VerifierAround {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly log: Log;
  /** Called when keys could not be fetched. */
  readonly onKeysFailure?: () => void;
}

/** Verifies connection and subscription tokens (JWT). */
export class TokenVerifier {
  readonly #config: TokenConfig;
  readonly #keys: TokenKeys;
  readonly #rules: ClaimRules;
  /** `null`: no shared secret is configured. */
  readonly #hmac: HmacTokens | null;
  readonly #now: () => number;
  readonly #log: Log;

  /** @throws TypeError naming the option that is not what it must be */
  constructor(config: TokenConfig, around: VerifierAround) {
    this.#config = config;
    this.#rules = new ClaimRules(config);
    const secret = config.hmac_secret_key ?? '';
    this.#hmac = secret === '' ? null : new HmacTokens(secret);
    this.#keys = new TokenKeys(config, {
      now: around.now,
      onKeysFailure: (error, url) => {
        around.onKeysFailure?.();
        this.#log({
          level: 'warn',
          message: 'the keys for tokens could not be fetched',
          fields: { url, problem: error instanceof Error ? error.message : String(error) },
        });
      },
    });
    this.#now = around.now;
    this.#log = around.log;
  }

  async connection(token: string): Promise<ConnectionClaims | TokenFault> {
    const payload = await this.#payload(token);
    if (!payload.ok) return payload.fault;
    return this.#read(() => readConnectionClaims(payload.json, this.#userClaim()));
  }

  async subscription(token: string): Promise<SubscriptionTokenClaims | TokenFault> {
    const payload = await this.#payload(token);
    if (!payload.ok) return payload.fault;
    return this.#read(() => readSubscriptionClaims(payload.json, this.#userClaim()));
  }

  #userClaim(): string {
    const claim = this.#config.user_id_claim ?? '';
    return claim === '' ? 'sub' : claim;
  }

  #read<T>(read: () => T): T | 'invalid' {
    try {
      return read();
    } catch (error) {
      return this.#invalid(error);
    }
  }

  #invalid(error: unknown): 'invalid' {
    this.#log({
      level: 'info',
      message: 'a token is not valid',
      fields: { problem: error instanceof Error ? error.message : String(error) },
    });
    return 'invalid';
  }

  #unavailable(error: KeysUnavailableError): 'unavailable' {
    this.#log({
      level: 'warn',
      message: 'a token cannot be verified',
      fields: { problem: error.message },
    });
    return 'unavailable';
  }

  /** The token's payload as it was signed. */
  async #payload(
    token: string,
  ): Promise<{ ok: true; json: string } | { ok: false; fault: TokenFault }> {
    try {
      await this.#verify(token);
    } catch (error) {
      if (isUntimely(error)) return { ok: false, fault: 'expired' };
      const away = error instanceof KeysUnavailableError;
      return { ok: false, fault: away ? this.#unavailable(error) : this.#invalid(error) };
    }
    const json = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    return { ok: true, json };
  }

  /** What the claims must be. */
  #options(): JWTVerifyOptions {
    const { audience, issuer } = this.#config;
    return {
      algorithms: [...this.#keys.algorithms],
      currentDate: new Date(this.#now()),
      ...(audience === undefined || audience === '' ? {} : { audience }),
      ...(issuer === undefined || issuer === '' ? {} : { issuer }),
    };
  }

  /** Whether the shared secret has signed the token; then its claims have been verified too. */
  #isOfSecret(token: string): boolean {
    const payload = this.#hmac?.signedPayload(token) ?? null;
    if (payload === null) return false;
    this.#rules.groups(UnsecuredJWT.decode(`${UNSIGNED}${payload}.`, this.#options()).payload);
    return true;
  }

  async #verify(token: string): Promise<void> {
    if (this.#isOfSecret(token)) return;
    // What it says of itself decides which keys are asked; that it says so is verified after.
    const groups = this.#rules.groups(decodeJwt(token));
    const options = this.#options();
    try {
      await jwtVerify(token, (header) => this.#keys.keyFor(header, groups), options);
    } catch (error) {
      const { alg } = decodeProtectedHeader(token);
      const previous =
        error instanceof errors.JWSSignatureVerificationFailed
          ? this.#keys.previousKey(alg ?? '')
          : null;
      if (previous === null) throw error;
      await jwtVerify(token, await previous, options);
    }
  }
}

/** After its `exp`, or before its `nbf`: another token, or a little patience, may help. */
function isUntimely(error: unknown): boolean {
  if (error instanceof errors.JWTExpired) return true;
  return error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf';
}

/** The verifiers of a Beacon: subscription tokens have keys of their own where the configuration says so. */
export function tokenVerifiers(
  client: ClientConfig,
  around: VerifierAround,
): { readonly connection: TokenVerifier; readonly subscription: TokenVerifier } {
  const connection = new TokenVerifier(client.token ?? {}, around);
  const own = client.subscription_token;
  const subscription = own?.enabled === true ? new TokenVerifier(own, around) : connection;
  return { connection, subscription };
}
