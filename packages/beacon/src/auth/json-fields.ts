import { fromBase64, memberText, onOneLine, payloadJson, payloadOf } from '@belfry/protocol';
import { parseCapabilities, type Capabilities } from '../core/capabilities.ts';
import type { Overrides, SubscriptionClaims } from '../core/claims.ts';

/** Fields of JSON that somebody else wrote: the claims of tokens, and what backends answer. */

/** A JSON object, parsed. */
export type Fields = Readonly<Record<string, unknown>>;

/** A field is not what it must be. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}

export function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields[name] ?? undefined) : undefined;
}

export function object(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FieldError(`${name} must be an object`);
  }
  return value as Fields;
}

export function text(fields: Fields, name: string): string {
  const value = own(fields, name) ?? '';
  if (typeof value !== 'string') throw new FieldError(`${name} must be a string`);
  return value;
}

export function seconds(fields: Fields, name: string): number | undefined {
  const value = own(fields, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new FieldError(`${name} must be a number of seconds`);
  }
  return Math.floor(value);
}

/** The JSON text of `name`, or of what `b64…` encodes; `undefined`: neither is there. */
export function jsonText(fields: Fields, json: string, name: string): string | undefined {
  if (own(fields, name) !== undefined) return onOneLine(memberText(json, name) ?? 'null');
  const encoded = text(fields, `b64${name}`);
  if (encoded === '') return undefined;
  // Bytes that are not JSON stand there as everywhere else: as a string.
  return onOneLine(payloadJson(payloadOf(bytesOf(encoded, `b64${name}`))) ?? 'null');
}

function bytesOf(encoded: string, name: string): Uint8Array {
  try {
    return fromBase64(encoded);
  } catch (cause) {
    throw new FieldError(`${name} is not base64`, { cause });
  }
}

const OVERRIDES = {
  presence: 'presence',
  join_leave: 'joinLeave',
  force_push_join_leave: 'pushJoinLeave',
  force_recovery: 'recovery',
  force_positioning: 'positioning',
} as const satisfies Readonly<Record<string, keyof Overrides>>;

export function overridesOf(fields: Fields): Overrides {
  const value = own(fields, 'override');
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

export function subscriptionOf(fields: Fields, json: string): SubscriptionClaims {
  const infoJson = jsonText(fields, json, 'info');
  const dataJson = jsonText(fields, json, 'data');
  return {
    ...(infoJson === undefined ? {} : { infoJson }),
    ...(dataJson === undefined ? {} : { dataJson }),
    overrides: overridesOf(fields),
    ...(own(fields, 'cache_recover') === true ? { cacheRecover: true } : {}),
  };
}

export function subsOf(fields: Fields, json: string): ReadonlyMap<string, SubscriptionClaims> {
  const found = new Map<string, SubscriptionClaims>();
  const channels = own(fields, 'channels') ?? [];
  if (!Array.isArray(channels)) throw new FieldError('channels must be a list of names');
  for (const channel of channels as unknown[]) {
    if (typeof channel !== 'string') throw new FieldError('channels must be a list of names');
    if (channel !== '') found.set(channel, { overrides: {} });
  }
  const subs = own(fields, 'subs');
  if (subs === undefined) return found;
  const subsJson = memberText(json, 'subs') ?? '{}';
  for (const [channel, value] of Object.entries(object(subs, 'subs'))) {
    const subJson = memberText(subsJson, channel) ?? '{}';
    if (channel !== '') found.set(channel, subscriptionOf(object(value, 'subs'), subJson));
  }
  return found;
}

/** What is attached to a connection. */
export function metaOf(fields: Fields, json: string): { readonly metaJson?: string } {
  if (own(fields, 'meta') === undefined) return {};
  return { metaJson: onOneLine(memberText(json, 'meta') ?? 'null') };
}

/** A list of capabilities; absent: none. */
export function capabilitiesOf(fields: Fields): Capabilities {
  const capabilities = parseCapabilities(own(fields, 'caps'));
  if (capabilities === null) throw new FieldError('caps is not a list of capabilities');
  return capabilities;
}
