import type { JobStatus } from '@belfry/protocol';
import { giveBack } from '../ranges/free-ranges.ts';
import { workOf, type JobTurn } from './job-state.ts';

const REASON_LENGTH = 2_000;

export function failJob(turn: JobTurn, why: string): void {
  turn.state.failure = why.slice(0, REASON_LENGTH);
  endJob(turn, 'failed');
}

/** Ends it: what nodes hold of it is called back, and what was not done is free again, should it be retried. */
export function endJob(
  turn: JobTurn,
  status: Extract<JobStatus, 'done' | 'failed' | 'cancelled'>,
): void {
  const { state, now } = turn;
  state.status = status;
  state.endedAt = now;
  state.waiting = null;
  state.told.stale = true;
  releaseAttempts(turn);
  state.nodes = {};
  if (status === 'done') clearRound(turn);
}

/** Fails it for good: the simulation itself is what fails, and would again. */
export function failForGood(turn: JobTurn, why: string): void {
  failJob(turn, why);
  turn.state.retryable = false;
  clearRound(turn);
}

/** What the round came to is in the total, or is not to be used. */
function clearRound({ state: { round } }: JobTurn): void {
  round.done = {};
  round.fold.stack.length = 0;
}

/** Calls back all attempts; their chunks are free again as if they had never been given out. */
export function releaseAttempts({ state }: JobTurn): void {
  const { round } = state;
  for (const [token, { node }] of Object.entries(state.attempts)) {
    workOf(state, node).cancelled.push(token);
    const holder = state.nodes[node];
    if (holder !== undefined) holder.held -= 1;
  }
  state.attempts = {};
  for (const [from, { blocks }] of Object.entries(round.chunks)) {
    giveBack(round.free, { from: Number(from), blocks });
  }
  round.chunks = {};
  round.again = [];
}

/** Goes on with a job that failed or was cancelled, from what it has. */
export function retryJob({ state }: JobTurn): void {
  state.status = 'queued';
  state.endedAt = null;
  state.failure = null;
  state.told.stale = true;
}
