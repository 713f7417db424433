import {
  disconnects,
  replyErrors,
  type ConnectRequest,
  type Disconnect,
  type ReplyError,
  type SubscribeResult,
} from '@belfry/protocol';
import { FROM_START, goLive, grantFor, startAttach } from './attaching.ts';
import type { ConnectionClaims, SubscriptionClaims, TokenFault } from './claims.ts';
import { expiryOf, secondsLeft } from './expiry.ts';
import { isChannelName, isPrivateChannel } from './namespaces.ts';
import { maySubscribe } from './permissions.ts';
import type { Connecting, Session } from './session.ts';
import { askConnect, noteHeaders, noteMeta } from './proxying.ts';
import { Subscription } from './subscription.ts';
import { uniDisconnectOf } from './unidirectional.ts';

function isFault(result: ConnectionClaims | TokenFault): result is TokenFault {
  return typeof result === 'string';
}

/** Answers the connect command with an error and ends the connection. */
export function refuse(session: Session, error: ReplyError): void {
  const id = session.connecting?.id ?? 0;
  session.fail(id, error);
  const { uniDisconnects } = session.context;
  session.close(
    session.transport.info.unidirectional
      ? uniDisconnectOf(error, uniDisconnects)
      : disconnects.connectionClosed,
  );
}

export function connect(session: Session, id: number, request: ConnectRequest): void {
  session.state = 'connecting';
  session.connecting = { id, request, claims: null, results: new Map(), remaining: 0 };
  const { proxies } = session.context;
  noteHeaders(session, request.headers);
  if (request.token !== '') {
    session.perform({ type: 'verify', use: 'connect', id, token: request.token, channel: '' });
  } else if (proxies.connect) {
    askConnect(session, id);
  } else {
    acceptWithoutToken(session);
  }
}

/** Nobody says who the client is. */
export function acceptWithoutToken(session: Session): void {
  const { allowAnonymous, insecure } = session.context.limits;
  if (allowAnonymous || insecure) {
    accept(session, { user: '', expireAt: 0, subs: new Map(), capabilities: [] });
  } else {
    session.close(disconnects.badRequest);
  }
}

export function connectionVerified(session: Session, result: ConnectionClaims | TokenFault): void {
  if (isFault(result)) {
    if (result === 'expired') refuse(session, replyErrors.tokenExpired);
    else if (result === 'unavailable') refuse(session, replyErrors.internal);
    else session.close(disconnects.invalidToken);
  } else if (result.user === '' && session.context.limits.disallowAnonymousTokens) {
    session.close(disconnects.permissionDenied);
  } else {
    accept(session, session.context.limits.insecure ? { ...result, expireAt: 0 } : result);
  }
}

/** The subscriptions that the client wishes for and may have, beside those of its token; `null`: one is impossible. */
function wishedSubs(
  session: Session,
  claims: ConnectionClaims,
): Map<string, SubscriptionClaims> | null {
  const subs = new Map(claims.subs);
  const { personalPrefix } = session.context.limits;
  if (personalPrefix !== null && claims.user !== '') {
    const channel = personalPrefix + claims.user;
    if (!subs.has(channel)) subs.set(channel, { overrides: {} });
  }
  // A backend has been told of them, and has chosen.
  const wishes =
    claims.isFromBackend === true ? undefined : session.connecting?.request.subs.keys();
  for (const channel of wishes ?? []) {
    const namespace = session.context.namespaces.of(channel);
    if (namespace === undefined || channel === '') return null;
    if (subs.has(channel) || isPrivateChannel(channel)) continue;
    if (namespace.subscribeProxy !== null) continue;
    if (channel.length > session.context.namespaces.maxChannelLength) continue;
    if (!isChannelName(namespace, channel)) continue;
    if (maySubscribe(session.identity, namespace, channel)) subs.set(channel, { overrides: {} });
  }
  return subs;
}

function hasTooManyConnections({ user, context }: Session): boolean {
  const { userConnectionLimit: most } = context.limits;
  return most > 0 && user !== '' && context.hub.connectionsOf(user) >= most;
}

