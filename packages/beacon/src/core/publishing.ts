import {
  disconnects,
  encodeBinaryPublication,
  encodePublication,
  payloadLength,
  replyErrors,
  withMessage,
  type Payload,
  type PublishRequest,
  type ReplyError,
} from '@belfry/protocol';
import { controlSend, controlTarget, openEnvelope } from './control-channel.ts';
import type { Namespace } from './namespaces.ts';
import { mayPublish } from './permissions.ts';
import { publishable } from './publication-format.ts';
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
    session.close(disconnects.badRequest);
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
  if (!mayPublish(session.identity, { namespace, channel, subscribed })) {
    return replyErrors.permissionDenied;
  }
  if ('code' in payload) return payload;
  const each = { ...asked, payload };
  if (!namespace.queue) {
    publishOnChannel(session, each);
    return null;
  }
  // Being there is what entitles to speak, whatever else the options allow.
  return subscribed ? sendToActor(session, each) : replyErrors.permissionDenied;
}

/** The body of what a client publishes. */
function bodyOf({ data, b64data }: Payload, infoJson: string): string {
  return b64data === undefined
    ? encodePublication(data ?? 'null', { infoJson })
    : encodeBinaryPublication(b64data, { infoJson });
}

function publishOnChannel(session: Session, { id, channel, payload, namespace }: Publish): void {
  const cost = 512 + payloadLength(payload);
  const infoJson = session.infoFor(session.subscriptions.get(channel));
  session.begin(cost);
  session.perform({
    type: 'publish',
    id,
    cost,
    channel,
    body: bodyOf(payload, infoJson),
    history: namespace.history,
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
