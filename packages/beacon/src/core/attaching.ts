import {
  disconnects,
  replyErrors,
  subscribeFlags,
  unsubscribes,
  type RecoverRequest,
  type ReplyError,
  type SubscribeResult,
} from '@belfry/protocol';
import type { HistoryReply, PresenceEvents } from '@belfry/store';
import type { SubscriptionClaims } from './claims.ts';
import { controlEvents, controlTarget } from './control-channel.ts';
import { deliverRecovered, prepareDelivery, wantsOf } from './delivering.ts';
import type { AttachOutcome } from './effects.ts';
import { expiryOf } from './expiry.ts';
import type { Namespace } from './namespaces.ts';
import { historyNeed, recoverCache, recoverStream } from './recovery.ts';
import { askSubRefresh } from './proxying.ts';
import type { Session } from './session.ts';
import { MAX_BACKLOG, type Grant, type Subscription } from './subscription.ts';

/** What a subscription gets by its namespace and its token. */
export function grantFor(
  namespace: Namespace,
  claims: SubscriptionClaims & { readonly expireAt: number },
): Grant {
  const { overrides } = claims;
  const recovery = (overrides.recovery ?? namespace.forceRecovery) && !namespace.queue;
  const positioning = (overrides.positioning ?? namespace.forcePositioning) && !namespace.queue;
  return {
    presence: overrides.presence ?? namespace.presence,
    joinLeave: (overrides.joinLeave ?? namespace.joinLeave) && !namespace.queue,
    pushJoinLeave: overrides.pushJoinLeave ?? namespace.pushJoinLeave,
    recovery,
    positioning: recovery || positioning,
    expireAt: claims.expireAt,
    infoJson: claims.infoJson,
    dataJson: claims.dataJson,
  };
}

/** A subscription that is to be set up. */
interface Setup {
  readonly grant: Grant;
  readonly request: RecoverRequest;
}

/** The messages that presence there becomes; `null`: none. */
function eventsOf(session: Session, subscription: Subscription): PresenceEvents | null {
  if (!subscription.namespace.presenceEvents) return null;
  const target = controlTarget(session.context.kinds, subscription.channel);
  return target === null ? null : controlEvents(target, session);
}

/** Begins to set a subscription up. An error: it may not be. */
export function startAttach(
  session: Session,
  subscription: Subscription,
  { grant, request }: Setup,
): ReplyError | null {
  const { namespace, channel } = subscription;
  const { context } = session;
  if (namespace.queue) {
    if (controlTarget(context.kinds, channel) === null) return replyErrors.unknownChannel;
    if (session.user === '') return replyErrors.permissionDenied;
  }
  const problem = prepareDelivery(session, subscription, grant);
  if (problem !== null) return problem;
  subscription.grant = grant;
  subscription.expireAt = grant.expireAt;
  context.hub.add(subscription);
  const filtered = (subscription.delivery?.filter ?? null) !== null;
  const limit = context.limits.recoveryLimit;
  const need = historyNeed(grant, request, { namespace, limit, filtered });
  session.perform({ type: 'attach', subscription, need, events: eventsOf(session, subscription) });
  return null;
}

/**
 * Setting a subscription up has ended, well or not: what its client is told. `null`: nobody is there to be told. One that is not to be
 * is ended and undone here.
 */
export function settleAttach(
  session: Session,
  subscription: Subscription,
  outcome: AttachOutcome,
): SubscribeResult | ReplyError | null {
  const wanted = session.state !== 'closed' && subscription.state === 'pending';
  const result = wanted ? judge(session, subscription, outcome) : null;
  if (result === null || 'code' in result) {
    const why = result === null ? undefined : { code: result.code, reason: result.message };
    session.end(subscription, why);
    session.perform({ type: 'detach', subscription, announce: false });
    return result;
  }
  subscription.isAttached = true;
  const { stats } = session.context;
  if (result.wasRecovering && result.recoverable) {
    if (result.recovered) stats.recovered++;
    else stats.unrecovered++;
  }
  // A client that is told would refresh by itself.
  const told = subscription.namespace.subRefreshProxy === null;
  const expiry = told ? expiryOf(subscription.expireAt, session.context.now()) : null;
  return expiry === null ? result : { ...result, expiry };
}

function judge(
  session: Session,
  subscription: Subscription,
  outcome: AttachOutcome,
): SubscribeResult | ReplyError {
  if (!outcome.ok) return outcome.error;
  const request = subscription.serverSide
    ? recoveryOf(session, subscription)
    : subscription.asked?.request;
  const result = resultOf(subscription, outcome.history, request);
  return unacceptable(subscription, result) ?? result;
}

/** From the beginning. */
export const FROM_START: RecoverRequest = { recover: true, offset: 0, epoch: '' };

/** What a server-side subscription recovers. */
function recoveryOf(session: Session, subscription: Subscription): RecoverRequest | undefined {
  if (subscription.grant?.cacheRecover === true) return FROM_START;
  const { call, channel } = subscription;
  return call?.recover ?? session.connecting?.request.subs.get(channel);
}

