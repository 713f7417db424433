import { isStrict } from '../../fleet-settings.ts';
import type { FailureMessage, LostMessage, ResultMessage } from '../../messages/job-messages.ts';
import { giveBack } from '../ranges/free-ranges.ts';
import { cancelAttempts, closeAttempt, dropChunk, requeue, splitChunk } from './chunks.ts';
import { failJob } from './end-job.ts';
import { judge } from './judge.ts';
import { fadePace } from './job-view.ts';
import {
  markFresh,
  tallyOf,
  trustOf,
  workOf,
  type Chunk,
  type JobAttempt,
  type JobNodeState,
  type JobTurn,
  type Vote,
} from './job-state.ts';

const ERRORS_KEPT = 5;
const ERROR_LENGTH = 2_000;
/** A chunk may be lost so many times as often as it may fail: nodes die of other things too. */
const LOST_PER_FAIL = 4;
/** More than that is the node's doing. */
const MOST_LAG_MS = 10_000;
/** The most ranges that a job may leave out. */
const MOST_MISSING = 1_000;

/** A node says what a chunk came to. */
export function settleResult(turn: JobTurn, message: ResultMessage): void {
  const { state, settings } = turn;
  const { node, attempt: token, result, digest } = message;
  const closed = closeAttempt(turn, token, node);
  state.told.stale = true;
  if (closed === null) {
    state.counts.late += 1;
    return;
  }
  const { attempt, chunk } = closed;
  workOf(state, node).settled.push(token);
  const limit = settings.limits.resultBytes;
  if (result.length > limit) {
    const reason = `the result has ${result.length} characters, ${limit} are allowed (fleet.limits.result_bytes): return less, a histogram instead of samples for example`;
    failChunk(turn, attempt, { node, reason: 'error', message: reason });
    return;
  }
  state.counts.completed += 1;
  const holder = state.nodes[node];
  if (holder !== undefined) learn(turn, holder, { blocks: chunk.blocks, ms: message.ms });
  if (attempt.run > 0) {
    const lag = Math.min(MOST_LAG_MS, Math.max(0, turn.now - attempt.run - message.ms));
    state.lag += (lag - state.lag) * 0.05;
  }
  const tally = tallyOf(state, node);
  tally.completed += 1;
  tally.iterations += chunk.blocks * state.round.count;
  state.round.length = Math.max(result.length, Math.round(state.round.length * 0.99));
  const vote: Vote = { node, owner: holder?.owner ?? '', digest };
  hear(turn, attempt.from, { vote, result });
}

/** How fast a node is. It is taken at its word: who lies about it gets chunks of the wrong size, at most some times what it has done. */
function learn(
  { state }: JobTurn,
  node: JobNodeState,
  { blocks, ms }: { readonly blocks: number; readonly ms: number },
): void {
  const rate = (blocks * state.round.count) / Math.max(0.01, ms);
  // What it did first, and much smaller, says less than what it did now.
  const weight = node.rate === 0 ? 1 : blocks > node.size ? 0.7 : 0.3;
  node.rate += (rate - node.rate) * weight;
  node.size = Math.max(node.size, blocks);
  node.fails = 0;
}

function hear(
  turn: JobTurn,
  from: number,
  { vote, result }: { readonly vote: Vote; readonly result: string },
): void {
  const { state, settings } = turn;
  const chunk = state.round.chunks[from];
  if (chunk === undefined) return;
  const check =
    trustOf(turn, vote.node) === 'earned' &&
    turn.random() < settings.trust.check &&
    (isStrict(settings) || othersThan(turn, vote.node));
  const votes: Vote[] = [...(chunk.votes ?? []), check ? { ...vote, checked: true } : vote];
  const verdict = judge({
    votes,
    trustOf: (node) => trustOf(turn, node),
    check,
    most: settings.maxAttempts,
  });
  if (verdict.type === 'accept') {
    for (const node of verdict.agreed) tallyOf(state, node).agreed += 1;
    const alone = verdict.agreed.length === 0 && trustOf(turn, vote.node) !== 'operator';
    accept(turn, from, { result, ...(alone && { by: vote.node }) });
    state.counts.disputed += verdict.disagreed.length;
    for (const node of verdict.disagreed) punish(turn, node);
    return;
  }
  chunk.votes = votes;
  if (verdict.type === 'hopeless') {
    const reason = `${votes.length} nodes came to ${votes.length} different results: run() must give the same bits everywhere`;
    noteError(turn, from, { node: vote.node, message: reason });
    poison(turn, from, reason);
  } else {
    requeue(turn, from);
  }
}

