import {
  encodeBinaryPublication,
  encodePublication,
  payloadLength,
  replyErrors,
  withMessage,
  type Payload,
  type PublicationExtras,
  type PublishRequest,
  type ReplyError,
} from '@belfry/protocol';
import { controlSend, controlTarget, openEnvelope } from './control-channel.ts';
import type { Namespace } from './namespaces.ts';
import { mayPublish } from './permissions.ts';
import { publishable } from './publication-format.ts';
import type { ProxiedPublication } from './proxy-plan.ts';
import { askPublish } from './proxying.ts';
import type { Session } from './session.ts';
import { channelProblem } from './subscribing.ts';

/** A publish whose channel is all right. */
interface Publish {
  readonly id: number;
  readonly channel: string;
  readonly payload: Payload;
  readonly namespace: Namespace;
}

export function publish(session: Session, id: number, request: PublishRequest): void {
  const { channel } = request;
  const named = channelProblem(session, channel);
  const format = 'error' in named ? '' : named.namespace.publicationFormat;
  const payload = publishable(format, request);
  if (payload === null) {
    session.fail(id, withMessage(replyErrors.badRequest, 'data is missing'));
    return;
  }
  const error =
    'error' in named
      ? named.error
      : start(session, { id, channel, payload, namespace: named.namespace });
  if (error !== null) session.fail(id, error);
}

function start(
  session: Session,
  asked: Omit<Publish, 'payload'> & { readonly payload: Payload | ReplyError },
): ReplyError | null {
  const { namespace, channel, payload } = asked;
  const subscribed = session.subscriptions.get(channel)?.state === 'live';
  const proxy = namespace.publishProxy;
  if (proxy === null && !mayPublish(session.identity, { namespace, channel, subscribed })) {
    return replyErrors.permissionDenied;
  }
  if ('code' in payload) return payload;
  const each = { ...asked, payload };
  // Being there is what entitles to speak, whatever else the options allow.
  if (namespace.queue && !subscribed) return replyErrors.permissionDenied;
  if (proxy !== null) askPublish(session, each, proxy);
  else if (namespace.queue) return sendToActor(session, each);
  else publishOnChannel(session, each, AS_IT_IS);
  return null;
}

const AS_IT_IS: ProxiedPublication = {
  payload: null,
  skipHistory: false,
  delta: false,
  options: {},
};

/** Publishes what a backend allowed, as it wants it; `null`: as it is. An error: it cannot be. */
export function publishDecided(
  session: Session,
  asked: Pick<Publish, 'id' | 'channel' | 'payload'>,
  decided: ProxiedPublication | null,
): ReplyError | null {
  const namespace = session.context.namespaces.of(asked.channel);
  if (namespace === undefined) return replyErrors.unknownChannel;
  const payload =
    decided === null || decided.payload === null
      ? asked.payload
      : publishable(namespace.publicationFormat, decided.payload);
  // The client did nothing wrong.
  if (payload === null || 'code' in payload) return replyErrors.internal;
  const each = { ...asked, payload, namespace };
  if (namespace.queue) return sendToActor(session, each);
  publishOnChannel(session, each, decided ?? AS_IT_IS);
  return null;
}

/** The body of what a client publishes. */
function bodyOf({ data, b64data }: Payload, extras: PublicationExtras): string {
  return b64data === undefined
    ? encodePublication(data ?? 'null', extras)
    : encodeBinaryPublication(b64data, extras);
}

function publishOnChannel(
  session: Session,
  { id, channel, payload, namespace }: Publish,
  { skipHistory, tags, delta, options }: ProxiedPublication,
): void {
  const cost = 512 + payloadLength(payload);
  const infoJson = session.infoFor(session.subscriptions.get(channel));
  session.begin(cost);
  session.perform({
    type: 'publish',
    id,
    cost,
    channel,
    body: bodyOf(payload, { infoJson, delta, ...(tags === undefined ? {} : { tags }) }),
    history: skipHistory ? { ...namespace.history, size: 0, ttlMs: 0 } : namespace.history,
    options,
  });
}

function sendToActor(
  session: Session,
  { id, channel, payload, namespace }: Publish,
): ReplyError | null {
  const { data } = payload;
  if (data === undefined) return withMessage(replyErrors.badRequest, 'data is not JSON');
  const target = controlTarget(session.context.kinds, channel);
  if (target === null) return replyErrors.unknownChannel;
  const message = namespace.clientMessageIds ? openEnvelope(data) : { dataJson: data, id: null };
  const problem = target.kind.validate(JSON.parse(message.dataJson));
  if (problem !== null) return withMessage(replyErrors.badRequest, problem);
  const cost = 512 + data.length;
  session.begin(cost);
  session.perform({ type: 'send', id, cost, channel, send: controlSend(target, message, session) });
  return null;
}
