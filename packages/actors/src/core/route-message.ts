import { decodeActorMessage, type ActorMessage, type Sender } from '@belfry/protocol';
import type { PresenceEvent, Tick } from '../define-actor.ts';
import { checkSchema } from './check-schema.ts';
import type { EngineSpec } from './engine-spec.ts';

/** What a message asks of an actor, once it is read and checked. */
export type Route =
  /** Without effect: `code` is what an asker is told. */
  | {
      readonly type: 'ignore';
      readonly code: 'no-actor' | 'exists';
      readonly message: ActorMessage;
    }
  /** It fits no schema. `message` is `null` when it could not even be read. */
  | { readonly type: 'invalid'; readonly problem: string; readonly message: ActorMessage | null }
  | { readonly type: 'handle'; readonly message: ActorMessage; readonly call: Call };

/** The handler to call, if the kind has it. */
export type Call =
  | {
      readonly type: 'client';
      readonly from: Extract<Sender, { type: 'client' }>;
      readonly data: unknown;
    }
  | {
      readonly type: 'internal';
      readonly from: Exclude<Sender, { type: 'client' }>;
      readonly data: unknown;
    }
  | { readonly type: 'presence'; readonly event: PresenceEvent }
  | { readonly type: 'tick'; readonly tick: Tick }
  | { readonly type: 'create' };

/** Whom a route is for. */
export interface Receiver {
  readonly kind: string;
  readonly spec: EngineSpec;
  readonly exists: boolean;
}

/** Reads a message and decides what becomes of it. Runs the user's schemas, nothing else of the user's. */
export function routeMessage(body: string, receiver: Receiver): Route {
  const message = readMessage(body);
  if (message === null) {
    return { type: 'invalid', problem: 'the message is not one that this engine knows', message };
  }
  const { exists } = receiver;
  if (message.type === 'create' && exists) return { type: 'ignore', code: 'exists', message };
  if (!exists && message.type !== 'create' && !createsOnDemand(message, receiver)) {
    return { type: 'ignore', code: 'no-actor', message };
  }
  switch (message.type) {
    case 'message':
    case 'ask':
      return routeData(message, message.from, receiver);
    case 'create':
      return routeCreate(message, receiver);
    case 'enter':
    case 'leave': {
      const event: PresenceEvent = { type: message.type, user: message.user, info: message.info };
      return { type: 'handle', message, call: { type: 'presence', event } };
    }
  }
}

/** Going does not bring into being what coming would. */
function createsOnDemand(message: ActorMessage, receiver: Receiver): boolean {
  return receiver.spec.creation !== 'explicit' && message.type !== 'leave';
}

function routeData(
  message: Extract<ActorMessage, { data: unknown }>,
  from: Sender,
  receiver: Receiver,
): Route {
  const name = from.type === 'client' ? 'control' : 'internal';
  const schema = receiver.spec[name];
  const what = `actor ${receiver.kind}, ${name}`;
  if (schema === undefined) {
    return { type: 'invalid', problem: `${what}: the kind declares no such messages`, message };
  }
  const checked = checkSchema(schema, message.data, what);
  if (!checked.ok) return { type: 'invalid', problem: checked.problem, message };
  const data = checked.value;
  const call: Call =
    from.type === 'client' ? { type: 'client', from, data } : { type: 'internal', from, data };
  return { type: 'handle', message, call };
}

/** A create that carries data is, for a kind with internal messages, also the first of them. */
function routeCreate(
  message: Extract<ActorMessage, { type: 'create' }>,
  receiver: Receiver,
): Route {
  const bare = message.data === undefined || message.data === null;
  if (bare || receiver.spec.internal === undefined) {
    return { type: 'handle', message, call: { type: 'create' } };
  }
  const from: Sender = message.from.type === 'client' ? { type: 'system' } : message.from;
  return routeData(message, from, receiver);
}

function readMessage(body: string): ActorMessage | null {
  try {
    const message = decodeActorMessage(body) as ActorMessage | null;
    return message !== null && isWhole(message) ? message : null;
  } catch {
    return null;
  }
}

/** Whether it has what its type needs: the text may come from another version, or from a person. */
function isWhole(message: ActorMessage): boolean {
  switch (message.type) {
    case 'message':
      return isSender(message.from);
    case 'ask':
    case 'create':
      return (
        isSender(message.from) &&
        typeof message.ask === 'string' &&
        typeof message.replyTo === 'string'
      );
    case 'enter':
    case 'leave':
      return typeof message.user === 'string';
    default:
      return false;
  }
}

function isSender(from: Sender | undefined): boolean {
  return from?.type === 'client' ? typeof from.user === 'string' : typeof from?.type === 'string';
}