/** The client is who it says. */
export function accept(session: Session, claims: ConnectionClaims): void {
  const { connecting } = session;
  if (connecting === null) return;
  session.user = claims.user;
  session.infoJson = claims.infoJson;
  session.capabilities = claims.capabilities;
  session.token = claims.token ?? null;
  noteMeta(session, claims.metaJson);
  connecting.claims = claims;
  admitConnection(session);
}

/** Nothing that is known of the client keeps it from connecting; its limits may, or make it wait. */
export function admitConnection(session: Session): void {
  const { connecting, context } = session;
  if (connecting === null || connecting.claims === null) return;
  const verdict = context.rates?.connect(session) ?? 'go';
  if (verdict === 'refused') refuse(session, replyErrors.tooManyRequests);
  if (verdict === 'go') attachAll(session, connecting, connecting.claims);
}

function isRevoked({ token, user, context }: Session): boolean {
  if (token === null) return false;
  return context.revocations.isRevoked(token, { user, channel: null }, context.now());
}

function attachAll(session: Session, connecting: Connecting, claims: ConnectionClaims): void {
  const { context } = session;
  const { limits, hub } = context;
  if (context.revocations.isBlocked(claims.user, context.now())) {
    session.close(disconnects.permissionDenied);
    return;
  }
  // Its token was good when it was read; it may have waited for its user's limits since.
  if (isRevoked(session)) {
    session.close(disconnects.invalidToken);
    return;
  }
  const subs = wishedSubs(session, claims);
  if (subs === null) {
    session.close(disconnects.badRequest);
    return;
  }
  if (limits.channelLimit > 0 && subs.size > limits.channelLimit) {
    session.close(disconnects.channelLimit);
    return;
  }
  if (hasTooManyConnections(session)) {
    session.close(disconnects.connectionLimit);
    return;
  }
  if (claims.expireAt > 0 && secondsLeft(claims.expireAt, context.now()) < 0) {
    refuse(session, replyErrors.expired);
    return;
  }
  // From here on it is found by its user's name, so that whoever ends the user's connections ends this one too.
  hub.enter(session);
  connecting.remaining = subs.size;
  for (const [channel, sub] of subs) {
    if (session.state !== 'connecting') return;
    attachServerSide(session, channel, sub);
  }
  if (subs.size === 0) finish(session);
}

function attachServerSide(session: Session, channel: string, claims: SubscriptionClaims): void {
  const namespace = session.context.namespaces.of(channel);
  if (namespace === undefined) {
    refuse(session, replyErrors.unknownChannel);
    return;
  }
  const subscription = new Subscription(session, { channel, namespace, serverSide: true });
  const from = session.connecting?.claims;
  subscription.fromToken = from?.token !== undefined && from.subs.has(channel);
  session.track(subscription);
  const asked = session.connecting?.request.subs.get(channel);
  const grant = grantFor(namespace, { ...claims, expireAt: 0 });
  const wanted = claims.cacheRecover === true || namespace.autoCacheRecover;
  const cacheRecover = wanted && grant.recovery && namespace.cacheRecovery;
  const error = startAttach(session, subscription, {
    grant: cacheRecover ? { ...grant, cacheRecover } : grant,
    request: cacheRecover ? FROM_START : (asked ?? { recover: false, offset: 0, epoch: '' }),
  });
  if (error !== null) refuse(session, error);
}

/** A server-side subscription is set up; with an error, neither it nor the connection can be. */
export function serverSideAttached(
  session: Session,
  subscription: Subscription,
  result: SubscribeResult | ReplyError,
): void {
  const { connecting } = session;
  if (connecting === null) return;
  if ('code' in result) {
    refuse(session, result);
    return;
  }
  connecting.results.set(subscription.channel, result);
  connecting.remaining--;
  if (connecting.remaining === 0) finish(session);
}

