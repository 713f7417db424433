import type { AnyActorDefinition } from '../define-actor.ts';
import { Turn } from './turn-run.ts';
import type { TurnOptions, TurnOutcome, TurnSnapshot } from './turn.ts';

/**
 * Runs one turn of an actor: the messages in order, then the tick that is due by `now`, if any. (Messages first, so that a tick sees
 * everything that was accepted before it ran; which messages a turn gets is the store's order and does not depend on the tick.)
 *
 * Pure: the outcome depends on the arguments alone, and nothing is applied; the caller commits `outcome.commit` or forgets it. What
 * a handler of a failed or refused message did is gone as if the message had never come, random numbers included.
 */
export function runTurn(
  definition: AnyActorDefinition,
  snapshot: TurnSnapshot,
  options: TurnOptions,
): TurnOutcome {
  // All at once first, with the state checked and written once. When something throws or rejects, again from the start and this time
  // with a copy of the state after every message, to go back to: at most twice the work, however many messages are bad.
  if (snapshot.messages.length > 1) {
    try {
      return new Turn({ definition, snapshot, options, careful: false }).run();
    } catch {
      // The careful run meets it again and says what it was.
    }
  }
  return new Turn({ definition, snapshot, options, careful: true }).run();
}
