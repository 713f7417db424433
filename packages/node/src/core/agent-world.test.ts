import { seededRandom } from '@belfry/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgentWorld, type WorldOptions } from '../testing/agent-world.ts';

const seed = fc.integer({ min: 1, max: 2 ** 31 });
const share = fc.double({ min: 0, max: 0.6, noNaN: true });
const every = fc.oneof(fc.constant(Infinity), fc.integer({ min: 2_000, max: 60_000 }));

const worlds = fc.record({
  seed,
  slots: fc.integer({ min: 1, max: 5 }),
  chunks: fc.integer({ min: 1, max: 40 }),
  calmAt: fc.integer({ min: 0, max: 120_000 }),
  lostCalls: share,
  lostPushes: share,
  doubledPushes: share,
  busy: share,
  failures: fc.double({ min: 0, max: 0.3, noNaN: true }),
  killEvery: every,
  freezeEvery: every,
  dropChannelEvery: every,
  cancelEvery: every,
});

function worldOf({
  seed,
  ...options
}: Omit<WorldOptions, 'random'> & { seed: number }): AgentWorld {
  const random = seededRandom(seed).next;
  return new AgentWorld({ ...options, random });
}

test('whatever is lost, doubled, late, killed or frozen, no result is lost and nothing runs twice at once', () => {
  fc.assert(
    fc.property(worlds, (options) => {
      const world = worldOf(options);
      // What was held when it became calm takes a dead node's time to come back, and each chunk at most 3.2 s.
      const enough = options.calmAt + 60_000 + options.chunks * 4_000;
      const isOver = (): boolean => world.sentinel.isDone && world.disk.size === 0;
      world.run(enough, isOver);
      expect(world.problems).toEqual([]);
      expect(world.sentinel.isDone).toBe(true);
      expect([...world.disk.keys()]).toEqual([]);
      expect(world.computed.difference(world.sentinel.received)).toEqual(new Set());
    }),
    { numRuns: 300 },
  );
});
