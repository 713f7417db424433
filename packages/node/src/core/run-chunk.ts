import { type AnySimulation, type Attempt, type ChunkInput, RangeFold } from '@belfry/protocol';

/**
 * Runs the blocks of a chunk one after the other and puts their results together. Throws what the simulation throws.
 *
 * @param onBlock hears after each block how many are done; what it throws ends the run
 */
export function runChunk(
  simulation: AnySimulation,
  attempt: Attempt,
  { input, roundInput, onBlock }: ChunkInput & { readonly onBlock?: (done: number) => void },
): unknown {
  const { from, blocks, seed, round, firstIteration, blockIterations: count } = attempt;
  const fold = new RangeFold<unknown>((a, b) => simulation.merge(a, b) as unknown, from);
  for (let done = 0; done < blocks; done++) {
    const block = from + done;
    const first = firstIteration + done * count;
    const result: unknown = simulation.run({
      input,
      roundInput,
      seed,
      round,
      block,
      from: first,
      count,
    });
    fold.push({ from: block, blocks: 1 }, result);
    onBlock?.(done + 1);
  }
  return fold.value();
}
