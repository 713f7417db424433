import {
  disconnects,
  replyErrors,
  withMessage,
  type Disconnect,
  type RecoverRequest,
  type ReplyError,
  type SubscribeResult,
  type Unsubscribed,
} from '@belfry/protocol';
import { goLive, grantFor, startAttach } from './attaching.ts';
import type { Overrides } from './claims.ts';
import { closeTime } from './connecting.ts';
import { expiryOf, secondsLeft } from './expiry.ts';
import { isChannelName } from './namespaces.ts';
import type { Session } from './session.ts';
import { Subscription } from './subscription.ts';
import { PreparedPush } from './transport.ts';

/** Which of a user's connections are meant. Absent: all. */
export interface SessionFilter {
  readonly client?: string | undefined;
  /** The secret `session` of its connect reply. */
  readonly session?: string | undefined;
  /** Clients that are not meant. */
  readonly except?: readonly string[] | undefined;
  /** Only connections that began before this one; of those that began at once, the ids decide. */
  readonly olderThan?: { readonly since: number; readonly client: string } | undefined;
}

function isOlder(
  { state, since, client }: Session,
  than: NonNullable<SessionFilter['olderThan']>,
): boolean {
  if (state !== 'connected') return false;
  return since === than.since ? client < than.client : since < than.since;
}

export function isMeant(session: Session, filter: SessionFilter): boolean {
  const { client, session: id, except, olderThan } = filter;
  if (olderThan !== undefined && !isOlder(session, olderThan)) return false;
  if (client !== undefined && client !== '' && client !== session.client) return false;
  if (id !== undefined && id !== '' && id !== session.sessionId) return false;
  return except === undefined || !except.includes(session.client);
}

/** How the server subscribes a connection. */
export interface ServerSubscribe {
  readonly infoJson?: string;
  /** For the client, with the push. */
  readonly dataJson?: string;
  /** Unix seconds; absent or 0: never. */
  readonly expireAt?: number;
  readonly overrides: Overrides;
  /** Bring what was published after this. */
  readonly since?: { readonly offset: number; readonly epoch: string };
}

/** Who asked the server for a subscription, until it is set up. */
export interface ServerCall {
  readonly recover: RecoverRequest;
  /** Told once how it went; `null`: well, or the connection is gone. */
  readonly done: (error: ReplyError | null) => void;
}

function obstacle(session: Session, channel: string): ReplyError | null {
  const { namespaces, limits } = session.context;
  const namespace = namespaces.of(channel);
  if (namespace === undefined) return replyErrors.unknownChannel;
  if (channel.length > namespaces.maxChannelLength || !isChannelName(namespace, channel)) {
    return withMessage(replyErrors.badRequest, `${channel} is not a channel's name`);
  }
  if (limits.channelLimit > 0 && session.subscriptions.size >= limits.channelLimit) {
    const { client } = session;
    const problem = `client ${client} is on ${limits.channelLimit} channels, as many as it may be`;
    return withMessage(replyErrors.limitExceeded, problem);
  }
  return null;
}

function endProblem({ context }: Session, expireAt: number): ReplyError | null {
  return expireAt > 0 && secondsLeft(expireAt, context.now()) <= 0 ? replyErrors.expired : null;
}

/**
 * Puts a connection on a channel, whatever it may do by itself, and pushes that to its client. One that is there already stays as it
 * is. `done` is told once how it went.
 */
export function serverSubscribe(
  session: Session,
  channel: string,
  { done, ...options }: ServerSubscribe & Pick<ServerCall, 'done'>,
): void {
  if (session.state !== 'connected' || session.subscriptions.has(channel)) {
    done(null);
    return;
  }
  const namespace = session.context.namespaces.of(channel);
  const problem = obstacle(session, channel) ?? endProblem(session, options.expireAt ?? 0);
  if (problem !== null || namespace === undefined) {
    done(problem);
    return;
  }
  const { since, expireAt = 0 } = options;
  const recover = {
    recover: since !== undefined,
    offset: since?.offset ?? 0,
    epoch: since?.epoch ?? '',
  };
  const subscription = new Subscription(session, { channel, namespace, serverSide: true });
  subscription.call = { recover, done };
  session.track(subscription);
  const grant = grantFor(namespace, { ...options, expireAt });
  const error = startAttach(session, subscription, { grant, request: recover });
  if (error === null) return;
  session.end(subscription);
  done(error);
}

/** What `serverSubscribe` began is set up, or cannot be; `null`: the connection or the subscription has gone meanwhile. */
export function serverCallAttached(
  session: Session,
  subscription: Subscription,
  result: SubscribeResult | ReplyError | null,
): void {
  const { call } = subscription;
  subscription.call = null;
  if (result === null || 'code' in result) {
    call?.done(result);
    return;
  }
  // There is no place for an end in the push, and no way to refresh.
  const { publications, expiry: _end, ...rest } = result;
  const { channel } = subscription;
  const pushed = { ...rest, publications: [], recovered: false, wasRecovering: false };
  session.transport.push(new PreparedPush({ type: 'subscribe', channel, result: pushed }));
  // The push has no place for them.
  for (const publication of publications) {
    session.context.stats.pushesSent++;
    session.transport.push(new PreparedPush({ type: 'publication', channel, publication }));
  }
  goLive(session, subscription);
  call?.done(null);
}

/** Takes a connection off a channel (`''`: off all) and tells its client. One that is still being set up goes as soon as it is. */
export function serverUnsubscribe(
  session: Session,
  channel: string,
  unsubscribed: Unsubscribed,
): void {
  const one = session.subscriptions.get(channel);
  const meant = channel === '' ? session.subscriptions.values() : one === undefined ? [] : [one];
  for (const subscription of meant) {
    if (subscription.state === 'live') session.unsubscribe(subscription, unsubscribed);
    else subscription.ending = unsubscribed;
  }
}

/** Ends a connection. */
export function serverDisconnect(session: Session, disconnect: Disconnect): void {
  session.close(disconnect);
}

/** What the server changes of a connection. */
export interface ServerRefresh {
  /** End it, as one that has expired. */
  readonly expired?: boolean;
  /** Unix seconds; absent or 0: it does not expire any more. */
  readonly expireAt?: number;
  readonly infoJson?: string;
}

/** Changes when a connection expires, and tells its client. */
export function serverRefresh(
  session: Session,
  { expired = false, expireAt = 0, infoJson }: ServerRefresh,
): void {
  if (session.state !== 'connected') return;
  const now = session.context.now();
  if (expired || (expireAt > 0 && secondsLeft(expireAt, now) <= 0)) {
    session.close(disconnects.expired);
    return;
  }
  if (infoJson !== undefined) session.infoJson = infoJson;
  session.closeAt = closeTime(session, expireAt);
  session.reschedule();
  const expiry = expiryOf(expireAt, now) ?? { expires: false, ttl: 0 };
  session.transport.push(new PreparedPush({ type: 'refresh', expiry }));
}
