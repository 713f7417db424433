import type { ConnectionClaims, SubscriptionTokenClaims } from '../core/claims.ts';
import type { TokenMark } from '../core/revocations.ts';
import {
  capabilitiesOf,
  jsonText,
  metaOf,
  seconds,
  subscriptionOf,
  subsOf,
  text,
  type Fields,
} from './json-fields.ts';
import type { SignedClaims } from './signed-claims.ts';

/** Of all tokens that say nothing of themselves. */
const UNMARKED: TokenMark = { id: '', issuedAt: 0 };

function tokenMark(claims: Fields): TokenMark {
  const id = text(claims, 'jti');
  const issuedAt = seconds(claims, 'iat') ?? 0;
  return id === '' && issuedAt === 0 ? UNMARKED : { id, issuedAt };
}

/** `expire_at` says otherwise than `exp`: 0 means never. */
function expiry(claims: Fields): number {
  return seconds(claims, 'expire_at') ?? seconds(claims, 'exp') ?? 0;
}

/**
 * Reads the payload of a connection token whose signature and times have been verified.
 *
 * @throws an Error that names the claim, when one is not what it must be
 */
export function readConnectionClaims(
  { claims, json }: SignedClaims,
  userClaim: string,
): ConnectionClaims {
  // One secret may sign both kinds: a token for one channel must not open a connection.
  if (text(claims, 'channel') !== '') {
    throw new Error('channel: a connection token must not have it; this is a subscription token');
  }
  const infoJson = jsonText(claims, json, 'info');
  return {
    user: text(claims, userClaim),
    expireAt: expiry(claims),
    ...(infoJson === undefined ? {} : { infoJson }),
    subs: subsOf(claims, json),
    capabilities: capabilitiesOf(claims),
    ...metaOf(claims, json),
    token: tokenMark(claims),
  };
}

/** As `readConnectionClaims`, for a subscription token. */
export function readSubscriptionClaims(
  { claims, json }: SignedClaims,
  userClaim: string,
): SubscriptionTokenClaims {
  const channel = text(claims, 'channel');
  if (channel === '') throw new Error('channel: a subscription token must have it');
  return {
    ...subscriptionOf(claims, json),
    user: text(claims, userClaim),
    channel,
    client: text(claims, 'client'),
    expireAt: expiry(claims),
    token: tokenMark(claims),
  };
}
