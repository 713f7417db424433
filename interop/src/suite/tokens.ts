import { SignJWT } from 'jose';
import type { JsonObject } from '../json.ts';
import { privateKey, type KeyAlgorithm } from '../targets/keys.ts';
import { SECRET } from '../targets/profiles.ts';

export interface TokenForm {
  readonly algorithm?: 'HS256' | 'HS384' | 'HS512';
  readonly secret?: string;
}

/** A token with these claims, signed with the private key for an algorithm; `kid` names it. */
export function signWithKey(
  claims: JsonObject,
  { algorithm, kid }: { readonly algorithm: KeyAlgorithm; readonly kid?: string },
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, ...(kid === undefined ? {} : { kid }) })
    .sign(privateKey(algorithm));
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
