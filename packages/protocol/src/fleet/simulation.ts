import type { StandardSchemaV1 } from '@standard-schema/spec';

/** Data that JSON carries: what inputs, results and summaries are. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** The work of one round. */
export interface RoundPlan {
  /** How many blocks, 1 to 2^30. A block is the least that one machine does at once; let it take 10 to 500 ms. */
  readonly blocks: number;
  /** How many iterations each block has, 1 to 2^30. */
  readonly blockIterations: number;
  /** What the runs of this round are given besides the input. Default `null`. */
  readonly roundInput?: unknown;
  /** For people: what this round is for, e.g. `300 of 4,000 sets are left`. */
  readonly note?: string;
}

/** What a plan is made from. */
export interface PlanContext<Input, Result> {
  readonly input: Input;
  /** 0, 1, 2, … */
  readonly round: number;
  /** The result of all rounds before; `undefined` in round 0. */
  readonly result: Result | undefined;
}

/** One block to run. */
export interface BlockRun<Input> {
  readonly input: Input;
  /** Of the round's plan. */
  readonly roundInput: unknown;
  /** The job's, 0 to 2^32 − 1. All randomness comes from it and the iteration's number. */
  readonly seed: number;
  readonly round: number;
  /** The number of the block within its round. */
  readonly block: number;
  /** The number of its first iteration, which counts through all rounds: no two iterations of a job have the same. */
  readonly from: number;
  /** How many iterations. */
  readonly count: number;
}

/**
 * A simulation: how it is cut, run, put together and told. All functions are synchronous and pure, and give the same bits on every
 * machine: no clock, no `Math.random()`, and no `Math.sin`, `exp`, `log`, `pow` and their like, whose last bits differ between engines.
 */
export interface Simulation<Input = unknown, Result = unknown, Summary = unknown> {
  /** Lower-case letters, digits and `-`, beginning with a letter, at most 32 characters. */
  readonly name: string;
  /** Checks what is submitted; whoever submits is told what is wrong. */
  readonly input: StandardSchemaV1<unknown, Input>;
  /** Runs one block. The result is plain JSON data. */
  run(block: BlockRun<Input>): Result;
  /** The work of a round; `null`: there is no further round. What it throws refuses the job (round 0) or fails it. */
  plan(context: PlanContext<Input, Result>): RoundPlan | null;
  /** Puts two results together, the left one of lower blocks. May change and return `a`. */
  merge(a: Result, b: Result): Result;
  /** What people are shown, also while it is under way. */
  summarize(result: Result, input: Input): Summary;
  /** The relative standard error of the result, for jobs with `targetError`; a number ≥ 0, or `Infinity` while it cannot be told. */
  error?(result: Result): number;
}

// oxlint-disable-next-line typescript/no-explicit-any
export type AnySimulation = Simulation<any, any, any>;

/** What its functions get: the input as its schema made it. */
export type InputOf<S> = S extends Simulation<infer Input, infer _R, infer _S> ? Input : never;
export type SummaryOf<S> =
  S extends Simulation<infer _I, infer _R, infer Summary> ? Summary : never;

/** What is submitted: the input before its schema filled in what was left out. */
export type SubmittedOf<S> = S extends { readonly input: StandardSchemaV1<infer Given, infer _I> }
  ? Given
  : never;

const NAME = /^[a-z][a-z0-9-]{0,31}$/;
const FUNCTIONS = ['plan', 'run', 'merge', 'summarize'] as const;

/**
 * Defines a simulation that a fleet can run. Write `input` and `run` before the rest: TypeScript infers in that order what the others get.
 *
 * @throws TypeError naming all that is wrong
 */
export function defineSimulation<Input, Result, Summary, Given = unknown>(
  simulation: Simulation<Input, Result, Summary> & {
    readonly input: StandardSchemaV1<Given, Input>;
  },
): Simulation<Input, Result, Summary> & { readonly input: StandardSchemaV1<Given, Input> } {
  const problems: string[] = [];
  const { name, input, error } = simulation;
  if (typeof name !== 'string' || !NAME.test(name)) {
    problems.push(
      `name: got ${JSON.stringify(name)}; use lower-case letters, digits and "-", beginning with a letter, at most 32 characters`,
    );
  }
  for (const each of FUNCTIONS) {
    if (typeof simulation[each] !== 'function') problems.push(`${each}: must be a function`);
  }
  if (error !== undefined && typeof error !== 'function')
    problems.push('error: must be a function');
  if (
    typeof (input as Partial<StandardSchemaV1> | undefined)?.['~standard']?.validate !== 'function'
  ) {
    problems.push('input: must be a schema (zod or any other Standard Schema)');
  }
  if (problems.length > 0) throw new TypeError(`defineSimulation: ${problems.join('; ')}`);
  return simulation;
}
