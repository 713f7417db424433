import type { SeededRandom } from '@belfry/testkit';
import type { KnownJob } from './check-job.ts';
import type { Pace } from './fleet-torture-config.ts';

/** A job of some kind: of one round or more, one that ends as soon as it is exact enough, one with blocks that cannot be run. */
export function makeJob(
  random: SeededRandom,
  { blocks: most, blockMs }: Pick<Pace['jobs'], 'blocks' | 'blockMs'>,
): KnownJob['request'] {
  const kind = random.pick(['plain', 'plain', 'rounds', 'rounds', 'exact', 'broken', 'partial']);
  const blocks = random.int(10, most);
  const some = (): number[] =>
    Array.from({ length: random.int(1, 3) }, () => random.int(0, blocks - 1));
  const isBroken = kind === 'broken' || kind === 'partial';
  return {
    simulation: 'harmonic',
    seed: random.int(0, 2 ** 32 - 1),
    priority: random.int(-3, 0),
    visibility: random.pick(['link', 'private']),
    title: kind,
    ...(kind === 'partial' ? { onPoison: 'partial' as const } : {}),
    ...(kind === 'exact' ? { targetError: 0.001 + random.next() / 500 } : {}),
    input: {
      blocks,
      iterations: 20,
      rounds: kind === 'rounds' ? random.int(2, 4) : 1,
      blockMs: Math.round(blockMs * (0.3 + 1.4 * random.next())),
      broken: isBroken ? [...new Set(some())] : [],
    },
  };
}
