import { disconnects, type Disconnect, type Unsubscribed } from '@belfry/protocol';
import type { Session } from './session.ts';
import type { Subscription } from './subscription.ts';

/** What backends are told after the fact. */

/** Whether a backend has heard of a connection: it was there, or a backend said who it is. */
function isKnown(session: Session): boolean {
  if (session.state === 'connected') return true;
  return session.connecting?.claims?.isFromBackend === true;
}

/** A connection is about to end: what is to be told once its subscriptions have ended; `null`: nothing. */
export function farewell(session: Session, why: Disconnect): (() => void) | null {
  if (!session.context.proxies.disconnect || !isKnown(session)) return null;
  const live = [...session.subscriptions.values()].filter((each) => each.state === 'live');
  const channels = live.map((each) => each.channel);
  return () => {
    session.perform({ type: 'hook', hook: 'disconnect', proxy: 'default', channels, why });
  };
}

/** A backend said who a connection is, which has gone meanwhile. */
export function tellGone(session: Session): void {
  if (!session.context.proxies.disconnect) return;
  const why = session.ended ?? disconnects.connectionClosed;
  session.perform({ type: 'hook', hook: 'disconnect', proxy: 'default', channels: [], why });
}

/** A subscription has ended that its backend knows of. */
export function tellUnsubscribed(
  session: Session,
  { channel, namespace }: Subscription,
  why: Unsubscribed,
): void {
  const proxy = namespace.unsubscribeProxy;
  if (proxy === null) return;
  session.perform({ type: 'hook', hook: 'unsubscribe', proxy, channels: [channel], why });
}
