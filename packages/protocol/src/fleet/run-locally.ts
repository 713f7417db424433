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
  // Whatever one function makes and another is given goes through JSON, as it does between machines. So what one changes, no other sees.
  const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value) ?? 'null') as T;
  const merge = (a: string, b: string): string =>
    JSON.stringify(simulation.merge(JSON.parse(a) as Result, JSON.parse(b) as Result));
  const both = (a: string | undefined, b: string): string => (a === undefined ? b : merge(a, b));
  const given = copy(input);
  let total: string | undefined;
  let iterations = 0;
  let round = 0;
  for (; round < MAX_ROUNDS; round++) {
    const result = total === undefined ? undefined : (JSON.parse(total) as Result);
    const plan = simulation.plan({ input: copy(given), round, result });
    if (plan === null) break;
    const problem = planProblem(plan);
    if (problem !== null) throw new TypeError(problem);
    const { blocks, blockIterations: count } = plan;
    const roundInput = copy(plan.roundInput ?? null);
    const fold = new RangeFold<string>(merge);
    const step = checkpointBlocks(blocks);
    let block = 0;
    while (block < blocks) {
      const from = iterations + block * count;
      const work = { input: given, roundInput, seed, round, block, from, count };
      fold.push({ from: block, blocks: 1 }, JSON.stringify(simulation.run(work)));
      block += 1;
      if (targetError === undefined || block % step !== 0) continue;
      const soFar = JSON.parse(both(total, fold.value() ?? 'null')) as Result;
      if ((simulation.error?.(soFar) ?? Infinity) <= targetError) break;
    }
    total = both(total, fold.value() ?? 'null');
    iterations += block * count;
  }
  if (total === undefined) throw new TypeError('plan: round 0 has no work');
  return { result: JSON.parse(total) as Result, iterations, rounds: round };
}