/** Everything is there: answers, and begins the connection's life. */
function finish(session: Session): void {
  const { connecting, context } = session;
  if (connecting === null || connecting.claims === null) return;
  const { limits } = context;
  const now = context.now();
  const { expireAt, dataJson } = connecting.claims;
  // A client that is told would refresh by itself.
  const expiry = context.proxies.refresh ? null : expiryOf(expireAt, now);
  session.state = 'connected';
  session.connecting = null;
  session.closeAt = closeTime(session, expireAt);
  if (limits.pingIntervalMs > 0) {
    // Spread, so that connections that came together do not answer together.
    session.pingAt = now + limits.pingIntervalMs * (0.5 + context.random() / 2);
  }
  const reached = reachedBy(session);
  session.sessionId = reached.session;
  session.since = limits.singleConnection ? context.hub.succession.next(now) : now;
  session.reply({
    type: 'connect',
    id: connecting.id,
    result: {
      client: session.client,
      version: context.version,
      ...(expiry === null ? {} : { expiry }),
      ...(dataJson === undefined ? {} : { dataJson }),
      subs: connecting.results,
      ...pingsOf(session),
      ...reached,
      ...(limits.tellsTime ? { time: now } : {}),
    },
  });
  for (const subscription of session.subscriptions.values()) goLive(session, subscription);
  session.reschedule();
  if (limits.singleConnection && session.user !== '') session.perform({ type: 'oust' });
  session.runWaiting();
}

/** What a client is told of the pings to expect. */
function pingsOf(session: Session): { ping: number; pong: boolean } {
  const { pingIntervalMs } = session.context.limits;
  if (session.transport.info.nativePings === true) return { ping: 0, pong: false };
  const pong = pingIntervalMs > 0 && session.pongTimeoutMs > 0;
  return { ping: Math.ceil(pingIntervalMs / 1000), pong };
}

/** How a client is found again by requests beside its connection. */
function reachedBy({ transport, context }: Session): { session: string; node: string } {
  const { emulationKey, info } = transport;
  if (emulationKey !== undefined) return { session: emulationKey, node: context.node };
  return { session: info.unidirectional ? context.newId() : '', node: '' };
}

/** When a connection that expires then is closed, or a backend is asked whether it has to. */
export function closeTime(session: Session, expireAt: number): number {
  if (expireAt <= 0) return Number.POSITIVE_INFINITY;
  const { limits, proxies } = session.context;
  return expireAt * 1000 + (proxies.refresh ? 0 : limits.expiredCloseMs);
}

function refreshProblem(
  session: Session,
  result: ConnectionClaims | TokenFault,
): Disconnect | null {
  if (isFault(result)) return result === 'expired' ? disconnects.expired : disconnects.invalidToken;
  if (result.user !== session.user) return disconnects.invalidToken;
  // The token's own subscriptions are made when connecting, so others take a new connection.
  const there = [...session.subscriptions.values()].filter((each) => each.serverSide);
  const same =
    [...result.subs.keys()].every((channel) => session.subscriptions.has(channel)) &&
    there.every((each) => !each.fromToken || result.subs.has(each.channel));
  return same ? null : disconnects.insufficientState;
}

export function refreshVerified(
  session: Session,
  id: number,
  result: ConnectionClaims | TokenFault,
): void {
  if (result === 'unavailable') {
    session.fail(id, replyErrors.internal);
    return;
  }
  const problem = refreshProblem(session, result);
  if (problem !== null) {
    session.close(problem);
    return;
  }
  const claims = result as ConnectionClaims;
  const now = session.context.now();
  if (claims.expireAt > 0 && secondsLeft(claims.expireAt, now) <= 0) {
    session.fail(id, replyErrors.expired);
    return;
  }
  session.infoJson = claims.infoJson ?? session.infoJson;
  session.capabilities = claims.capabilities;
  session.token = claims.token ?? null;
  noteMeta(session, claims.metaJson);
  session.closeAt = closeTime(session, claims.expireAt);
  session.reschedule();
  session.reply({
    type: 'refresh',
    id,
    expiry: expiryOf(claims.expireAt, now) ?? { expires: false, ttl: 0 },
  });
}
