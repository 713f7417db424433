import type { Attempt, AttemptProgress } from '@belfry/protocol';
import type { LostMessage } from '../../messages/job-messages.ts';
import type { NodeTally, WorkMessage } from '../../messages/node-messages.ts';
import { outboxOf, streakFor, takesWork, type NodeState, type NodeTurn } from './node-state.ts';

/** Over so many ms the rate is told. */
const PACE_MS = 10_000;
/** A node holds at most so many attempts of each slot, over all jobs. */
const MOST_PER_SLOT = 8;

/** A job says what is over and what is new. */
export function applyWork(turn: NodeTurn, work: WorkMessage): void {
  const { state, now } = turn;
  const { job, head, give, settled, cancelled, tally } = work;
  for (const token of settled) drop(state, token);
  for (const token of cancelled) {
    if (drop(state, token)) outboxOf(state).cancelled.push(token);
  }
  if (tally !== null) count(turn, tally);
  if (head === null || give.length === 0) return;
  const room = MOST_PER_SLOT * state.capabilities.slots - Object.keys(state.holds).length;
  if (!takesWork(state) || give.length > room) {
    const reason = state.alive === 'offline' ? 'dead' : 'refused';
    tellLost(turn, { job, attempts: give.map(([token]) => token), reason });
    return;
  }
  state.heads[job] = head;
  for (const [token, from, blocks] of give) {
    state.holds[token] = { job, from, blocks, at: now, state: 'pushed', done: 0, since: 0 };
    outboxOf(state).given.push(token);
  }
}

function count({ state, now, settings }: NodeTurn, tally: NodeTally): void {
  const { trust, pace } = state;
  state.completed += tally.completed;
  state.failed += tally.failed;
  trust.agreed += tally.agreed;
  trust.streak += tally.agreed;
  if (trust.streak >= streakFor(trust, settings.trust)) trust.caught = false;
  if (tally.disagreed > 0) {
    trust.disagreed += tally.disagreed;
    trust.streak = 0;
    trust.caught = true;
  }
  pace.sum = faded(state, now) + tally.iterations;
  pace.at = now;
}

function faded({ pace }: NodeState, now: number): number {
  return pace.sum * Math.exp((pace.at - now) / PACE_MS);
}

/** Iterations a second, over all it runs. */
export function rateOfNode(state: NodeState, now: number): number {
  return Math.round((faded(state, now) / PACE_MS) * 1_000);
}

/** False: it was not there. */
function drop(state: NodeState, token: string): boolean {
  if (state.holds[token] === undefined) return false;
  delete state.holds[token];
  return true;
}

/** At the end of a turn: jobs of which it holds nothing any more. */
export function forgetHeads({ heads, holds }: NodeState): void {
  const jobs = Object.keys(heads);
  if (jobs.length === 0) return;
  const held = new Set(Object.values(holds).map(({ job }) => job));
  for (const job of jobs) if (!held.has(job)) delete heads[job];
}

export function tellLost(
  { node, state }: NodeTurn,
  { job, ...lost }: Pick<LostMessage, 'attempts' | 'reason'> & { readonly job: string },
): void {
  if (lost.attempts.length === 0) return;
  (outboxOf(state).lost[job] ??= []).push({ type: 'lost', node, ...lost });
}

/** What it holds comes to nothing: all of it, or what is named. */
export function loseHolds(
  turn: NodeTurn,
  reason: LostMessage['reason'],
  tokens: readonly string[] = Object.keys(turn.state.holds),
): void {
  const { state } = turn;
  const byJob = new Map<string, string[]>();
  for (const token of tokens) {
    const held = state.holds[token];
    if (held === undefined) continue;
    byJob.set(held.job, [...(byJob.get(held.job) ?? []), token]);
    drop(state, token);
    outboxOf(state).cancelled.push(token);
  }
  for (const [job, attempts] of byJob) tellLost(turn, { job, attempts, reason });
}

/** The node has these. */
export function acknowledge(state: NodeState, tokens: Iterable<string>): void {
  for (const token of tokens) {
    const held = state.holds[token];
    if (held !== undefined) held.state = 'known';
  }
}

/** How far the node is with what it holds. */
export function noteProgress({ state, now }: NodeTurn, progress: readonly AttemptProgress[]): void {
  for (const { attempt, blocks } of progress) {
    const held = state.holds[attempt];
    if (held === undefined) continue;
    held.state = 'known';
    if (blocks <= held.done) continue;
    held.done = Math.min(blocks, held.blocks);
    held.since = now;
  }
}

/** What there is a slot for counts as begun: from then on it is to make progress. */
export function beginWaiting({ state, now }: NodeTurn): void {
  let left = Math.max(1, state.slots);
  for (const held of Object.values(state.holds)) {
    if (left === 0) return;
    if (held.since === 0) held.since = now;
    left -= 1;
  }
}

/** Of these attempts, or of all: what the node is told. */
export function attemptsOf(
  state: NodeState,
  tokens: readonly string[] = Object.keys(state.holds),
): Attempt[] {
  return tokens.flatMap((attempt): Attempt[] => {
    const held = state.holds[attempt];
    const head = held === undefined ? undefined : state.heads[held.job];
    if (held === undefined || head === undefined) return [];
    return [
      {
        attempt,
        job: held.job,
        simulation: head.simulation,
        version: head.version,
        round: head.round,
        seed: head.seed,
        from: held.from,
        blocks: held.blocks,
        blockIterations: head.blockIterations,
        firstIteration: head.firstIteration + held.from * head.blockIterations,
        assignedAt: held.at,
      },
    ];
  });
}
