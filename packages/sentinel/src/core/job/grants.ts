import type { GrantChange } from '../../messages/grant-change.ts';
import type { GrantsMessage } from '../../messages/job-messages.ts';
import { closeAttempt, requeue } from './chunks.ts';
import { isOver, workOf, type JobNodeState, type JobTurn } from './job-state.ts';
import { loseAttempt } from './settle.ts';

/** The fleet says what the job may use. */
export function applyGrants(turn: JobTurn, { changes, waiting }: GrantsMessage): void {
  const { state } = turn;
  if (isOver(state)) return;
  state.waiting = waiting;
  state.told.stale = true;
  for (const change of changes) applyGrant(turn, change);
}

function applyGrant(turn: JobTurn, change: GrantChange): void {
  const { state } = turn;
  const { node, slots, name, owner, trust, speed } = change;
  const known = (state.nodes[node] ??= newNode(change));
  const before = known.slots;
  // It had done its part of all that waits, or was away: a new grant is a new start.
  if (before === 0 && slots > 0) known.pausedUntil = 0;
  Object.assign(known, { slots, name, owner, trust, speed });
  if (change.gone === true) loseAll(turn, node);
  else if (slots < before) withdraw(turn, node, { before, slots });
}

function newNode({ name, owner, trust, speed }: GrantChange): JobNodeState {
  return {
    name,
    owner,
    trust,
    speed,
    slots: 0,
    held: 0,
    rate: 0,
    size: 0,
    fails: 0,
    pausedUntil: 0,
    outvoted: false,
  };
}

function loseAll(turn: JobTurn, node: string): void {
  for (const [token, attempt] of Object.entries(turn.state.attempts)) {
    if (attempt.node !== node) continue;
    loseAttempt(turn, token, { node, reason: 'dead' });
    workOf(turn.state, node).cancelled.push(token);
  }
}

/** Slots were taken away: what runs goes on, what only waits there is called back as far as there is no room for it any more. */
function withdraw(
  turn: JobTurn,
  node: string,
  { before, slots }: { readonly before: number; readonly slots: number },
): void {
  const { state } = turn;
  const held = Object.entries(state.attempts).filter(([, attempt]) => attempt.node === node);
  const keep = Math.max(before, 2 * slots);
  for (const [token, { from, run }] of held.slice(keep)) {
    if (run > 0) continue;
    closeAttempt(turn, token, node);
    workOf(state, node).cancelled.push(token);
    requeue(turn, from);
  }
}
