import { describe } from 'vitest';
import { describeClaims } from '../conformance/claims.ts';
import { describeCommits } from '../conformance/commits.ts';
import { describeDeadLetters } from '../conformance/dead-letters.ts';
import { describeLeases } from '../conformance/leases.ts';
import { describePublications } from '../conformance/publications.ts';
import { describeSends } from '../conformance/sends.ts';
import { openModel } from './open-model.ts';

// What the drivers are compared with must itself do what the ports say.
describe('the model', () => {
  describeSends(openModel);
  describeClaims(openModel);
  describeCommits(openModel);
  describeLeases(openModel);
  describeDeadLetters(openModel);
  describePublications(openModel);
});
