import { RangeFold } from './block-range.ts';
import { planProblem } from './check-plan.ts';
import type { Simulation } from './simulation.ts';

export interface LocalRunOptions {
  /** 0 to 2^32 − 1. Default 1. */
  readonly seed?: number;
  /** Stop a round at the first checkpoint where the relative standard error is at most this. Default: never. */
  readonly targetError?: number;
}

export interface LocalRun<Result> {
  readonly result: Result;
  readonly iterations: number;
  readonly rounds: number;
}

/** At most so many times a round looks whether it may stop. */
const CHECKPOINTS = 64;

/** The blocks between two checkpoints of a round: a power of two, by the number of its blocks alone. */
export function checkpointBlocks(blocks: number): number {
  let step = 1;
  while (blocks / step > CHECKPOINTS) step *= 2;
  return step;
}

/** How many rounds a job may have. */
export const MAX_ROUNDS = 64;

/**
 * Runs a whole job here, one block after the other: what a fleet computes is this to the last bit. Throws what the simulation throws.
 */
export function runLocally<Input, Result>(
  simulation: Simulation<Input, Result>,
  input: Input,
  { seed = 1, targetError }: LocalRunOptions = {},
): LocalRun<Result> {
  const merge = (a: Result, b: Result): Result => simulation.merge(a, b);
  // `merge` may change what it is given: what is still needed afterwards is handed to it as a copy, as between machines.
  const copy = (value: Result): Result => JSON.parse(JSON.stringify(value)) as Result;
  let total: Result | undefined;
  let iterations = 0;
  let round = 0;
  for (; round < MAX_ROUNDS; round++) {
    const plan = simulation.plan({ input, round, result: total });
    if (plan === null) break;
    const problem = planProblem(plan);
    if (problem !== null) throw new TypeError(problem);
    const { blocks, blockIterations: count, roundInput = null } = plan;
    const fold = new RangeFold<string>((a, b) =>
      JSON.stringify(merge(JSON.parse(a) as Result, JSON.parse(b) as Result)),
    );
    const step = checkpointBlocks(blocks);
    let block = 0;
    while (block < blocks) {
      const from = iterations + block * count;
      const value = simulation.run({ input, roundInput, seed, round, block, from, count });
      fold.push({ from: block, blocks: 1 }, JSON.stringify(value));
      block += 1;
      if (targetError === undefined || block % step !== 0) continue;
      const prefix = JSON.parse(fold.value() ?? 'null') as Result;
      const soFar = total === undefined ? prefix : merge(copy(total), prefix);
      if ((simulation.error?.(soFar) ?? Infinity) <= targetError) break;
    }
    const value = JSON.parse(fold.value() ?? 'null') as Result;
    total = total === undefined ? value : copy(merge(total, value));
    iterations += block * count;
  }
  if (total === undefined) throw new TypeError('plan: round 0 has no work');
  return { result: total, iterations, rounds: round };
}
