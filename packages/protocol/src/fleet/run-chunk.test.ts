import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attempt } from './attempt.ts';
import { RangeFold, rangesOf } from './block-range.ts';
import { runBlocks, runChunk } from './run-chunk.ts';
import { runLocally } from './run-locally.ts';
import type { AnySimulation } from './simulation.ts';

const input: AnySimulation['input'] = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
};

/** Sums terms whose order shows, and gives what JSON does not carry. */
const awkward: AnySimulation = {
  name: 'awkward',
  input,
  plan: ({ input: blocks, round }) =>
    round === 0 ? { blocks: blocks as number, blockIterations: 3, roundInput: 0.1 } : null,
  run: ({ from, count, seed, roundInput }) => {
    let sum = 0;
    for (let i = from; i < from + count; i++) sum += (roundInput as number) / (seed + i);
    return { sum, zero: -0, nothing: undefined, none: Number.NaN, max: [from] };
  },
  merge: (a, b) => ({
    sum: a.sum + b.sum,
    // 1 / -0 is -Infinity: a zero that kept its sign would show.
    zero: a.zero + 1 / (b.zero === 0 ? Math.sign(1 / b.zero) : b.zero),
    none: a.none ?? b.none ?? 7,
    max: [...a.max.slice(-2), b.max.at(-1)],
  }),
  summarize: (result) => result,
};

function attemptOf(from: number, blocks: number, seed: number): Attempt {
  const firstIteration = from * 3;
  return {
    attempt: 'a1',
    job: 'j1',
    simulation: 'awkward',
    version: `sha256-${'0'.repeat(64)}`,
    round: 0,
    seed,
    from,
    blocks,
    blockIterations: 3,
    firstIteration,
    assignedAt: 0,
  };
}

const work = (from: number, blocks: number, seed: number) => ({
  attempt: attemptOf(from, blocks, seed),
  input: 0,
  roundInput: 0.1,
});

test('chunks, however cut, put together come to what one machine computes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 2 ** 32 - 1 }),
      fc.array(fc.nat(200), { maxLength: 8 }),
      (blocks, seed, cuts) => {
        const fold = new RangeFold<unknown>((a, b) => clean(awkward.merge(a, b)));
        const ends = [...new Set([...cuts.filter((at) => at > 0 && at < blocks), blocks])];
        let at = 0;
        for (const end of ends.toSorted((a, b) => a - b)) {
          for (const range of rangesOf(at, end)) {
            fold.push(range, JSON.parse(runChunk(awkward, work(range.from, range.blocks, seed))));
          }
          at = end;
        }
        const { result } = runLocally(awkward, blocks, { seed });
        expect(fold.value()).toEqual(clean(result));
      },
    ),
  );
});

const clean = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('it tells after each block how many are done', () => {
  expect([...runBlocks(awkward, work(4, 4, 1))]).toEqual([1, 2, 3, 4]);
});

test('a result that is no JSON is an error that says which function gave it', () => {
  const nothing = { ...awkward, run: () => undefined };
  expect(() => runChunk(nothing, work(0, 1, 1))).toThrow('run: returned undefined');
  const promised = { ...awkward, merge: async () => ({}) };
  expect(() => runChunk(promised, work(0, 2, 1))).toThrow('merge: returned a promise');
});
