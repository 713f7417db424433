import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FleetLab } from './testing/fleet-lab.ts';
import type { NodeTraits } from './testing/simulated-node.ts';
import { sums } from './testing/sums.ts';

/** `FLEET_RUNS=N` plays more of them. One that fails is printed with its seed; it is not made smaller, which would take long. */
const RUNS = Number(process.env['FLEET_RUNS'] ?? 25);

const traits = fc.record({
  slots: fc.integer({ min: 1, max: 4 }),
  msPerBlock: fc.integer({ min: 5, max: 400 }),
  owner: fc.constantFrom('bob', 'cy', 'dee'),
  kind: fc.constantFrom('good', 'good', 'good', 'liar', 'clumsy', 'doubled', 'late', 'deaf'),
});

const events = fc.record({
  at: fc.integer({ min: 0, max: 60_000 }),
  node: fc.nat(),
  what: fc.constantFrom('kill', 'restart', 'freeze', 'nap', 'leave', 'drain'),
});

const jobs = fc.record({
  rounds: fc.integer({ min: 1, max: 3 }),
  blocks: fc.integer({ min: 1, max: 400 }),
  targetError: fc.constantFrom(undefined, undefined, 0.02, 0.1),
  owner: fc.constantFrom('ann', 'bob'),
  at: fc.integer({ min: 0, max: 5_000 }),
});

const scenario = fc.record({
  seed: fc.nat(),
  nodes: fc.array(traits, { minLength: 1, maxLength: 8 }),
  events: fc.array(events, { maxLength: 12 }),
  jobs: fc.array(jobs, { minLength: 1, maxLength: 3 }),
  delayMs: fc.constantFrom(1, 20, 200),
  crash: fc.constantFrom(0, 0.05),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

function traitsOf({ kind, ...traits }: Scenario['nodes'][number]): NodeTraits {
  switch (kind) {
    case 'liar':
      return { ...traits, lies: 1 };
    case 'clumsy':
      return { ...traits, fails: 0.05 };
    case 'doubled':
      return { ...traits, doubles: 0.5 };
    case 'late':
      return { ...traits, dawdles: 0.1 };
    case 'deaf':
      return { ...traits, deaf: 0.3 };
    default:
      return traits;
  }
}

function play({ seed, nodes, events, jobs, delayMs, crash }: Scenario): void {
  const lab = new FleetLab({ seed, simulations: [sums], delayMs, crash });
  // Two that can be relied on, so that it ends.
  lab.addNode('solid-1', { slots: 2, msPerBlock: 50, owner: 'eve' });
  lab.addNode('solid-2', { slots: 1, msPerBlock: 80, owner: 'fay' });
  const wild = nodes.map((each, i) => lab.addNode(`n${i}`, traitsOf(each)));
  for (const { at, node, what } of events) {
    const target = wild[node % wild.length]!;
    lab.queue.in(at, () => {
      if (what === 'restart') {
        target.kill();
        target.start();
      } else if (what === 'kill') target.kill();
      else if (what === 'leave') target.leave();
      else if (what === 'drain') target.draining = true;
      else target.freeze(what === 'freeze' ? 40_000 : 12_000);
    });
  }
  const requests = jobs.map(({ rounds, blocks, targetError, owner, at }, i) => {
    const request = {
      simulation: 'sums',
      input: { rounds, blocks, count: 3 },
      ...(targetError !== undefined && { targetError }),
    };
    lab.queue.in(at, () => lab.submit(`j${i}`, request, owner));
    return request;
  });
  lab.run(5_001);
  const ended = lab.runJobs(600_000);
  expect(lab.problems).toEqual([]);
  expect(lab.world.problems).toEqual([]);
  expect(ended).toBe(true);
  for (const [i, request] of requests.entries()) {
    expect(lab.views.get(`j${i}`)).toMatchObject({ status: 'done' });
    expect(JSON.stringify(lab.result(`j${i}`).result)).toBe(lab.expected(request));
  }
}

test(
  'property: whatever nodes do, every job ends as on one machine',
  { timeout: Math.max(300_000, RUNS * 10_000) },
  () => {
    fc.assert(fc.property(scenario, play), { numRuns: RUNS, endOnFailure: true });
  },
);
