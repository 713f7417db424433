import { disconnects } from '@belfry/protocol';
import type { Session } from '../core/session.ts';
import type { BeaconControl } from './beacon-control.ts';

/**
 * Ends the connections of a session's user that are older than it, on whatever Beacon they are. Of several that begin at once one stays:
 * all Beacons agree on which is the youngest (see `Succession`).
 */
export async function oustOlder(
  control: BeaconControl,
  { user, client, since }: Session,
): Promise<void> {
  await control.disconnect({ user, olderThan: { since, client } }, disconnects.connectionLimit);
}
