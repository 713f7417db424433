import type { Attempt } from './attempt.ts';
import type { ChunkInput } from './node-api.ts';
import { RangeFold } from './block-range.ts';
import type { AnySimulation } from './simulation.ts';

/** What runs in a chunk: its attempt and what its job gives to all chunks of the round. */
export interface ChunkWork extends ChunkInput {
  readonly attempt: Attempt;
}

/**
 * Runs the blocks of a chunk one after the other, yields after each how many are done, and returns the JSON text of what they come to. Throws what the
 * simulation throws.
 *
 * Every value goes through JSON before it is merged, as it does between machines: `-0`, `NaN` or `undefined` become what they become there, wherever
 * the work was cut.
 */
export function* runBlocks(
  simulation: AnySimulation,
  { attempt, input, roundInput }: ChunkWork,
): Generator<number, string, void> {
  const { from, blocks, seed, round, firstIteration, blockIterations: count } = attempt;
  const fold = new RangeFold<string>(
    (a, b) => jsonOf(simulation.merge(JSON.parse(a), JSON.parse(b)), 'merge'),
    from,
  );
  for (let done = 0; done < blocks; done++) {
    const block = from + done;
    const first = firstIteration + done * count;
    const work = { input, roundInput, seed, round, block, from: first, count };
    fold.push({ from: block, blocks: 1 }, jsonOf(simulation.run(work), 'run'));
    yield done + 1;
  }
  return fold.value() ?? 'null';
}

/**
 * Runs a chunk at once.
 *
 * @returns the JSON text of its result
 */
export function runChunk(simulation: AnySimulation, work: ChunkWork): string {
  const blocks = runBlocks(simulation, work);
  for (;;) {
    const { done, value } = blocks.next();
    if (done === true) return value;
  }
}

function jsonOf(value: unknown, by: 'run' | 'merge'): string {
  // A promise would be `{}` for everybody, and every node would agree on that.
  if (typeof value === 'object' && value !== null && 'then' in value) {
    throw new TypeError(`${by}: returned a promise; simulations are synchronous`);
  }
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`${by}: returned ${typeof value}, which is no JSON`);
  return text;
}
