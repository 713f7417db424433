import { errors, jwtVerify } from 'jose';
import type { ClientConfig, TokenConfig } from '../config.ts';
import type { ConnectionClaims, SubscriptionTokenClaims, TokenFault } from '../core/claims.ts';
import type { Log } from '../log.ts';
import { readConnectionClaims, readSubscriptionClaims } from './read-claims.ts';
import { TokenKeys } from './token-keys.ts';

/** Verifies connection and subscription tokens (JWT). */
export class TokenVerifier {
  readonly #config: TokenConfig;
  readonly #keys: TokenKeys;
  readonly #now: () => number;
  readonly #log: Log;

  constructor(config: TokenConfig, around: { readonly now: () => number; readonly log: Log }) {
    this.#config = config;
    this.#keys = new TokenKeys(config);
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

  /** The token's payload as it was signed. */
  async #payload(
    token: string,
  ): Promise<{ ok: true; json: string } | { ok: false; fault: TokenFault }> {
    const { audience, issuer } = this.#config;
    try {
      await jwtVerify(token, ({ alg }) => this.#keys.key(alg ?? ''), {
        algorithms: [...this.#keys.algorithms],
        currentDate: new Date(this.#now()),
        ...(audience === undefined || audience === '' ? {} : { audience }),
        ...(issuer === undefined || issuer === '' ? {} : { issuer }),
      });
    } catch (error) {
      const expired = error instanceof errors.JWTExpired;
      return { ok: false, fault: expired ? 'expired' : this.#invalid(error) };
    }
    const json = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    return { ok: true, json };
  }
}

/** The verifiers of a Beacon: subscription tokens have keys of their own where the configuration says so. */
export function tokenVerifiers(
  client: ClientConfig,
  around: { readonly now: () => number; readonly log: Log },
): { readonly connection: TokenVerifier; readonly subscription: TokenVerifier } {
  const connection = new TokenVerifier(client.token ?? {}, around);
  const own = client.subscription_token;
  const subscription = own?.enabled === true ? new TokenVerifier(own, around) : connection;
  return { connection, subscription };
}
