import type { ReplyError } from '../error-code.ts';
import { memberTexts } from '../json-member.ts';
import type {
  ClientInfoJson,
  ConnectResult,
  Expiry,
  HistoryResult,
  Push,
  Reply,
  SubscribeResult,
  WirePublication,
} from '../reply.ts';
import { fromBase64 } from './payload.ts';
import { ProtoWriter } from './proto-writer.ts';

/**
 * Replies and pushes in Protobuf. Field numbers: the public definition `client.proto` of the Centrifugo protocol. Fields are written
 * last first; see `ProtoWriter`.
 */

/** The server's ping, and the client's pong: a message of length 0. */
export const PING_PROTOBUF: Uint8Array = Uint8Array.of(0);

/** One for everybody: nothing that is written waits for anything. */
const out = new ProtoWriter();

/** Bytes that stand in base64; whoever took them in has checked that they do. */
function binary(field: number, b64data: string): void {
  try {
    out.bytes(field, fromBase64(b64data));
  } catch {
    // Sending goes on whatever is stored: the reader gets the text as it is.
    out.string(field, b64data);
  }
}

/** The text that stands as a JSON string; `''` for anything else. */
function stringOf(json: string | undefined): string {
  if (json === undefined) return '';
  if (json.startsWith('"') && !json.includes('\\')) return json.slice(1, -1);
  const value: unknown = JSON.parse(json);
  return typeof value === 'string' ? value : '';
}

function expiryFields(expiry: Expiry | undefined, fields: { expires: number; ttl: number }): void {
  if (expiry === undefined) return;
  out.number(fields.ttl, expiry.ttl);
  out.flag(fields.expires, expiry.expires);
}

const INFO_MEMBERS = ['user', 'client', 'conn_info', 'chan_info'] as const;

function clientInfo(field: number, json: ClientInfoJson): void {
  const mark = out.mark;
  const [user, client, connInfo, chanInfo] = memberTexts(json, INFO_MEMBERS);
  out.string(4, chanInfo ?? '');
  out.string(3, connInfo ?? '');
  out.string(2, stringOf(client));
  out.string(1, stringOf(user));
  out.message(field, mark);
}

function tags(field: number, json: string): void {
  const entries = Object.entries(JSON.parse(json) as Record<string, unknown>).reverse();
  for (const [key, value] of entries) {
    const mark = out.mark;
    out.entryString(2, typeof value === 'string' ? value : '');
    out.entryString(1, key);
    out.message(field, mark);
  }
}

const BODY_MEMBERS = ['data', 'b64data', 'info', 'tags'] as const;

function publication(field: number, { body, offset, delta }: WirePublication): void {
  const mark = out.mark;
  const [data, b64data, info, tagsJson] = memberTexts(body, BODY_MEMBERS);
  if (delta !== undefined) out.flag(8, delta.patch);
  if (tagsJson !== undefined) tags(7, tagsJson);
  out.number(6, offset);
  if (info !== undefined) clientInfo(5, info);
  if (delta !== undefined) out.bytes(4, delta.bytes);
  else if (b64data !== undefined) binary(4, stringOf(b64data));
  else out.string(4, data ?? '');
  out.message(field, mark);
}

function publications(field: number, all: readonly WirePublication[]): void {
  for (const each of all.toReversed()) publication(field, each);
}

function subscribeFields(result: SubscribeResult): void {
  out.flag(13, result.delta ?? false);
  out.flag(12, result.wasRecovering);
  out.string(11, result.dataJson ?? '');
  out.flag(10, result.positioned);
  out.number(9, result.offset);
  out.flag(8, result.recovered);
  publications(7, result.publications);
  out.string(6, result.epoch);
  out.flag(3, result.recoverable);
  expiryFields(result.expiry, { expires: 1, ttl: 2 });
}

/** `subs` is field `fields.subs` of a connect result and of a connect push; so are the others. */
interface ConnectFields {
  readonly data: number;
  readonly subs: number;
  readonly expires: number;
  readonly ttl: number;
}

const RESULT_FIELDS: ConnectFields = { data: 5, subs: 6, expires: 3, ttl: 4 };
const PUSH_FIELDS: ConnectFields = { data: 3, subs: 4, expires: 5, ttl: 6 };

function connectFields(result: ConnectResult, fields: ConnectFields): void {
  out.number(11, result.time ?? 0);
  out.string(10, result.node);
  out.string(9, result.session);
  out.flag(8, result.pong);
  out.number(7, result.ping);
  // The rest stands in another order in the two messages, which nobody who reads them minds.
  for (const [channel, sub] of [...result.subs].reverse()) {
    const entry = out.mark;
    subscribeFields(sub);
    out.message(2, entry);
    out.entryString(1, channel);
    out.message(fields.subs, entry);
  }
  out.string(fields.data, result.dataJson ?? '');
  expiryFields(result.expiry, fields);
  out.string(2, result.version);
  out.string(1, result.client);
}

