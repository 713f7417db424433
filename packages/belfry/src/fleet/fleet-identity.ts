import type { ConnectionCheck } from '@belfry/beacon';
import { type Identity, OPERATOR } from '@belfry/sentinel';
import type { AdminTokens } from '../admin/admin-token.ts';

const FAULTS = {
  expired: 'expired',
  invalid: 'invalid',
  unavailable: 'unavailable',
  revoked: 'blocked',
} as const;

/** What the users of nodes begin with: their tokens are for the Beacon alone. */
const NODES = 'node:';

/**
 * Users by their connection tokens, operators by theirs.
 *
 * @param operators `undefined`: there are none
 */
export function fleetIdentity(
  check: ConnectionCheck,
  operators: AdminTokens | undefined,
): Identity {
  return {
    async personOf(bearer) {
      const access = await operators?.read(bearer, Date.now());
      if (access !== undefined) {
        return { user: OPERATOR, operator: true, readOnly: access.scope === 'read' };
      }
      const found = await check.userOf(bearer);
      if (typeof found === 'string') return FAULTS[found];
      const { user } = found;
      if (user === '' || user === OPERATOR || user.startsWith(NODES)) return 'invalid';
      return { user, operator: false, readOnly: false };
    },
    isBlocked: (user) => check.isBlocked(user),
  };
}
