import { beginWaiting, loseHolds } from './holds.ts';
import { outboxOf, type NodeTurn } from './node-state.ts';

/** The node was heard. */
export function seen({ state, now }: NodeTurn): void {
  state.seenAt = now;
  state.alive = 'online';
}

/** It says that it goes. */
export function leave(turn: NodeTurn): void {
  loseHolds(turn, 'left');
  turn.state.alive = 'offline';
}

/** Time passed: who was silent too long, what was not acknowledged, and what stands still. */
export function lapse(turn: NodeTurn, lateMs: number): void {
  const { state, now, settings } = turn;
  const { suspectMs, deadMs, heartbeatMs } = settings.times;
  // For so long nobody was there who could have heard it.
  if (lateMs > heartbeatMs) state.seenAt = Math.min(now, state.seenAt + lateMs);
  const silent = now - state.seenAt;
  if (state.alive !== 'offline' && silent >= deadMs) {
    loseHolds(turn, 'dead');
    // It may be there, and only not heard: what it hears of it is a waste of its time.
    state.alive = 'offline';
  } else if (state.alive === 'online' && silent >= suspectMs) {
    state.alive = 'suspect';
  }
  if (state.alive === 'offline') return;
  loseHolds(turn, 'unacknowledged', overdue(turn, 'ack'));
  beginWaiting(turn);
  loseHolds(turn, 'stalled', overdue(turn, 'stall'));
  if (state.code !== null && state.code.expiresAt <= now) state.code = null;
}

function overdue({ state, now, settings }: NodeTurn, what: 'ack' | 'stall'): string[] {
  const { ackMs, stallMs } = settings.times;
  return Object.entries(state.holds)
    .filter(([, { at, since, state: known }]) =>
      what === 'ack'
        ? known !== 'known' && now >= at + ackMs
        : known === 'known' && since > 0 && now >= since + stallMs,
    )
    .map(([token]) => token);
}

/** Whether it has been away for so long that it is forgotten. */
export function isForgotten(turn: NodeTurn): boolean {
  return turn.state.alive === 'offline' && turn.now >= forgetAt(turn);
}

function forgetAt({ state, settings }: NodeTurn): number {
  const { forgetNodeMs, forgetTabMs } = settings.limits;
  const isTab = state.capabilities.runtime === 'browser';
  const short = isTab || (state.claim === null && state.removedAt === undefined);
  return state.seenAt + (short ? forgetTabMs : forgetNodeMs);
}

/** When the next of these is due. */
export function nextLapse(turn: NodeTurn): number {
  const { state, now, settings } = turn;
  const { suspectMs, deadMs, ackMs, stallMs } = settings.times;
  if (state.alive === 'offline') return Math.max(now + 1, forgetAt(turn));
  let at = state.seenAt + (state.alive === 'online' ? suspectMs : deadMs);
  for (const held of Object.values(state.holds)) {
    if (held.state !== 'known') at = Math.min(at, held.at + ackMs);
    else if (held.since > 0) at = Math.min(at, held.since + stallMs);
  }
  return Math.max(now + 1, at);
}

/** An answer carries what the node holds: what was pushed and lost has arrived now, and is to be acknowledged from now on. */
export function tellAgain({ state, now }: NodeTurn): void {
  for (const held of Object.values(state.holds)) {
    if (held.state !== 'pushed') continue;
    held.state = 'told';
    held.at = now;
  }
  // What was to be pushed in this turn as well is in the answer.
  if (state.out !== undefined) outboxOf(state).given = [];
}
