import {
  disconnects,
  payloadLength,
  replyErrors,
  withMessage,
  type ChannelRequest,
  type ReplyError,
  type SubscribeRequest,
  type SubscribeResult,
  type TokenRequest,
} from '@belfry/protocol';
import { goLive, grantFor, noteTimes, startAttach } from './attaching.ts';
import type { SubscriptionClaims, SubscriptionTokenClaims, TokenFault } from './claims.ts';
import { isKnownDelta } from './delivering.ts';
import type { EffectOf } from './effects.ts';
import { expiryOf, secondsLeft } from './expiry.ts';
import { isChannelName, isPrivateChannel, type Namespace } from './namespaces.ts';
import { mayReadHistory, mayReadPresence, maySubscribe } from './permissions.ts';
import { askSubscribe, isForProxy } from './proxying.ts';
import type { Session } from './session.ts';
import { Subscription, type Grant } from './subscription.ts';

/** What a client is told of a subscription token. */
const TOKEN_ERRORS: Readonly<Record<TokenFault, ReplyError>> = {
  expired: replyErrors.tokenExpired,
  invalid: replyErrors.permissionDenied,
  unavailable: replyErrors.internal,
};

/** With an error that is not temporary SDKs would give the subscription up, though their next token may be good. */
const EXPIRED_ON_THE_WAY: ReplyError = { ...replyErrors.tokenExpired, temporary: true };

/** What the client asked for beyond that, and may have. */
function widen(session: Session, grant: Grant, asked: SubscribeRequest): Grant {
  const namespace = session.context.namespaces.of(asked.channel);
  if (namespace === undefined || namespace.queue) return grant;
  const standing = { namespace, channel: asked.channel, subscribed: true };
  const history = mayReadHistory(session.identity, standing);
  const recovery = grant.recovery || (asked.recoverable && (namespace.allowRecovery || history));
  const positioning = asked.positioned && (namespace.allowPositioning || history);
  const joins =
    asked.joinLeave && namespace.joinLeave && mayReadPresence(session.identity, standing);
  return {
    ...grant,
    recovery,
    positioning: recovery || grant.positioning || positioning,
    pushJoinLeave: grant.pushJoinLeave || joins,
  };
}

/** What is wrong with a channel's name; `null`: nothing. */
export function channelProblem(
  session: Session,
  channel: string,
): { readonly error: ReplyError } | { readonly namespace: Namespace } {
  const { namespaces } = session.context;
  if (channel.length > namespaces.maxChannelLength) {
    const problem = `channel is longer than ${namespaces.maxChannelLength} characters`;
    return { error: withMessage(replyErrors.badRequest, problem) };
  }
  const namespace = namespaces.of(channel);
  if (namespace === undefined) return { error: replyErrors.unknownChannel };
  return isChannelName(namespace, channel) ? { namespace } : { error: replyErrors.badRequest };
}

function subscribeProblem(session: Session, request: SubscribeRequest): ReplyError | null {
  const { channelLimit } = session.context.limits;
  if (session.subscriptions.has(request.channel)) return replyErrors.alreadySubscribed;
  if (channelLimit > 0 && session.subscriptions.size >= channelLimit) {
    return replyErrors.limitExceeded;
  }
  // Better than silently sending what was to be filtered out.
  if (request.type !== 0) return replyErrors.notAvailable;
  return null;
}

/** Whether the client is on a channel, or may come without a token for it. */
export function mayBeOn(session: Session, channel: string): boolean {
  if (session.subscriptions.get(channel)?.state === 'live') return true;
  const named = channelProblem(session, channel);
  if ('error' in named || isPrivateChannel(channel)) return false;
  const { namespace } = named;
  if ((namespace.queue && session.user === '') || isForProxy(namespace, channel)) return false;
  return maySubscribe(session.identity, namespace, channel);
}

export function startSubscribe(session: Session, id: number, request: SubscribeRequest): void {
  if (!isKnownDelta(request.delta)) {
    session.close(disconnects.badRequest);
    return;
  }
  const named = channelProblem(session, request.channel);
  const error = 'error' in named ? named.error : subscribeProblem(session, request);
  if (error !== null || 'error' in named) {
    session.fail(id, error ?? replyErrors.internal);
    return;
  }
  const { namespace } = named;
  const { channel, token } = request;
  if (token === '' && isPrivateChannel(channel)) {
    session.fail(id, replyErrors.permissionDenied);
    return;
  }
  const forProxy = token === '' && isForProxy(namespace, channel);
  if (token === '' && !forProxy && !maySubscribe(session.identity, namespace, channel)) {
    session.fail(id, replyErrors.permissionDenied);
    return;
  }
  const subscription = new Subscription(session, { channel, namespace, serverSide: false });
  subscription.asked = { id, request };
  session.track(subscription);
  session.begin(costOf(request));
  if (forProxy) {
    askSubscribe(session, subscription);
  } else if (token === '') {
    proceed(session, subscription, { overrides: {}, expireAt: 0 });
  } else {
    session.perform({ type: 'verify', use: 'subscribe', id, token, channel });
  }
}