function unacceptable(subscription: Subscription, result: SubscribeResult): ReplyError | null {
  // More than can be kept came meanwhile: the client tries again.
  if ((subscription.backlog?.length ?? 0) > MAX_BACKLOG) return replyErrors.internal;
  const flag = subscription.asked?.request.flag ?? 0;
  const strict = (flag & subscribeFlags.rejectUnrecovered) !== 0 && result.recoverable;
  const failed =
    strict && !subscription.namespace.cacheRecovery && result.wasRecovering && !result.recovered;
  return failed ? replyErrors.unrecoverablePosition : null;
}

/** Sets the position and says what the client gets. What came meanwhile follows by `goLive`. */
function resultOf(
  subscription: Subscription,
  history: HistoryReply | null,
  request: RecoverRequest | undefined,
): SubscribeResult {
  const { grant, namespace, delivery } = subscription;
  const recoverable = grant?.recovery ?? false;
  const result = {
    recoverable,
    positioned: grant?.positioning ?? false,
    offset: 0,
    epoch: '',
    publications: [],
    wasRecovering: request?.recover ?? false,
    recovered: false,
    ...(delivery?.delta === true ? { delta: true } : {}),
    ...(grant?.dataJson === undefined ? {} : { dataJson: grant.dataJson }),
  };
  if (history === null) return result;
  subscription.offset = history.offset;
  subscription.epoch = history.epoch;
  const positioned = { ...result, offset: history.offset, epoch: history.epoch };
  if (!recoverable || request === undefined || !request.recover) return positioned;
  const wants = wantsOf(delivery);
  const recovery = namespace.cacheRecovery
    ? recoverCache(request, history, wants)
    : recoverStream(request, history, wants);
  return {
    ...positioned,
    ...deliverRecovered(subscription, recovery, history.epoch),
    // Where the client was: what it recovers takes it further, one publication after the other.
    ...(recovery.recovered ? { offset: request.offset } : {}),
  };
}

/** From now on publications go to the client; first those that came while it was being set up. */
export function goLive(session: Session, subscription: Subscription): void {
  if (subscription.state !== 'pending') return;
  const { backlog, grant, namespace } = subscription;
  subscription.state = 'live';
  subscription.backlog = null;
  subscription.asked = null;
  if (grant?.presence === true) {
    subscription.presenceAt = session.context.now() + namespace.presenceUpdateMs;
  }
  noteTimes(session, subscription);
  if (grant?.joinLeave === true) session.perform({ type: 'announce-join', subscription });
  for (const live of backlog ?? []) session.deliver(subscription, live);
  if (takesAll(subscription)) subscription.direct = session.transport;
  if (subscription.ending !== null) session.unsubscribe(subscription, subscription.ending);
}

/** Whether whatever is published goes to the client, and leaves nothing to be remembered. */
function takesAll({ state, delivery, grant, namespace }: Subscription): boolean {
  const positioned = grant?.positioning === true;
  return state === 'live' && delivery === null && !positioned && !namespace.excludePublisher;
}

/** When a subscription wants attention next. */
function attentionAt(session: Session, subscription: Subscription): number {
  const presence =
    subscription.presenceAt === 0 ? Number.POSITIVE_INFINITY : subscription.presenceAt;
  if (subscription.expireAt === 0) return presence;
  return Math.min(presence, expiresAt(session, subscription));
}

/** When a subscription ends, or a backend is asked whether it has to, in ms. */
function expiresAt(session: Session, { expireAt, namespace }: Subscription): number {
  const grace = namespace.subRefreshProxy === null ? session.context.limits.expiredSubCloseMs : 0;
  return expireAt * 1000 + grace;
}

/** Makes the session look after a subscription in time. */
export function noteTimes(session: Session, subscription: Subscription): void {
  const at = attentionAt(session, subscription);
  if (at >= session.subscriptionsAt) return;
  session.subscriptionsAt = at;
  session.reschedule();
}

/** Renews presence and ends what has expired. */
export function renew(session: Session, now: number): void {
  let next = Number.POSITIVE_INFINITY;
  for (const subscription of session.subscriptions.values()) {
    if (subscription.state !== 'live') continue;
    if (subscription.expireAt > 0 && now >= expiresAt(session, subscription)) {
      if (subscription.namespace.subRefreshProxy !== null) {
        askSubRefresh(session, subscription, now);
      } else if (subscription.serverSide) {
        session.close(disconnects.subscriptionExpired);
        return;
      } else {
        session.unsubscribe(subscription, unsubscribes.expired);
        continue;
      }
    }
    if (subscription.presenceAt !== 0 && now >= subscription.presenceAt) {
      subscription.presenceAt = now + subscription.namespace.presenceUpdateMs;
      const events = eventsOf(session, subscription);
      session.perform({ type: 'renew-presence', subscription, events });
    }
    next = Math.min(next, attentionAt(session, subscription));
  }
  session.subscriptionsAt = next;
}
