import { runLocally } from '@belfry/protocol';
import { expect, it } from 'vitest';
import { harmonic, type Harmonic } from './harmonic.ts';

const input = { blocks: 9, iterations: 20, rounds: 1, blockMs: 0, broken: [] };

function runBlock(block: number): Harmonic {
  return harmonic.run({
    input,
    roundInput: null,
    seed: 5,
    round: 0,
    block,
    from: block * 20,
    count: 20,
  });
}

it('a result shows in which order and in which tree its blocks were put together', () => {
  const [a, b, c] = [runBlock(0), runBlock(1), runBlock(2)];
  const { merge } = harmonic;
  const ways = [merge(merge(a, b), c), merge(a, merge(b, c)), merge(merge(b, a), c)];
  expect(new Set(ways.map(({ tree }) => tree)).size).toBe(3);
  expect(new Set(ways.map(({ indexes }) => indexes))).toEqual(new Set([3]));
});

it('a later round is planned by what came before, and the error shrinks', () => {
  const one = runLocally(harmonic, input, { seed: 5 });
  const { blocks } = one.result;
  const two = runLocally(harmonic, { ...input, rounds: 2 }, { seed: 5 });
  expect(two.result.blocks).toBe(blocks + 9 + (one.result.tree % 7));
  expect(harmonic.error?.(two.result)).toBeLessThan(harmonic.error?.(one.result) ?? 0);
});
