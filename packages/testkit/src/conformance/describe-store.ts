import { describe } from 'vitest';
import { describeClaims } from './claims.ts';
import { describeCommits } from './commits.ts';
import { describeDeadLetters } from './dead-letters.ts';
import { describeDelivery } from './delivery.ts';
import type { OpenStore } from './harness.ts';
import { describeLeases } from './leases.ts';
import { describeLife } from './life.ts';
import { describeOutbox } from './outbox.ts';
import { describePeople } from './people.ts';
import { describePresence } from './presence.ts';
import { describePublications } from './publications.ts';
import { describeSends } from './sends.ts';
import { describeTokens } from './tokens.ts';
import { describeWakes } from './wakes.ts';

/**
 * The conformance suite of the store's ports: what every driver must do, one sentence of the port comments after the other.
 * Time is the virtual clock's; only what crosses partitions or processes is waited for.
 */
export function describeStore(name: string, open: OpenStore): void {
  describe(name, () => {
    describeSends(open);
    describeClaims(open);
    describeCommits(open);
    describeLeases(open);
    describeOutbox(open);
    describeDeadLetters(open);
    describePeople(open);
    describePresence(open);
    describePublications(open);
    describeDelivery(open);
    describeWakes(open);
    describeTokens(open);
    describeLife(open);
  });
}
