import { SignJWT } from 'jose';
import type { JsonObject } from '../json.ts';
import { SECRET } from '../targets/profiles.ts';

export interface TokenForm {
  readonly algorithm?: 'HS256' | 'HS384' | 'HS512';
  readonly secret?: string;
}

/** Seconds since 1970, `after` seconds from now. */
export function seconds(after: number): number {
  return Math.floor(Date.now() / 1_000) + after;
}

/** A token with exactly these claims. */
export function signToken(claims: JsonObject, form: TokenForm = {}): Promise<string> {
  const { algorithm = 'HS256', secret = SECRET } = form;
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm })
    .sign(new TextEncoder().encode(secret));
}
