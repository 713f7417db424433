/**
 * What lies in an actor's inbox. The store keeps the text and never looks inside; Beacons, workers and the CLI agree on it here.
 *
 * The user's own `data` is spliced in and cut out as JSON text where that saves a parse, so it stands last.
 */

/** The identity of a sender, as the Beacon or the runtime knows it; never taken from a payload. */
export type Sender =
  | {
      readonly type: 'client';
      readonly user: string;
      readonly client: string;
      /** The connection's info, as its token gives it (any JSON value); absent when there is none or it is longer than `MAX_SENDER_INFO_BYTES`. */
      readonly info?: unknown;
    }
  | { readonly type: 'actor'; readonly actor: string }
  | { readonly type: 'system' };

/** One message of an inbox. `data` is any JSON value. */
export type ActorMessage =
  | {
      readonly type: 'message';
      readonly from: Sender;
      /** The client's own id of the message, by which a refusal names it. */
      readonly id?: string;
      readonly data: unknown;
    }
  /** A message whose sender waits on the channel `replyTo` for a publication `AskReply` that carries `ask`. */
  | {
      readonly type: 'ask';
      readonly from: Sender;
      readonly ask: string;
      readonly replyTo: string;
      readonly data: unknown;
    }
  /** Brings an actor of an explicitly created kind into being; `replyTo` as for `ask`. */
  | {
      readonly type: 'create';
      readonly from: Sender;
      readonly ask: string;
      readonly replyTo: string;
      readonly data: unknown;
    }
  /** The first connection of `user` is there; `info` is the connection's info (any JSON value or absent). */
  | { readonly type: 'enter'; readonly user: string; readonly info?: unknown }
  /** The last connection of `user` has gone, or its Beacon died and its presence expired. */
  | { readonly type: 'leave'; readonly user: string; readonly info?: unknown };

/** The publication that answers an `ask` or `create`. */
export type AskReply =
  | { readonly ask: string; readonly ok: true; readonly data: unknown }
  | {
      readonly ask: string;
      readonly ok: false;
      readonly code: AskErrorCode;
      readonly message: string;
      /** With `rejected`: the code that the actor gave to `ctx.reject`. */
      readonly reason?: string;
    };

/** Why an ask was not answered with data. */
export type AskErrorCode = 'rejected' | 'failed' | 'exists' | 'no-actor' | 'no-reply';

/** The text of a message. */
export function encodeActorMessage(message: ActorMessage): string {
  return JSON.stringify(message);
}

/** The longest info, in bytes of JSON text, that every message of a client carries: it is written and read with each. */
export const MAX_SENDER_INFO_BYTES = 1_024;

const utf8 = new TextEncoder();

function isShort(infoJson: string): boolean {
  if (infoJson.length > MAX_SENDER_INFO_BYTES) return false;
  // A character of a string takes three bytes at most.
  if (infoJson.length * 3 <= MAX_SENDER_INFO_BYTES) return true;
  return utf8.encode(infoJson).length <= MAX_SENDER_INFO_BYTES;
}

/** A client as a sender. `info` is left out when it is longer than `MAX_SENDER_INFO_BYTES`. */
export function clientSender(
  user: string,
  client: string,
  info: unknown,
): Extract<Sender, { type: 'client' }> {
  const bare = { type: 'client', user, client } as const;
  return info !== undefined && isShort(JSON.stringify(info)) ? { ...bare, info } : bare;
}

/** Which client a message comes from, and how it named the message. */
export interface ClientOrigin {
  readonly user: string;
  readonly client: string;
  /** The connection's info; it is left out of the message when it is longer than `MAX_SENDER_INFO_BYTES`. */
  readonly infoJson?: string | undefined;
  readonly id?: string | undefined;
}

/** The text of a client's message, with the client's own JSON text passed through unchanged. */
export function encodeClientMessage(
  { user, client, infoJson, id }: ClientOrigin,
  dataJson: string,
): string {
  let text = `{"type":"message","from":{"type":"client","user":${JSON.stringify(user)},"client":${JSON.stringify(client)}`;
  if (infoJson !== undefined && isShort(infoJson)) text += `,"info":${infoJson}`;
  text += id === undefined ? '}' : `},"id":${JSON.stringify(id)}`;
  return `${text},"data":${dataJson}}`;
}

/** Reads what `encodeActorMessage` or `encodeClientMessage` wrote. Throws a SyntaxError on anything that is not JSON. */
export function decodeActorMessage(body: string): ActorMessage {
  return JSON.parse(body) as ActorMessage;
}
