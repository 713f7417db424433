import { hkdfSync, randomUUID } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';

/** What an operator may: look, or change things too. */
export const ADMIN_SCOPES = ['read', 'all'] as const;
export type AdminScope = (typeof ADMIN_SCOPES)[number];

/** How long an operator stays signed in, in ms. */
export const TOKEN_TTL_MS = 12 * 3_600_000;
/** How long a link is good for, in ms. */
export const CODE_TTL_MS = 15 * 60_000;

/** Who asks. */
export interface AdminAccess {
  readonly scope: AdminScope;
  /** Milliseconds since the Unix epoch; `null`: for ever. */
  readonly expiresAt: number | null;
}

export interface SignedToken {
  readonly token: string;
  readonly expiresAt: number;
}

/** Signs what operators show, and reads what was signed. */
export interface AdminTokens {
  sign(scope: AdminScope, now: number, ttlMs?: number): Promise<SignedToken>;
  /** `undefined`: it is not ours, or has run out. */
  read(token: string, now: number): Promise<AdminAccess | undefined>;
  /** What a link carries: good for a few minutes, and for one sign-in. */
  signCode(scope: AdminScope, now: number): Promise<string>;
  readCode(
    code: string,
    now: number,
  ): Promise<{ readonly id: string; readonly scope: AdminScope } | undefined>;
}

/** Each use has a key of its own, so that neither a code nor a client's token, should they share the secret, is taken for an operator's. */
function keyFor(secret: string, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `belfry admin ${use} v1`, 32));
}

function scopeOf({ scope }: JWTPayload): AdminScope | undefined {
  return ADMIN_SCOPES.find((each) => each === scope);
}

async function verified(
  jwt: string,
  key: Uint8Array,
  now: number,
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(jwt, key, {
      algorithms: ['HS256'],
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** @param secret `admin.secret` */
export function createAdminTokens(secret: string): AdminTokens {
  const tokenKey = keyFor(secret, 'token');
  const codeKey = keyFor(secret, 'code');
  return {
    async sign(scope, now, ttlMs = TOKEN_TTL_MS) {
      const expires = Math.floor((now + ttlMs) / 1_000);
      const token = await new SignJWT({ scope })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuedAt(Math.floor(now / 1_000))
        .setExpirationTime(expires)
        .sign(tokenKey);
      return { token, expiresAt: expires * 1_000 };
    },
    async read(token, now) {
      const payload = await verified(token, tokenKey, now);
      const scope = payload && scopeOf(payload);
      if (scope === undefined || payload?.exp === undefined) return undefined;
      return { scope, expiresAt: payload.exp * 1_000 };
    },
    signCode(scope, now) {
      return new SignJWT({ scope })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setJti(randomUUID())
        .setExpirationTime(Math.floor((now + CODE_TTL_MS) / 1_000))
        .sign(codeKey);
    },
    async readCode(code, now) {
      const payload = await verified(code, codeKey, now);
      const scope = payload && scopeOf(payload);
      if (scope === undefined || payload?.jti === undefined) return undefined;
      return { id: payload.jti, scope };
    },
  };
}
