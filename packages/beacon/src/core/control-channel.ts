import {
  channelKey,
  encodeActorMessage,
  encodeClientMessage,
  memberText,
  parseActorKey,
  actorKey,
  type ActorKey,
} from '@belfry/protocol';
import type { PresenceEvents, Send } from '@belfry/store';
import type { ActorKind, ActorKinds } from './actor-kinds.ts';

/** The actor behind a channel of a `queue` namespace. */
export interface ControlTarget {
  readonly actor: ActorKey;
  readonly kind: ActorKind;
}

/** The longest id a client may give to a message, in characters. */
export const MAX_MESSAGE_ID_LENGTH = 64;

/** `null`: the channel does not name an actor of a kind that clients can reach. */
export function controlTarget(kinds: ActorKinds, channel: string): ControlTarget | null {
  const parsed = parseActorKey(channelKey(channel));
  if (parsed === null) return null;
  const kind = kinds.get(parsed.kind);
  return kind === undefined ? null : { actor: actorKey(parsed.kind, parsed.id), kind };
}

/** What a client published: its message, and the id under which it may be sent again. */
export interface ClientMessage {
  readonly dataJson: string;
  readonly id: string | null;
}

/** Ids are remembered in lines of text; an empty one would make all messages of a user the same. */
function isMessageId(id: unknown): id is string {
  return (
    typeof id === 'string' &&
    id.length > 0 &&
    id.length <= MAX_MESSAGE_ID_LENGTH &&
    !/\p{Cc}/u.test(id)
  );
}

/** Takes `{"id":…,"data":…}` apart; anything else is a message without an id. */
export function openEnvelope(json: string): ClientMessage {
  const plain = { dataJson: json, id: null };
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null) return plain;
  const { id } = value as { id?: unknown };
  if (!isMessageId(id)) return plain;
  if (Object.keys(value).length !== 2) return plain;
  const dataJson = memberText(json, 'data');
  return dataJson === undefined ? plain : { dataJson, id };
}

/** The send that brings a client's message to its actor. The sender is who the connection is. */
export function controlSend(
  target: ControlTarget,
  message: ClientMessage,
  from: {
    readonly user: string;
    readonly client: string;
    readonly infoJson?: string | undefined;
  },
): Send {
  const { user, client, infoJson } = from;
  const { id, dataJson } = message;
  const send = {
    to: target.actor,
    // The actor sees the id as well, so that a refusal can name the message.
    body: encodeClientMessage({ user, client, infoJson, id: id ?? undefined }, dataJson),
    mustExist: target.kind.explicit,
    inboxLimit: target.kind.inboxLimit,
  };
  // Escaped, so that no user can make up another's id.
  return id === null ? send : { ...send, id: `${encodeURIComponent(user.toWellFormed())}:${id}` };
}

/** The messages that presence on a control channel becomes. */
export function controlEvents(
  target: ControlTarget,
  who: { readonly user: string; readonly infoJson: string | undefined },
): PresenceEvents {
  const { user } = who;
  const known: unknown = who.infoJson === undefined ? undefined : JSON.parse(who.infoJson);
  const info = known === undefined ? {} : { info: known };
  return {
    actor: target.actor,
    enter: encodeActorMessage({ type: 'enter', user, ...info }),
    leave: encodeActorMessage({ type: 'leave', user, ...info }),
    mustExist: target.kind.explicit,
  };
}
