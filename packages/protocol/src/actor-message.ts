/**
 * What lies in an actor's inbox. The store keeps the text and never looks inside; Beacons, workers and the CLI agree on it here.
 *
 * The user's own `data` is spliced in and cut out as JSON text where that saves a parse, so it stands last.
 */

/** The identity of a sender, as the Beacon or the runtime knows it; never taken from a payload. */
export type Sender =
  | { readonly type: 'client'; readonly user: string; readonly client: string }
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

/** The text of a client's message, with the client's own JSON text passed through unchanged. */
export function encodeClientMessage(user: string, client: string, dataJson: string): string {
  return `{"type":"message","from":{"type":"client","user":${JSON.stringify(user)},"client":${JSON.stringify(client)}},"data":${dataJson}}`;
}

/** The same for a message to which the client gave an id. */
export function encodeIdentifiedMessage(
  from: { readonly user: string; readonly client: string; readonly id: string },
  dataJson: string,
): string {
  const { user, client, id } = from;
  return `{"type":"message","from":{"type":"client","user":${JSON.stringify(user)},"client":${JSON.stringify(client)}},"id":${JSON.stringify(id)},"data":${dataJson}}`;
}

/** Reads what `encodeActorMessage` or `encodeClientMessage` wrote. Throws a SyntaxError on anything that is not JSON. */
export function decodeActorMessage(body: string): ActorMessage {
  return JSON.parse(body) as ActorMessage;
}