function historyFields(result: HistoryResult): void {
  out.number(3, result.offset);
  out.string(2, result.epoch);
  publications(1, result.publications);
}

function presenceFields(presence: readonly (readonly [string, ClientInfoJson])[]): void {
  for (const [client, info] of presence.toReversed()) {
    const entry = out.mark;
    clientInfo(2, info);
    out.entryString(1, client);
    out.message(1, entry);
  }
}

function rpcFields(reply: Extract<Reply, { type: 'rpc' }>): void {
  if (reply.b64data === undefined) out.string(1, reply.dataJson ?? '');
  else binary(1, reply.b64data);
}

const REPLY_FIELDS: Readonly<Record<Exclude<Reply['type'], 'error'>, number>> = {
  connect: 5,
  subscribe: 6,
  unsubscribe: 7,
  publish: 8,
  presence: 9,
  presence_stats: 10,
  history: 11,
  ping: 12,
  rpc: 13,
  refresh: 14,
  sub_refresh: 15,
};

function resultFields(reply: Exclude<Reply, { type: 'error' }>): void {
  switch (reply.type) {
    case 'connect':
      connectFields(reply.result, RESULT_FIELDS);
      return;
    case 'subscribe':
      subscribeFields(reply.result);
      return;
    case 'unsubscribe':
    case 'publish':
    case 'ping':
      return;
    case 'presence':
      presenceFields(reply.presence);
      return;
    case 'presence_stats':
      out.number(2, reply.users);
      out.number(1, reply.clients);
      return;
    case 'history':
      historyFields(reply.result);
      return;
    case 'rpc':
      rpcFields(reply);
      return;
    case 'refresh':
      expiryFields(reply.expiry, { expires: 3, ttl: 4 });
      return;
    case 'sub_refresh':
      expiryFields(reply.expiry, { expires: 1, ttl: 2 });
  }
}

function errorField(field: number, { code, message, temporary }: ReplyError): void {
  const mark = out.mark;
  out.flag(3, temporary);
  out.string(2, message);
  out.number(1, code);
  out.message(field, mark);
}

const PUSH_BODY_FIELDS: Readonly<Record<Push['type'], number>> = {
  publication: 4,
  join: 5,
  leave: 6,
  unsubscribe: 7,
  message: 8,
  subscribe: 9,
  connect: 10,
  disconnect: 11,
  refresh: 12,
};

/** What a push says of a subscription that the server made. */
function subscribePushFields(result: SubscribeResult): void {
  out.string(7, result.dataJson ?? '');
  out.flag(6, result.positioned);
  out.number(5, result.offset);
  out.string(4, result.epoch);
  out.flag(1, result.recoverable);
}

function pushFields(push: Push): void {
  const mark = out.mark;
  const field = PUSH_BODY_FIELDS[push.type];
  switch (push.type) {
    case 'publication':
      publication(field, push.publication);
      break;
    case 'join':
    case 'leave':
      clientInfo(1, push.info);
      break;
    case 'unsubscribe':
      out.string(3, push.unsubscribed.reason);
      out.number(2, push.unsubscribed.code);
      break;
    case 'message':
      out.string(1, push.dataJson);
      break;
    case 'subscribe':
      subscribePushFields(push.result);
      break;
    case 'connect':
      connectFields(push.result, PUSH_FIELDS);
      break;
    case 'disconnect':
      out.flag(3, push.reconnect);
      out.string(2, push.disconnect.reason);
      out.number(1, push.disconnect.code);
      break;
    case 'refresh':
      expiryFields(push.expiry, { expires: 1, ttl: 2 });
  }
  if (push.type !== 'publication') out.message(field, mark);
  if ('channel' in push) out.string(2, push.channel);
}

/** Runs `write` and gives its bytes with their length before them, which is how messages follow each other on the wire. */
function delimited(write: () => void): Uint8Array {
  out.reset();
  write();
  out.delimit(0);
  return out.finish();
}

/** A reply, with its length before it. */
export function encodeProtobufReply(reply: Reply): Uint8Array {
  return delimited(() => {
    if (reply.type === 'error') {
      errorField(2, reply.error);
    } else {
      resultFields(reply);
      out.message(REPLY_FIELDS[reply.type], 0);
    }
    out.number(1, reply.id);
  });
}

/** A push within a reply, with its length before it. */
export function encodeProtobufPush(push: Push): Uint8Array {
  return delimited(() => {
    pushFields(push);
    out.message(4, 0);
  });
}

/** A push by itself, with its length before it, as unidirectional transports send it. */
export function encodeProtobufBarePush(push: Push): Uint8Array {
  return delimited(() => pushFields(push));
}
