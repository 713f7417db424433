import {
  checkpointBlocks,
  MAX_ROUNDS,
  planProblem,
  type AnySimulation,
  type RoundPlan,
} from '@belfry/protocol';
import { emptyFold, foldValue, mergeBuddies, mergeValues, pushRange } from '../merging/fold.ts';
import type { Merge, Value } from '../merging/fold.ts';
import { allFree } from '../ranges/free-ranges.ts';
import { endJob, failForGood, releaseAttempts } from './end-job.ts';
import type { JobSpec, JobTurn, RoundState } from './job-state.ts';

/** A merged result may be so many times as long as that of a chunk. */
const MERGED_FACTOR = 4;

/** Something of the simulation's that threw, or came to what it must not. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
}

/** Calls a function of the simulation; what it throws names it. */
export function call<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SimulationError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new SimulationError(`${what}: ${why}`, { cause: error });
  }
}

/** `merge` over JSON text, with a limit for what comes out. */
export function textMerge(simulation: AnySimulation, resultBytes: number): Merge {
  const limit = resultBytes * MERGED_FACTOR;
  return (a, b) => {
    const text = call('merge', () =>
      jsonOf('merge', simulation.merge(JSON.parse(a), JSON.parse(b)) as unknown),
    );
    if (text.length > limit) {
      throw new SimulationError(
        `merge: the result has ${text.length} characters, ${limit} are allowed (4 × fleet.limits.result_bytes): keep less in it`,
      );
    }
    return text;
  };
}

function jsonOf(what: string, value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new SimulationError(`${what}: it must return JSON data`);
  return text;
}

/** Puts together what can be, ends rounds and begins new ones, until something is to be waited for. */
export function advance(turn: JobTurn): void {
  const { state, simulation, settings } = turn;
  if (simulation === null) {
    const { simulation: name, version } = state.spec;
    failForGood(
      turn,
      `the code of ${name} is not that of ${version} any more: submit the job again`,
    );
    return;
  }
  const merge = textMerge(simulation, settings.limits.resultBytes);
  try {
    joinFresh(turn, merge);
    while (state.status === 'queued' || state.status === 'running') {
      const enough = moveFront(turn, simulation, merge);
      const { round } = state;
      round.waiting = doneLength(round);
      if (!enough && round.fold.end < round.blocks) return;
      endRound(turn, merge);
      if (!beginRound(turn, simulation)) endJob(turn, 'done');
    }
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error;
    failForGood(turn, error.message);
  }
}

function joinFresh({ state }: JobTurn, merge: Merge): void {
  const { round, out } = state;
  for (const from of out?.fresh ?? []) {
    if (from === round.fold.end) continue;
    mergeBuddies(round.done, from, { most: round.step === 0 ? Infinity : round.step, merge });
  }
}

/** Takes what is done at the front into the fold. True: it is exact enough, and the round ends there. */
function moveFront(turn: JobTurn, simulation: AnySimulation, merge: Merge): boolean {
  const { state } = turn;
  const { round } = state;
  const { fold, done, step } = round;
  for (let next = done[fold.end]; next !== undefined; next = done[fold.end]) {
    delete done[fold.end];
    pushRange(fold, next[0], { value: next[1], merge });
    if (step === 0 || fold.end % step !== 0) continue;
    const soFar = mergeValues(state.total, foldValue(fold, merge), merge);
    if (soFar === null) continue;
    const error = call('error', () => simulation.error?.(JSON.parse(soFar)) ?? Infinity);
    if (error <= (state.spec.targetError ?? -1)) return true;
  }
  return false;
}

/** Counted anew: what was put together has another length than its parts. */
function doneLength({ done }: RoundState): number {
  let length = 0;
  for (const [, value] of Object.values(done)) length += value?.length ?? 0;
  return length;
}

function endRound(turn: JobTurn, merge: Merge): void {
  const { state } = turn;
  const { round } = state;
  const { end } = round.fold;
  if (end < round.blocks) {
    // What lies beyond is not wanted any more, also where it is missing.
    releaseAttempts(turn);
    const kept = state.missing.filter(({ round: n, from }) => n !== round.n || from < end);
    state.missing.splice(0, state.missing.length, ...kept);
    for (const [, [blocks, value]] of Object.entries(round.done)) {
      round.finished -= blocks;
      if (value === null) round.leftOut -= blocks;
    }
    round.done = {};
    round.free = [];
    round.stopped = true;
  }
  state.total = mergeValues(state.total, foldValue(round.fold, merge), merge);
  state.merged += (end - round.leftOut) * round.count;
}

/** False: there is no further round. */
function beginRound(turn: JobTurn, simulation: AnySimulation): boolean {
  const { state } = turn;
  const { round, spec, total } = state;
  if (total === null) {
    throw new SimulationError('every block failed: there is no result');
  }
  const n = round.n + 1;
  const plan = n < MAX_ROUNDS ? planRound(simulation, spec, { round: n, total }) : null;
  // What people see of an ended job is its last round.
  if (plan === null) return false;
  const first = round.first + round.fold.end * round.count;
  state.round = newRound(spec, plan, {
    n,
    first,
    length: round.length,
    limit: turn.settings.limits.inputBytes,
  });
  return true;
}

/** What the simulation plans for a round; throws a `SimulationError` where that cannot be. */
export function planRound(
  simulation: AnySimulation,
  spec: Pick<JobSpec, 'input'>,
  { round, total }: { readonly round: number; readonly total: Value },
): RoundPlan | null {
  const input: unknown = JSON.parse(spec.input);
  const result: unknown = total === null ? undefined : JSON.parse(total);
  const plan = call('plan', () => simulation.plan({ input, round, result }));
  const problem = plan === null ? null : planProblem(plan);
  if (problem !== null) throw new SimulationError(problem);
  return plan;
}

export function newRound(
  spec: Pick<JobSpec, 'targetError'>,
  plan: RoundPlan,
  {
    n,
    first,
    length,
    limit,
  }: {
    readonly n: number;
    readonly first: number;
    readonly length: number;
    readonly limit: number;
  },
): RoundState {
  const { blocks, blockIterations, roundInput = null, note = '' } = plan;
  const input = call('plan', () => jsonOf('plan: roundInput', roundInput));
  if (input.length > limit) {
    throw new SimulationError(
      `plan: roundInput has ${input.length} characters, ${limit} are allowed (fleet.limits.input_bytes)`,
    );
  }
  return {
    n,
    blocks,
    count: blockIterations,
    note: String(note).slice(0, 200),
    input,
    first,
    step: spec.targetError === null ? 0 : checkpointBlocks(blocks),
    free: allFree(blocks),
    chunks: {},
    again: [],
    done: {},
    fold: emptyFold(),
    finished: 0,
    leftOut: 0,
    stopped: false,
    waiting: 0,
    length,
  };
}
