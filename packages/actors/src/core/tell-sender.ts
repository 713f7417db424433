import {
  encodePublication,
  hasPrivateChannel,
  userChannel,
  type ActorKey,
  type ActorMessage,
  type AskErrorCode,
} from '@belfry/protocol';
import type { ActorPublication, HistoryPolicy } from '@belfry/store';
import { isChannel } from './turn-context.ts';

/** Nobody reads an answer twice. */
const NO_HISTORY: HistoryPolicy = { size: 0, ttlMs: 0, metaTtlMs: 0 };

/** Why a message did not apply. */
export interface Refusal {
  readonly ask: AskErrorCode;
  /** What the actor's author, or the engine, calls it. */
  readonly code: string;
  readonly message: string;
}

/** The answer to an `ask` or `create`; `null` when the message was neither. */
export function answer(message: ActorMessage, dataJson: string): ActorPublication | null {
  if (message.type !== 'ask' && message.type !== 'create') return null;
  const text = `{"ask":${JSON.stringify(message.ask)},"ok":true,"data":${dataJson}}`;
  return { channel: message.replyTo, body: encodePublication(text), history: NO_HISTORY };
}

/** The answer that is no data. */
export function answerNo(message: ActorMessage, refusal: Refusal): ActorPublication | null {
  if (message.type !== 'ask' && message.type !== 'create') return null;
  const reply = {
    ask: message.ask,
    ok: false,
    code: refusal.ask,
    message: refusal.message,
    ...(refusal.ask === 'rejected' && { reason: refusal.code }),
  };
  return {
    channel: message.replyTo,
    body: encodePublication(JSON.stringify(reply)),
    history: NO_HISTORY,
  };
}

/** Tells the client behind a message, on its private channel, that it was refused; `null` when no client is. */
export function tellClient(
  actor: ActorKey,
  message: ActorMessage,
  refusal: Refusal,
): Omit<ActorPublication, 'history'> | null {
  const user = clientOf(message);
  // A user whose name makes no channel name of its own has no private channel to read it on.
  if (user === null || !hasPrivateChannel(user) || !isChannel(userChannel(user))) return null;
  const id = message.type === 'message' ? message.id : undefined;
  const notice = {
    type: 'rejected',
    actor,
    code: refusal.code,
    message: refusal.message,
    ...(id !== undefined && { id }),
  };
  return { channel: userChannel(user), body: encodePublication(JSON.stringify(notice)) };
}

/** An asker is answered on its own channel, and who left is not there to be told. */
function clientOf(message: ActorMessage): string | null {
  if (message.type === 'message') return message.from.type === 'client' ? message.from.user : null;
  return message.type === 'enter' ? message.user : null;
}
