import {
  fromBase64,
  memberText,
  onOneLine,
  payloadOf,
  replyErrors,
  type Payload,
  type ProxyUse,
  type ReplyError,
} from '@belfry/protocol';
import {
  capabilitiesOf,
  FieldError,
  jsonText,
  metaOf,
  object,
  own,
  seconds,
  subscriptionOf,
  subsOf,
  text,
  type Fields,
} from '../auth/json-fields.ts';
import type {
  ProxiedPublication,
  ProxyAnswer,
  ProxyOutcome,
  ProxyResults,
  Renewal,
} from '../core/proxy-plan.ts';
import { checkedDisconnect, checkedError } from './checked-codes.ts';
import type { StatusMeaning } from './proxy-settings.ts';

function flag(fields: Fields, name: string): boolean {
  const value = own(fields, name) ?? false;
  if (typeof value !== 'boolean') throw new FieldError(`${name} must be true or false`);
  return value;
}

function info(fields: Fields, json: string): { readonly infoJson?: string } {
  const infoJson = jsonText(fields, json, 'info');
  return infoJson === undefined ? {} : { infoJson };
}

/** The data of a result, `null` included; `null`: it has none. */
function payload(fields: Fields, json: string): Payload | null {
  const data = memberText(json, 'data');
  if (data !== undefined) return { data: onOneLine(data) };
  const encoded = text(fields, 'b64data');
  if (encoded === '') return null;
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(encoded);
  } catch (cause) {
    throw new FieldError('b64data is not base64', { cause });
  }
  const decoded = payloadOf(bytes);
  return decoded.data === undefined ? decoded : { data: onOneLine(decoded.data) };
}

function renewal(fields: Fields, json: string): Renewal {
  return {
    expired: flag(fields, 'expired'),
    expireAt: seconds(fields, 'expire_at') ?? 0,
    ...info(fields, json),
  };
}

function tagsOf(fields: Fields): { readonly tags?: Readonly<Record<string, string>> } {
  const value = own(fields, 'tags');
  if (value === undefined) return {};
  const tags = object(value, 'tags');
  const entries = Object.entries(tags).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  if (entries.length < Object.keys(tags).length) throw new FieldError('tags must be strings');
  return entries.length > 0 ? { tags: Object.fromEntries(entries) } : {};
}

function publication(fields: Fields, json: string): ProxiedPublication {
  const idempotencyKey = text(fields, 'idempotency_key');
  const version = own(fields, 'version') ?? 0;
  if (!Number.isSafeInteger(version) || Number(version) < 0) {
    throw new FieldError('version must be a whole number');
  }
  const versionEpoch = text(fields, 'version_epoch');
  return {
    payload: payload(fields, json),
    skipHistory: flag(fields, 'skip_history'),
    delta: flag(fields, 'delta'),
    ...tagsOf(fields),
    options: {
      ...(idempotencyKey === '' ? {} : { idempotencyKey }),
      ...(version === 0 ? {} : { version: Number(version), versionEpoch }),
    },
  };
}

const READERS: {
  readonly [Use in ProxyUse]: (fields: Fields, json: string) => ProxyResults[Use];
} = {
  connect(fields, json) {
    const dataJson = jsonText(fields, json, 'data');
    return {
      user: text(fields, 'user'),
      expireAt: seconds(fields, 'expire_at') ?? 0,
      ...info(fields, json),
      ...(dataJson === undefined ? {} : { dataJson }),
      ...metaOf(fields, json),
      subs: subsOf(fields, json),
      capabilities: capabilitiesOf(fields),
    };
  },
  refresh: (fields, json) => ({
    ...renewal(fields, json),
    ...metaOf(fields, json),
    ...(own(fields, 'caps') === undefined ? {} : { capabilities: capabilitiesOf(fields) }),
  }),
  subscribe: (fields, json) => ({
    ...subscriptionOf(fields, json),
    expireAt: seconds(fields, 'expire_at') ?? 0,
  }),
  publish: publication,
  rpc: (fields, json) => payload(fields, json) ?? {},
  sub_refresh: renewal,
};

function codeOf(fields: Fields, name: string): number {
  const code = own(fields, 'code');
  if (typeof code !== 'number') throw new FieldError(`${name}.code must be a number`);
  return code;
}

function errorOf(value: unknown): ReplyError {
  const fields = object(value, 'error');
  const code = codeOf(fields, 'error');
  const message = text(fields, 'message');
  const error = checkedError({
    code,
    ...(message === '' ? {} : { message }),
    ...(own(fields, 'temporary') === undefined ? {} : { temporary: flag(fields, 'temporary') }),
  });
  if (error === null) {
    throw new FieldError(`error.code ${code}: use 400 to 1999, or a code of the protocol`);
  }
  return error;
}

function outcomeOf<Use extends ProxyUse>(use: Use, json: string): ProxyOutcome<ProxyResults[Use]> {
  const fields = object(JSON.parse(json), 'the answer');
  const disconnect = own(fields, 'disconnect');
  if (disconnect !== undefined) {
    const given = object(disconnect, 'disconnect');
    const code = codeOf(given, 'disconnect');
    const checked = checkedDisconnect({ code, reason: text(given, 'reason') });
    if (checked !== null) return { type: 'disconnect', disconnect: checked };
    throw new FieldError(`disconnect.code ${code}: use 4000 to 4999, or a code of the protocol`);
  }
  const error = own(fields, 'error');
  if (error !== undefined) return { type: 'error', error: errorOf(error) };
  const result = own(fields, 'result');
  if (result === undefined) return { type: 'result', result: null };
  const read = READERS[use] as (fields: Fields, json: string) => ProxyResults[Use];
  const resultJson = memberText(json, 'result') ?? '{}';
  return { type: 'result', result: read(object(result, 'result'), resultJson) };
}

/**
 * What a backend answered, from the text of its body.
 *
 * @throws an Error that says what is wrong with it
 */
export function readAnswer(use: ProxyUse, json: string): ProxyAnswer {
  return { use, outcome: outcomeOf(use, json) } as ProxyAnswer;
}

/** The answer that a status other than 200 stands for. */
export function statusAnswer(use: ProxyUse, outcome: StatusMeaning): ProxyAnswer {
  return { use, outcome };
}

/** What is made of no answer. */
export function failedAnswer(use: ProxyUse): ProxyAnswer {
  return { use, outcome: { type: 'failed', error: replyErrors.internal } };
}
