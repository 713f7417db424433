import type { Commit, Millis } from '@belfry/store';
import type { TurnOutcome } from '../core/turn.ts';
import type { HeldActor } from './held-actor.ts';
import type { RunnerContext } from './runner-context.ts';

/** A turn that was run and waits for its commit. */
export interface PendingTurn {
  readonly held: HeldActor;
  readonly outcome: TurnOutcome;
  readonly commit: Commit;
  /** The time of the turn, and when its tick was due. */
  readonly now: Millis;
  readonly wakeAt: Millis | null;
}

/** The text that a turn sends to the store, in UTF-16 code units. */
export function lengthOf({ state, commit }: TurnOutcome): number {
  let length = commit.state === undefined ? 0 : (state?.length ?? 0);
  for (const { body } of commit.publications) length += body.length;
  for (const { body } of commit.sends) length += body.length;
  return length;
}

/** Counts a turn that was committed, and tells what of it an operator may want to know. */
export function reportTurn(pending: PendingTurn, { limit, metrics, tell }: RunnerContext): void {
  const { held, outcome, now, wakeAt } = pending;
  const { commit, counts } = outcome;
  const { actor } = held;
  metrics.turn(counts);
  limit.turned(counts.messages);
  if (counts.ticks > 0 && wakeAt !== null)
    metrics.tickLatenessMs.observe(Math.max(0, now - wakeAt));
  const through = commit.consumedThrough ?? -1;
  for (const { seq, at } of held.messages) {
    if (seq > through) break;
    metrics.messageWaitMs.observe(Math.max(0, now - at));
  }
  for (const failure of outcome.failures) tell({ type: 'turn-failed', actor, failure });
  if (counts.invalid > 0) {
    const error = commit.deadLetters[0]?.error ?? '';
    tell({ type: 'invalid-messages', actor, count: counts.invalid, error });
  }
  if (commit.suspend !== null) {
    metrics.counters.suspended++;
    tell({ type: 'suspended', actor, reason: commit.suspend });
  }
}