export function subscriptionVerified(
  session: Session,
  channel: string,
  result: SubscriptionTokenClaims | TokenFault,
): void {
  const subscription = session.subscriptions.get(channel);
  if (subscription === undefined || subscription.state !== 'pending') return;
  if (typeof result === 'string') {
    giveUp(session, subscription, TOKEN_ERRORS[result]);
    return;
  }
  if (!isTokenOf(session, channel, result)) {
    session.close(disconnects.invalidToken);
    return;
  }
  subscription.token = result.token ?? null;
  proceed(session, subscription, result);
}

function isTokenOf(session: Session, channel: string, claims: SubscriptionTokenClaims): boolean {
  return (
    claims.channel === channel &&
    claims.user === session.user &&
    (claims.client === '' || claims.client === session.client)
  );
}

export function proceed(
  session: Session,
  subscription: Subscription,
  claims: SubscriptionClaims & { readonly expireAt: number },
): void {
  const { asked } = subscription;
  if (asked === null) return;
  if (claims.expireAt > 0 && secondsLeft(claims.expireAt, session.context.now()) <= 0) {
    giveUp(session, subscription, replyErrors.expired);
    return;
  }
  const grant = widen(session, grantFor(subscription.namespace, claims), asked.request);
  const recover =
    asked.request.recover || (subscription.namespace.autoCacheRecover && grant.recovery);
  const request = { ...asked.request, recover };
  subscription.asked = { ...asked, request };
  const error = startAttach(session, subscription, { grant, request });
  if (error !== null) giveUp(session, subscription, error);
}

/** What setting it up weighs. */
function costOf(request: SubscribeRequest): number {
  return 512 + request.token.length + payloadLength(request);
}

/** What a client asked for is not under way any more. */
function settle(session: Session, { asked }: Subscription): void {
  if (asked !== null) session.settle(costOf(asked.request));
}

/** Ends a subscription that could not be set up. */
export function giveUp(session: Session, subscription: Subscription, error: ReplyError): void {
  session.end(subscription, { code: error.code, reason: error.message });
  settle(session, subscription);
  if (subscription.asked !== null) session.fail(subscription.asked.id, error);
  session.runDeferred(subscription);
}

/** A subscription that a client asked for is set up, or cannot be. */
export function clientSideAttached(
  session: Session,
  subscription: Subscription,
  result: SubscribeResult | ReplyError,
): void {
  if ('code' in result) {
    giveUp(session, subscription, result);
    return;
  }
  settle(session, subscription);
  if (subscription.asked !== null) {
    session.reply({ type: 'subscribe', id: subscription.asked.id, result });
  }
  goLive(session, subscription);
  session.runDeferred(subscription);
}

export function startSubRefresh(
  session: Session,
  id: number,
  { channel, token }: ChannelRequest & TokenRequest,
): void {
  const subscription = session.subscriptions.get(channel);
  if (subscription?.state !== 'live') {
    session.fail(id, replyErrors.permissionDenied);
  } else if (subscription.namespace.subRefreshProxy !== null) {
    // Where a backend says how long subscriptions last, clients have nothing to say.
    session.close(disconnects.badRequest);
  } else if (token === '') {
    session.fail(id, replyErrors.badRequest);
  } else {
    session.perform({ type: 'verify', use: 'sub_refresh', id, token, channel });
  }
}

export function subscriptionRefreshed(
  session: Session,
  { id, channel }: EffectOf<'verify'>,
  result: SubscriptionTokenClaims | TokenFault,
): void {
  if (result === 'expired' || result === 'unavailable') {
    session.fail(id, result === 'expired' ? EXPIRED_ON_THE_WAY : replyErrors.internal);
    return;
  }
  if (result === 'invalid' || !isTokenOf(session, channel, result)) {
    session.close(disconnects.invalidToken);
    return;
  }
  const now = session.context.now();
  if (result.expireAt > 0 && secondsLeft(result.expireAt, now) <= 0) {
    session.fail(id, replyErrors.expired);
    return;
  }
  const subscription = session.subscriptions.get(channel);
  if (subscription?.state === 'live' && subscription.grant !== null) {
    subscription.expireAt = result.expireAt;
    subscription.token = result.token ?? null;
    subscription.grant = { ...subscription.grant, infoJson: result.infoJson };
    noteTimes(session, subscription);
  }
  session.reply({
    type: 'sub_refresh',
    id,
    expiry: expiryOf(result.expireAt, now) ?? { expires: false, ttl: 0 },
  });
}
