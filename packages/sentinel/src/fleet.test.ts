import { expect, test } from 'vitest';
import { FleetLab } from './testing/fleet-lab.ts';
import { sums } from './testing/sums.ts';

/** Fails on whatever was wrong after any commit. */
function expectSound(lab: FleetLab): void {
  expect(lab.problems).toEqual([]);
  expect(lab.world.problems).toEqual([]);
}

test('a job is shared by nodes and comes to what one machine would have computed', () => {
  const lab = new FleetLab({ seed: 1, simulations: [sums] });
  for (let i = 0; i < 5; i++) {
    lab.addNode(`n${i}`, { slots: 2, msPerBlock: 20 + 10 * i, trusted: true });
  }
  const request = { simulation: 'sums', input: { rounds: 2, blocks: 1_000, count: 10 } };
  lab.submit('j', request);
  expect(lab.runJobs(600_000)).toBe(true);
  expectSound(lab);
  const { result, iterations, missing } = lab.result('j');
  expect(JSON.stringify(result)).toBe(lab.expected(request));
  expect({ iterations, missing }).toEqual({ iterations: 20_040, missing: [] });
  expect(lab.views.get('j')).toMatchObject({ status: 'done', blocksDone: 1_004, map: 'd335' });
});
