import { type JWTPayload, SignJWT, errors, jwtVerify } from 'jose';

/** What a connection token says. */
export interface TokenClaims {
  /** The user; `''`: nobody in particular. */
  readonly user: string;
  /** Any JSON value; others see it in presence and with what the user publishes. */
  readonly info?: unknown;
  /** For how long it is good, in ms; `undefined`: for ever. */
  readonly ttlMs?: number;
  /** Channels the connection is subscribed to by the server. */
  readonly channels?: readonly string[];
}

/** Signs connection tokens, and reads those it signed. */
export interface TokenSigner {
  sign(claims: TokenClaims, now: number): Promise<string>;
  /** The user of a token of ours that is good or ran out at most `graceMs` ago; `undefined` for any other. */
  userOf(token: string, now: number, graceMs: number): Promise<string | undefined>;
}

/** What tokens must carry besides the user, as the config has it. */
export interface TokenAudience {
  readonly audience?: string | undefined;
  readonly issuer?: string | undefined;
  /** The claim that names the user. Default `sub`. */
  readonly user_id_claim?: string | undefined;
  /** The info is also the `meta` of the connection, which proxies are told. Default false. */
  readonly infoAsMeta?: boolean;
}

/** Signs with HS256. */
export function createTokenSigner(secret: string, shape: TokenAudience): TokenSigner {
  const { audience, issuer, user_id_claim: userClaim = 'sub' } = shape;
  const { infoAsMeta = false } = shape;
  const key = new TextEncoder().encode(secret);
  return {
    sign({ user, info, ttlMs, channels }, now) {
      const payload: JWTPayload = { [userClaim]: user };
      if (info !== undefined) payload['info'] = info;
      if (info !== undefined && infoAsMeta) payload['meta'] = info;
      if (channels !== undefined && channels.length > 0) payload['channels'] = channels;
      const token = new SignJWT(payload)
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuedAt(Math.floor(now / 1_000));
      if (ttlMs !== undefined) token.setExpirationTime(Math.floor((now + ttlMs) / 1_000));
      if (audience !== undefined) token.setAudience(audience);
      if (issuer !== undefined) token.setIssuer(issuer);
      return token.sign(key);
    },
    async userOf(token, now, graceMs) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          currentDate: new Date(now),
          clockTolerance: graceMs / 1_000,
          ...(audience === undefined ? {} : { audience }),
          ...(issuer === undefined ? {} : { issuer }),
        });
        const user = payload[userClaim];
        return typeof user === 'string' ? user : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
