import { memberText, onOneLine } from '@belfry/protocol';
import { parseCapabilities } from '../core/capabilities.ts';
import type {
  ConnectionClaims,
  Overrides,
  SubscriptionClaims,
  SubscriptionTokenClaims,
} from '../core/claims.ts';
import type { TokenMark } from '../core/revocations.ts';

type Claims = Readonly<Record<string, unknown>>;

/** A claim is not what it must be. */
class ClaimError extends Error {
  override readonly name = 'ClaimError';
}

function own(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? (claims[name] ?? undefined) : undefined;
}

function object(value: unknown, name: string): Claims {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ClaimError(`${name} must be an object`);
  }
  return value as Claims;
}

function text(claims: Claims, name: string): string {
  const value = own(claims, name) ?? '';
  if (typeof value !== 'string') throw new ClaimError(`${name} must be a string`);
  return value;
}

function seconds(claims: Claims, name: string): number | undefined {
  const value = own(claims, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new ClaimError(`${name} must be a number of seconds`);
  }
  return Math.floor(value);
}

/** Of all tokens that say nothing of themselves. */
const UNMARKED: TokenMark = { id: '', issuedAt: 0 };

function tokenMark(claims: Claims): TokenMark {
  const id = text(claims, 'jti');
  const issuedAt = seconds(claims, 'iat') ?? 0;
  return id === '' && issuedAt === 0 ? UNMARKED : { id, issuedAt };
}

/** `expire_at` says otherwise than `exp`: 0 means never. */
function expiry(claims: Claims): number {
  return seconds(claims, 'expire_at') ?? seconds(claims, 'exp') ?? 0;
}

/** The JSON text of `name`, or of `b64…` decoded; `undefined`: neither is there. */
function jsonText(claims: Claims, json: string, name: string): string | undefined {
  if (own(claims, name) !== undefined) return onOneLine(memberText(json, name) ?? 'null');
  const encoded = text(claims, `b64${name}`);
  if (encoded === '') return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  try {
    JSON.parse(decoded);
  } catch (cause) {
    throw new ClaimError(`b64${name} is not JSON`, { cause });
  }
  return onOneLine(decoded);
}

const OVERRIDES = {
  presence: 'presence',
  join_leave: 'joinLeave',
  force_push_join_leave: 'pushJoinLeave',
  force_recovery: 'recovery',
  force_positioning: 'positioning',
} as const satisfies Readonly<Record<string, keyof Overrides>>;

function overridesOf(claims: Claims): Overrides {
  const value = own(claims, 'override');
  if (value === undefined) return {};
  const override = object(value, 'override');
  const found: Partial<Record<keyof Overrides, boolean>> = {};
  for (const [name, key] of Object.entries(OVERRIDES)) {
    const each = own(override, name);
    if (each === undefined) continue;
    found[key] = own(object(each, `override.${name}`), 'value') === true;
  }
  return found;
}

function subscriptionOf(claims: Claims, json: string): SubscriptionClaims {
  const infoJson = jsonText(claims, json, 'info');
  const dataJson = jsonText(claims, json, 'data');
  return {
    ...(infoJson === undefined ? {} : { infoJson }),
    ...(dataJson === undefined ? {} : { dataJson }),
    overrides: overridesOf(claims),
  };
}

function subsOf(claims: Claims, json: string): ReadonlyMap<string, SubscriptionClaims> {
  const found = new Map<string, SubscriptionClaims>();
  const channels = own(claims, 'channels') ?? [];
  if (!Array.isArray(channels)) throw new ClaimError('channels must be a list of names');
  for (const channel of channels as unknown[]) {
    if (typeof channel !== 'string') throw new ClaimError('channels must be a list of names');
    if (channel !== '') found.set(channel, { overrides: {} });
  }
  const subs = own(claims, 'subs');
  if (subs === undefined) return found;
  const subsJson = memberText(json, 'subs') ?? '{}';
  for (const [channel, value] of Object.entries(object(subs, 'subs'))) {
    const subJson = memberText(subsJson, channel) ?? '{}';
    if (channel !== '') found.set(channel, subscriptionOf(object(value, 'subs'), subJson));
  }
  return found;
}

/**
 * Reads the payload of a connection token whose signature and times have been verified.
 *
 * @throws an Error that names the claim, when one is not what it must be
 */
export function readConnectionClaims(json: string, userClaim: string): ConnectionClaims {
  const claims = object(JSON.parse(json), 'the payload');
  const capabilities = parseCapabilities(own(claims, 'caps'));
  if (capabilities === null) throw new ClaimError('caps is not a list of capabilities');
  const infoJson = jsonText(claims, json, 'info');
  return {
    user: text(claims, userClaim),
    expireAt: expiry(claims),
    ...(infoJson === undefined ? {} : { infoJson }),
    subs: subsOf(claims, json),
    capabilities,
    token: tokenMark(claims),
  };
}

/** As `readConnectionClaims`, for a subscription token. */
export function readSubscriptionClaims(json: string, userClaim: string): SubscriptionTokenClaims {
  const claims = object(JSON.parse(json), 'the payload');
  return {
    ...subscriptionOf(claims, json),
    user: text(claims, userClaim),
    channel: text(claims, 'channel'),
    client: text(claims, 'client'),
    expireAt: expiry(claims),
    token: tokenMark(claims),
  };
}
