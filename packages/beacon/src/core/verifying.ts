import type { ConnectionClaims, SubscriptionTokenClaims, TokenFault } from './claims.ts';
import { connectionVerified, refreshVerified } from './connecting.ts';
import type { EffectOf } from './effects.ts';
import type { Session } from './session.ts';
import { subscriptionRefreshed, subscriptionVerified } from './subscribing.ts';

/** The answer to a `verify`. */
export function tokenVerified(
  session: Session,
  effect: EffectOf<'verify'>,
  result: ConnectionClaims | SubscriptionTokenClaims | TokenFault,
): void {
  if (session.state === 'closed') return;
  switch (effect.use) {
    case 'connect':
      connectionVerified(session, result as ConnectionClaims | TokenFault);
      return;
    case 'refresh':
      refreshVerified(session, effect.id, result as ConnectionClaims | TokenFault);
      return;
    case 'subscribe':
      subscriptionVerified(session, effect.channel, result as SubscriptionTokenClaims | TokenFault);
      return;
    case 'sub_refresh':
      subscriptionRefreshed(session, effect, result as SubscriptionTokenClaims | TokenFault);
  }
}
