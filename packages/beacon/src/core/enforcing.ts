import { disconnects, unsubscribes } from '@belfry/protocol';
import type { Hub } from './hub.ts';
import type { Revocations, Revoked } from './revocations.ts';
import type { Session } from './session.ts';

/** Ends what is revoked of one connection. */
function enforceOn(session: Session, revocations: Revocations, now: number): void {
  const { user } = session;
  if (session.state === 'new' || session.state === 'closed') return;
  if (revocations.isBlocked(user, now)) {
    session.close(disconnects.permissionDenied);
    return;
  }
  const isRevoked =
    session.token !== null && revocations.isRevoked(session.token, { user, channel: null }, now);
  if (isRevoked) {
    session.close(disconnects.invalidToken);
    return;
  }
  for (const subscription of session.subscriptions.values()) {
    const { token, channel } = subscription;
    if (token === null || !revocations.isRevoked(token, { user, channel }, now)) continue;
    if (subscription.state === 'live') session.unsubscribe(subscription, unsubscribes.server);
    else subscription.ending = unsubscribes.server;
  }
}

/**
 * Ends the connections and subscriptions here that are revoked. With `revoked`, of those only that it can concern.
 */
export function enforce(
  revocations: Revocations,
  among: { readonly hub: Hub; readonly sessions: Iterable<Session>; readonly now: number },
  revoked?: Revoked,
): void {
  if (revocations.size === 0) return;
  const concerned =
    revoked === undefined || revoked.type === 'token'
      ? [...among.sessions]
      : among.hub.sessionsOf(revoked.user);
  for (const session of concerned) enforceOn(session, revocations, among.now);
}
