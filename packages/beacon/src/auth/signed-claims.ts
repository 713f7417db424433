import { isUtf8 } from 'node:buffer';
import type { TokenConfig } from '../config.ts';
import type { Fields } from './json-fields.ts';

/** Claims whose signature has been verified: as data, and as the text they were. */
export interface SignedClaims {
  readonly claims: Fields;
  readonly json: string;
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;

/** Reads the payload's part of a token; `null`: it is not what every signer writes. */
export function readSignedClaims(part: string): SignedClaims | null {
  if (!BASE64URL.test(part)) return null;
  const bytes = Buffer.from(part, 'base64url');
  if (!isUtf8(bytes)) return null;
  const json = bytes.toString('utf8');
  try {
    const claims: unknown = JSON.parse(json);
    if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return null;
    return { claims: claims as Fields, json };
  } catch {
    return null;
  }
}

/**
 * Whether claims are good beyond doubt as to their times, their audience and their issuer (RFC 7519, 4.1). Of those that are not, the
 * library for tokens says what is wrong.
 */
export function areTimely(
  { exp, nbf, iat, aud, iss }: Fields,
  { audience = '', issuer = '' }: TokenConfig,
  nowMs: number,
): boolean {
  const now = Math.floor(nowMs / 1000);
  if (exp !== undefined && !(typeof exp === 'number' && exp > now)) return false;
  if (nbf !== undefined && !(typeof nbf === 'number' && nbf <= now)) return false;
  if (iat !== undefined && typeof iat !== 'number') return false;
  if (issuer !== '' && iss !== issuer) return false;
  return audience === '' || (Array.isArray(aud) ? aud.includes(audience) : aud === audience);
}
