import { giveBack } from '../ranges/free-ranges.ts';
import {
  tokensOf,
  workOf,
  type Chunk,
  type JobAttempt,
  type JobState,
  type JobTurn,
} from './job-state.ts';

/** Takes an attempt out of the books; the chunk that it was for. `null`: the node has no such attempt (any more). */
export function closeAttempt(
  { state }: JobTurn,
  token: string,
  node: string,
): { readonly attempt: JobAttempt; readonly chunk: Chunk } | null {
  const attempt = state.attempts[token];
  const chunk = attempt === undefined ? undefined : state.round.chunks[attempt.from];
  if (attempt?.node !== node || chunk === undefined) return null;
  delete state.attempts[token];
  chunk.live -= 1;
  const holder = state.nodes[node];
  if (holder !== undefined) holder.held -= 1;
  return { attempt, chunk };
}

/** Takes all attempts at a chunk out of the books and tells their nodes. */
export function cancelAttempts(turn: JobTurn, from: number): void {
  const chunk = turn.state.round.chunks[from];
  if (chunk === undefined || chunk.live === 0) return;
  for (const token of tokensOf(turn.state, from)) {
    const node = turn.state.attempts[token]?.node ?? '';
    closeAttempt(turn, token, node);
    workOf(turn.state, node).cancelled.push(token);
  }
}

/** A chunk that nobody is at waits for the next node: on its own where something is known of it, else among the free blocks. */
export function requeue({ state, now }: JobTurn, from: number): void {
  const { round } = state;
  const chunk = round.chunks[from];
  if (chunk === undefined || chunk.live > 0) return;
  if (chunk.votes === undefined && chunk.fails === undefined && chunk.lost === undefined) {
    delete round.chunks[from];
    removeWaiting(state, from);
    giveBack(round.free, { from, blocks: chunk.blocks });
    return;
  }
  if (round.again.includes(from)) return;
  chunk.since = now;
  const at = round.again.findIndex((other) => other > from);
  round.again.splice(at < 0 ? round.again.length : at, 0, from);
}

/** Forgets a chunk, and that it waits. */
export function dropChunk(state: JobState, from: number): void {
  delete state.round.chunks[from];
  removeWaiting(state, from);
}

function removeWaiting({ round }: JobState, from: number): void {
  const at = round.again.indexOf(from);
  if (at >= 0) round.again.splice(at, 1);
}

/** Cuts a chunk that nobody is at into halves, so that what is wrong with it is found. Each has failed as often as the whole, at most `fails`. */
export function splitChunk(turn: JobTurn, from: number, fails: number): void {
  const { state } = turn;
  const chunk = state.round.chunks[from];
  if (chunk === undefined || chunk.live > 0 || chunk.blocks < 2) return;
  dropChunk(state, from);
  const blocks = chunk.blocks / 2;
  for (const half of [from, from + blocks]) {
    state.round.chunks[half] = {
      blocks,
      live: 0,
      fails: Math.min(chunk.fails ?? 0, fails),
      ...(chunk.failed !== undefined && { failed: [...chunk.failed] }),
    };
    requeue(turn, half);
  }
}