/** Whether there is another node to ask. */
function othersThan({ state }: JobTurn, node: string): boolean {
  return Object.entries(state.nodes).some(([other, { slots }]) => other !== node && slots > 0);
}

function accept(
  turn: JobTurn,
  from: number,
  { result, by }: { readonly result: string; readonly by?: string },
): void {
  const { state, settings } = turn;
  const { round } = state;
  const chunk = round.chunks[from];
  if (chunk === undefined) return;
  cancelAttempts(turn, from);
  dropChunk(state, from);
  if (from !== round.fold.end && round.waiting > 2 * settings.limits.pendingBytes) {
    // More came at once than was to be expected: somebody will do it again when there is room.
    state.counts.late += 1;
    giveBack(round.free, { from, blocks: chunk.blocks });
    return;
  }
  round.done[from] = by === undefined ? [chunk.blocks, result] : [chunk.blocks, result, by];
  round.finished += chunk.blocks;
  round.waiting += result.length;
  fadePace(turn);
  state.pace.sum += chunk.blocks * round.count;
  markFresh(state, from);
}

/** A node that was outvoted: what rests on its word alone is done again. */
function punish(turn: JobTurn, node: string): void {
  const { state } = turn;
  const { round } = state;
  tallyOf(state, node).disagreed += 1;
  const known = state.nodes[node];
  if (known !== undefined) known.outvoted = true;
  for (const [key, chunk] of Object.entries(round.chunks)) {
    const left = chunk.votes?.filter((vote) => vote.node !== node);
    if (left === undefined || left.length === chunk.votes?.length) continue;
    if (left.length > 0) chunk.votes = left;
    else delete chunk.votes;
    requeue(turn, Number(key));
  }
  for (const [key, [blocks, , by]] of Object.entries(round.done)) {
    if (by !== node) continue;
    delete round.done[Number(key)];
    round.finished -= blocks;
    giveBack(round.free, { from: Number(key), blocks });
  }
}

/** A node says that a chunk came to nothing. */
export function settleFailure(turn: JobTurn, message: FailureMessage): void {
  const { state } = turn;
  const closed = closeAttempt(turn, message.attempt, message.node);
  state.told.stale = true;
  if (closed === null) {
    state.counts.late += 1;
    return;
  }
  workOf(state, message.node).settled.push(message.attempt);
  if (message.reason === 'refused') {
    pause(turn, message.node);
    requeue(turn, closed.attempt.from);
    return;
  }
  tallyOf(state, message.node).failed += 1;
  failChunk(turn, closed.attempt, message);
}

type Failing = Pick<FailureMessage, 'node' | 'reason' | 'message'>;

