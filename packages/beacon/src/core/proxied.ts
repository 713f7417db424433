import { disconnects, unsubscribes } from '@belfry/protocol';
import { noteTimes } from './attaching.ts';
import type { ConnectionClaims } from './claims.ts';
import { accept, acceptWithoutToken, closeTime, refuse } from './connecting.ts';
import type { EffectOf } from './effects.ts';
import { secondsLeft } from './expiry.ts';
import { tellGone, tellUnsubscribed } from './hooks.ts';
import {
  UNSUBSCRIBED_BY_DISCONNECT,
  type ProxyAnswer,
  type ProxyOutcome,
  type ProxyResults,
  type Renewal,
} from './proxy-plan.ts';
import { askNextPublish, noteMeta } from './proxying.ts';
import { publishDecided } from './publishing.ts';
import type { Session } from './session.ts';
import { giveUp, proceed } from './subscribing.ts';

/** What becomes of the answers of backends. What they are asked: proxying.ts. */

type Asked = EffectOf<'proxy'>;

/** The answer to a `proxy`. */
export function proxied(session: Session, effect: Asked, answer: ProxyAnswer): void {
  switch (answer.use) {
    case 'connect':
      connectDecided(session, answer.outcome);
      return;
    case 'refresh':
      refreshDecided(session, answer.outcome);
      return;
    case 'subscribe':
      subscribeDecided(session, effect, answer.outcome);
      return;
    case 'publish':
      publishAnswered(session, effect, answer.outcome);
      return;
    case 'rpc':
      rpcAnswered(session, effect, answer.outcome);
      return;
    case 'sub_refresh':
      subRefreshDecided(session, effect, answer.outcome);
  }
}

function connectDecided(session: Session, outcome: ProxyOutcome<ConnectionClaims>): void {
  if (session.state === 'closed') {
    if (outcome.type !== 'result' || outcome.result === null) return;
    session.user = outcome.result.user;
    noteMeta(session, outcome.result.metaJson);
    tellGone(session);
    return;
  }
  switch (outcome.type) {
    case 'disconnect':
      session.close(outcome.disconnect);
      return;
    case 'error':
    case 'failed':
      refuse(session, outcome.error);
      return;
    case 'result':
      if (outcome.result === null) acceptWithoutToken(session);
      else accept(session, { ...outcome.result, isFromBackend: true });
  }
}

/** Whether something goes on; of what does not, its end is the caller's business. */
function goesOn(session: Session, renewal: Renewal | null): renewal is Renewal {
  if (renewal === null || renewal.expired) return false;
  return renewal.expireAt === 0 || secondsLeft(renewal.expireAt, session.context.now()) > 0;
}

function refreshDecided(session: Session, outcome: ProxyOutcome<ProxyResults['refresh']>): void {
  // After a failure it is asked again in time.
  if (session.state !== 'connected' || outcome.type === 'failed') return;
  const result = outcome.type === 'result' ? outcome.result : null;
  // What has expired goes on until a time that is told, or not at all.
  if (!goesOn(session, result) || result.expireAt === 0) {
    session.close(outcome.type === 'disconnect' ? outcome.disconnect : disconnects.expired);
    return;
  }
  session.infoJson = result.infoJson ?? session.infoJson;
  session.capabilities = result.capabilities ?? session.capabilities;
  noteMeta(session, result.metaJson);
  session.closeAt = closeTime(session, result.expireAt);
  session.reschedule();
}

function subscribeDecided(
  session: Session,
  { subscription }: Asked,
  outcome: ProxyOutcome<ProxyResults['subscribe']>,
): void {
  if (subscription === null) return;
  if (subscription.state !== 'pending') {
    if (outcome.type !== 'result') return;
    tellUnsubscribed(session, subscription, UNSUBSCRIBED_BY_DISCONNECT);
    return;
  }
  switch (outcome.type) {
    case 'disconnect':
      session.close(outcome.disconnect);
      return;
    case 'error':
    case 'failed':
      giveUp(session, subscription, outcome.error);
      return;
    case 'result':
      subscription.isKnown = true;
      proceed(session, subscription, outcome.result ?? { overrides: {}, expireAt: 0 });
  }
}

function publishAnswered(
  session: Session,
  effect: Asked,
  outcome: ProxyOutcome<ProxyResults['publish']>,
): void {
  const { id, cost, channel, payload } = effect;
  session.settle(cost);
  switch (outcome.type) {
    case 'disconnect':
      session.close(outcome.disconnect);
      break;
    case 'error':
    case 'failed':
      session.fail(id, outcome.error);
      break;
    case 'result': {
      // Also when the client has gone: its backend was told that it is published.
      const error = publishDecided(session, { id, channel, payload }, outcome.result);
      if (error !== null) session.fail(id, error);
    }
  }
  askNextPublish(session, channel);
}

function rpcAnswered(
  session: Session,
  effect: Asked,
  outcome: ProxyOutcome<ProxyResults['rpc']>,
): void {
  const { id } = effect;
  switch (outcome.type) {
    case 'disconnect':
      session.settle(effect.cost);
      session.close(outcome.disconnect);
      return;
    case 'error':
    case 'failed':
      session.answered(effect, { type: 'error', id, error: outcome.error });
      return;
    case 'result': {
      const { data, b64data } = outcome.result ?? {};
      session.answered(effect, {
        type: 'rpc',
        id,
        ...(data === undefined ? {} : { dataJson: data }),
        ...(b64data === undefined ? {} : { b64data }),
      });
    }
  }
}

function subRefreshDecided(
  session: Session,
  { subscription }: Asked,
  outcome: ProxyOutcome<Renewal>,
): void {
  if (subscription === null || subscription.state !== 'live') return;
  // It is asked again in time.
  if (outcome.type === 'failed') return;
  const result = outcome.type === 'result' ? outcome.result : null;
  if (goesOn(session, result)) {
    subscription.expireAt = result.expireAt;
    if (subscription.grant !== null && result.infoJson !== undefined) {
      subscription.grant = { ...subscription.grant, infoJson: result.infoJson };
    }
    noteTimes(session, subscription);
  } else if (outcome.type === 'disconnect') {
    session.close(outcome.disconnect);
  } else if (subscription.serverSide) {
    session.close(disconnects.subscriptionExpired);
  } else {
    session.unsubscribe(subscription, unsubscribes.expired);
  }
}
