import { serverChannel, type ActorKey } from '@belfry/protocol';
import type { ActorPublication, Send } from '@belfry/store';
import type { Random, RandomState } from './random.ts';
import type { TickPlan } from './tick-plan.ts';
import type { TurnOptions } from './turn.ts';

/** A turn's unfinished work: the state and every effect so far. */
export interface Draft {
  readonly key: ActorKey;
  exists: boolean;
  state: unknown;
  plan: TickPlan;
  rateKnown: boolean;
  /** For how long the messages after this turn wait. */
  gatherMs: number;
  /** Lists only grow, so that going back is cutting them off. */
  readonly publications: ActorPublication[];
  readonly sends: Send[];
  readonly forget: string[];
  effectsLength: number;
  readonly random: Random;
  /** `destroy()` was called by the handler that runs. */
  destroying: boolean;
  /** The JSON text that answers the ask that is being handled. */
  reply: string | null;
  created: number;
  destroyed: number;
}

/** A place to go back to. The state is kept elsewhere, as text. */
export interface DraftMark {
  readonly exists: boolean;
  readonly plan: TickPlan;
  readonly rateKnown: boolean;
  readonly gatherMs: number;
  readonly publications: number;
  readonly sends: number;
  readonly forget: number;
  readonly effectsLength: number;
  readonly random: RandomState;
  readonly created: number;
  readonly destroyed: number;
}

export function markDraft(draft: Draft): DraftMark {
  return {
    exists: draft.exists,
    plan: draft.plan,
    rateKnown: draft.rateKnown,
    gatherMs: draft.gatherMs,
    publications: draft.publications.length,
    sends: draft.sends.length,
    forget: draft.forget.length,
    effectsLength: draft.effectsLength,
    random: draft.random.save(),
    created: draft.created,
    destroyed: draft.destroyed,
  };
}

/** Undoes everything since `mark`; `state` is a fresh copy of what it was then. */
export function restoreDraft(draft: Draft, mark: DraftMark, state: unknown): void {
  draft.exists = mark.exists;
  draft.state = state;
  draft.plan = mark.plan;
  draft.rateKnown = mark.rateKnown;
  draft.gatherMs = mark.gatherMs;
  draft.publications.length = mark.publications;
  draft.sends.length = mark.sends;
  draft.forget.length = mark.forget;
  draft.effectsLength = mark.effectsLength;
  draft.random.restore(mark.random);
  draft.destroying = false;
  draft.reply = null;
  draft.created = mark.created;
  draft.destroyed = mark.destroyed;
}

/** More effects than a turn may have. */
export class TooManyEffects extends RangeError {
  override readonly name = 'TooManyEffects';
}

/** Adds a publication. Throws `TooManyEffects` when the turn has more effects than it may. */
export function addPublication(
  draft: Draft,
  publication: ActorPublication,
  options: TurnOptions,
): void {
  countEffect(draft, publication.body.length, options);
  draft.publications.push(publication);
}

/** Adds a send, in the same limits. */
export function addSend(draft: Draft, send: Send, options: TurnOptions): void {
  countEffect(draft, send.body.length, options);
  draft.sends.push(send);
}

function countEffect(draft: Draft, length: number, options: TurnOptions): void {
  const maxEffects = options.maxEffects ?? 10_000;
  if (draft.publications.length + draft.sends.length >= maxEffects) {
    throw new TooManyEffects(
      `actor ${draft.key}: more than ${maxEffects} publications and sends in one turn; spread them over several ticks`,
    );
  }
  const maxLength = options.maxEffectsLength ?? 16_777_216;
  if (draft.effectsLength + length > maxLength) {
    throw new TooManyEffects(
      `actor ${draft.key}: more than ${maxLength} characters published and sent in one turn; send less, or over several ticks`,
    );
  }
  draft.effectsLength += length;
}

/**
 * Ends the actor's life when its handler asked for it. The store forgets a channel's history before it applies the publications, so
 * what this life published on the server channel in this same turn is kept for a moment only, too.
 */
export function endLife(draft: Draft, noTicks: TickPlan): void {
  const channel = serverChannel(draft.key);
  draft.publications.forEach((publication, i) => {
    if (publication.channel !== channel || publication.history.size === 0) return;
    draft.publications[i] = { ...publication, history: { ...publication.history, ttlMs: 1 } };
  });
  draft.forget.push(channel);
  draft.exists = false;
  draft.state = null;
  draft.plan = noTicks;
  draft.rateKnown = false;
  draft.destroying = false;
  draft.destroyed++;
}