function failChunk(turn: JobTurn, { from }: JobAttempt, failing: Failing): void {
  const { state, settings } = turn;
  const { node, reason, message } = failing;
  const chunk = state.round.chunks[from];
  if (chunk === undefined) return;
  state.counts.failed += 1;
  noteError(turn, from, { node, message: reason === 'error' ? message : `${reason}: ${message}` });
  const holder = state.nodes[node];
  if (holder !== undefined) holder.fails += 1;
  if (reason === 'version') pause(turn, node);
  chunk.fails = (chunk.fails ?? 0) + 1;
  chunk.failed = [...(chunk.failed ?? []).filter((other) => other !== node), node];
  const isPartial = state.spec.onPoison === 'partial';
  // Too much at once, or something in it that is to be found and left out.
  const divides =
    (isPartial || reason === 'timeout' || reason === 'memory') &&
    chunk.blocks > 1 &&
    reason !== 'version' &&
    chunk.votes === undefined;
  const isHopeless = chunk.fails >= settings.maxAttempts;
  if (isHopeless && !(isPartial && divides)) {
    poison(
      turn,
      from,
      `it failed ${chunk.fails} times, the last time with: ${message.slice(0, 500)}`,
    );
    return;
  }
  // Several failed of it at once: whoever is still at it would too.
  if (isHopeless) cancelAttempts(turn, from);
  if (chunk.live > 0) return;
  if (divides) splitChunk(turn, from, settings.maxAttempts - 2);
  else requeue(turn, from);
}

/** A node lost attempts, or was lost with them. */
export function settleLost(turn: JobTurn, message: LostMessage): void {
  const { state } = turn;
  const holder = state.nodes[message.node];
  if (holder !== undefined) {
    if (message.reason === 'dead' || message.reason === 'left') holder.slots = 0;
    else pause(turn, message.node);
  }
  for (const token of message.attempts) {
    loseAttempt(turn, token, { node: message.node, reason: message.reason });
  }
}

export function loseAttempt(
  turn: JobTurn,
  token: string,
  { node, reason }: Pick<LostMessage, 'node' | 'reason'>,
): void {
  const { state, settings } = turn;
  const closed = closeAttempt(turn, token, node);
  if (closed === null) return;
  const { attempt, chunk } = closed;
  state.told.stale = true;
  if (reason === 'refused') {
    requeue(turn, attempt.from);
    return;
  }
  state.counts.lost += 1;
  // What only waited there is not to blame.
  if (attempt.run > 0 && (reason === 'dead' || reason === 'stalled')) {
    chunk.lost = (chunk.lost ?? 0) + 1;
    if (reason === 'stalled') {
      noteError(turn, attempt.from, {
        node,
        message: `no progress for ${settings.times.stallMs} ms`,
      });
    }
    if (chunk.lost >= settings.maxAttempts * LOST_PER_FAIL) {
      poison(turn, attempt.from, `${chunk.lost} nodes died or came to a standstill with it`);
      return;
    }
  }
  requeue(turn, attempt.from);
}

/** It takes nothing now; its next heartbeat will say. */
function pause({ state, now, settings }: JobTurn, node: string): void {
  const known = state.nodes[node];
  if (known !== undefined) known.pausedUntil = now + settings.times.heartbeatMs;
}

function noteError(
  { state, now }: JobTurn,
  from: number,
  { node, message }: { readonly node: string; readonly message: string },
): void {
  const blocks = state.round.chunks[from]?.blocks ?? 1;
  const error = { at: now, node, from, blocks, message: message.slice(0, ERROR_LENGTH) };
  state.errors = [...state.errors, error].slice(-ERRORS_KEPT);
}

/** Nobody will do this chunk. */
function poison(turn: JobTurn, from: number, why: string): void {
  const { state } = turn;
  const { round } = state;
  const chunk: Chunk | undefined = round.chunks[from];
  if (chunk === undefined) return;
  const { blocks } = chunk;
  if (state.spec.onPoison === 'fail') {
    const range = blocks === 1 ? `block ${from}` : `blocks ${from} to ${from + blocks - 1}`;
    failJob(turn, `${range} of round ${round.n}: ${why}`);
    return;
  }
  cancelAttempts(turn, from);
  dropChunk(state, from);
  round.done[from] = [blocks, null];
  round.finished += blocks;
  round.leftOut += blocks;
  state.missing.push({ round: round.n, from, blocks });
  markFresh(state, from);
  if (state.missing.length > MOST_MISSING) {
    failJob(turn, `more than ${MOST_MISSING} ranges of blocks failed, the last one because ${why}`);
  }
}
