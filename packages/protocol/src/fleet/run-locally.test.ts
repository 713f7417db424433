import { expect, test } from 'vitest';
import { checkpointBlocks, runLocally } from './run-locally.ts';
import { defineSimulation } from './simulation.ts';

const anything = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value: unknown) => ({ value: value as { rounds: number } }),
  },
} as const;

/** Sums 1 / (1 + number of the iteration): floating point, so order shows. */
const harmonic = defineSimulation({
  name: 'harmonic',
  input: anything,
  run({ from, count }) {
    let sum = 0;
    for (let i = from; i < from + count; i++) sum += 1 / (1 + i);
    return { sum, n: count };
  },
  plan: ({ input, round }) => (round < input.rounds ? { blocks: 100, blockIterations: 7 } : null),
  merge: (a, b) => ({ sum: a.sum + b.sum, n: a.n + b.n }),
  summarize: ({ sum }) => sum,
  error: ({ n }) => 10 / n,
});

test('rounds go on where the last one ended, so no iteration is run twice', () => {
  const { result, iterations, rounds } = runLocally(harmonic, { rounds: 3 });
  expect(result.n).toBe(2_100);
  expect({ iterations, rounds }).toEqual({ iterations: 2_100, rounds: 3 });
  let exact = 0;
  for (let i = 0; i < 2_100; i++) exact += 1 / (1 + i);
  expect(result.sum).toBeCloseTo(exact, 9);
});

test('a round stops at the first checkpoint that is exact enough', () => {
  expect(checkpointBlocks(100)).toBe(2);
  const { result } = runLocally(harmonic, { rounds: 1 }, { targetError: 0.05 });
  // 10 / n ≤ 0.05 from 200 iterations on, which is within the 29th block; checkpoints come every second one.
  expect(result.n).toBe(30 * 7);
});

test('a plan that is none says which field is wrong', () => {
  const broken = { ...harmonic, plan: () => ({ blocks: 0, blockIterations: 1 }) };
  expect(() => runLocally(broken, { rounds: 1 })).toThrow('plan: blocks is 0');
  expect(() => defineSimulation({ ...harmonic, name: 'Nope' })).toThrow('name: got "Nope"');
});
