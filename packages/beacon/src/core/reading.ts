import {
  replyErrors,
  withMessage,
  type Command,
  type HistoryRequest,
  type ReplyError,
} from '@belfry/protocol';
import type { Namespace } from './namespaces.ts';
import { mayReadHistory, mayReadPresence } from './permissions.ts';
import type { Session } from './session.ts';
import { channelProblem } from './subscribing.ts';

const COST = 512;

function isOn(session: Session, channel: string): boolean {
  return session.subscriptions.get(channel)?.state === 'live';
}

function presenceProblem(
  session: Session,
  channel: string,
  namespace: Namespace,
): ReplyError | null {
  // Who is at an actor is the actor's business.
  if (!namespace.presence || namespace.queue) return replyErrors.notAvailable;
  const standing = { namespace, channel, subscribed: isOn(session, channel) };
  return mayReadPresence(session.identity, standing) ? null : replyErrors.permissionDenied;
}

export function askPresence(
  session: Session,
  command: Extract<Command, { type: 'presence' | 'presence_stats' }>,
): void {
  const { id, type } = command;
  const { channel } = command.request;
  const named = channelProblem(session, channel);
  const error = 'error' in named ? named.error : presenceProblem(session, channel, named.namespace);
  if (error !== null) {
    session.fail(id, error);
    return;
  }
  session.begin(COST);
  session.perform({ type, id, cost: COST, channel });
}

function historyProblem(
  session: Session,
  channel: string,
  namespace: Namespace,
): ReplyError | null {
  if (namespace.history.size === 0 || namespace.queue) return replyErrors.notAvailable;
  const standing = { namespace, channel, subscribed: isOn(session, channel) };
  return mayReadHistory(session.identity, standing) ? null : replyErrors.permissionDenied;
}

export function askHistory(session: Session, id: number, request: HistoryRequest): void {
  const { channel, reverse, since } = request;
  const named = channelProblem(session, channel);
  const error = 'error' in named ? named.error : historyProblem(session, channel, named.namespace);
  if (error !== null || 'error' in named) {
    session.fail(id, error ?? replyErrors.internal);
    return;
  }
  if (reverse && since?.offset === 0) {
    session.fail(id, withMessage(replyErrors.badRequest, 'nothing is before offset 0'));
    return;
  }
  const most = session.context.limits.historyLimit;
  const limit =
    most > 0 && (request.limit < 0 || request.limit > most) ? most : Math.max(request.limit, -1);
  session.begin(COST);
  session.perform({
    type: 'history',
    id,
    cost: COST,
    channel,
    limit,
    since: since ?? null,
    reverse,
    metaTtlMs: Math.min(named.namespace.history.metaTtlMs, session.context.limits.askedPositionMs),
  });
}
