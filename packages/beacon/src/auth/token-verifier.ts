import { decodeJwt, decodeProtectedHeader, errors, jwtVerify, type JWTVerifyOptions } from 'jose';
import type { ClientConfig, TokenConfig } from '../config.ts';
import type { ConnectionClaims, SubscriptionTokenClaims, TokenFault } from '../core/claims.ts';
import type { Log } from '../log.ts';
import { ClaimRules } from './claim-rules.ts';
import { HmacTokens } from './hmac-tokens.ts';
import { object } from './json-fields.ts';
import { KeysUnavailableError } from './key-set.ts';
import { readConnectionClaims, readSubscriptionClaims } from './read-claims.ts';
import { areTimely, readSignedClaims, type SignedClaims } from './signed-claims.ts';
import { TokenKeys } from './token-keys.ts';

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
    const signed = await this.#verified(token);
    if (typeof signed === 'string') return signed;
    return this.#read(() => readConnectionClaims(signed, this.#userClaim()));
  }

  async subscription(token: string): Promise<SubscriptionTokenClaims | TokenFault> {
    const signed = await this.#verified(token);
    if (typeof signed === 'string') return signed;
    return this.#read(() => readSubscriptionClaims(signed, this.#userClaim()));
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

  /** The token's claims as they were signed. */
  async #verified(token: string): Promise<SignedClaims | TokenFault> {
    try {
      return this.#ofSecret(token) ?? (await this.#verify(token));
    } catch (error) {
      if (isUntimely(error)) return 'expired';
      return error instanceof KeysUnavailableError
        ? this.#unavailable(error)
        : this.#invalid(error);
    }
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

  /** The claims of a token that the shared secret has signed; `null`: it is another one, or something is the matter with it. */
  #ofSecret(token: string): SignedClaims | null {
    const payload = this.#hmac?.signedPayload(token) ?? null;
    const signed = payload === null ? null : readSignedClaims(payload);
    if (signed === null || !areTimely(signed.claims, this.#config, this.#now())) return null;
    this.#rules.groups(signed.claims);
    return signed;
  }

  async #verify(token: string): Promise<SignedClaims> {
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
    const json = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    return { claims: object(JSON.parse(json), 'the payload'), json };
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
