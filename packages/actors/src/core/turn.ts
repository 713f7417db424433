import type { ActorKey } from '@belfry/protocol';
import type { Commit, Fence, HistoryPolicy, InboxMessage, Millis, Version } from '@belfry/store';
import type { TurnMeta } from './turn-meta.ts';

/** An actor as it was last committed, and what waits for it. */
export interface TurnSnapshot {
  readonly key: ActorKey;
  readonly version: Version;
  /** Of the lease under which the turn runs. */
  readonly fence: Fence;
  /** JSON text; `null`: the actor does not exist. */
  readonly state: string | null;
  readonly meta: string | null;
  /** What `meta` says, where the last outcome is at hand: it need not be read again. */
  readonly notes?: TurnMeta | null;
  /** The pending tick as the store knows it. */
  readonly wakeAt: Millis | null;
  /** From the head of the inbox, in order; those that are held back are left alone. */
  readonly messages: readonly InboxMessage[];
  /** The store's time of the turn. */
  readonly now: Millis;
}

/** What all turns of a deployment share. */
export interface TurnOptions {
  /** Makes `ctx.random()` unguessable. The same in every process. */
  readonly secret: string;
  /** What a channel keeps. */
  readonly historyFor: (channel: string) => HistoryPolicy;
  /** The inbox limit of a kind, for sends; `undefined`: the store's default. */
  readonly inboxLimitOf?: (kind: string) => number | undefined;
  /** The most messages of one turn: after as many others are there already, and nothing is gathered. Default: nobody knows. */
  readonly maxMessages?: number;
  /** Check what is published against the kind's schemas. Default true; the messages themselves never change by it. */
  readonly validatePublications?: boolean;
  /** The longest JSON text of a state, in UTF-16 code units. Default 1,048,576. */
  readonly maxStateLength?: number;
  /** The most publications and sends of one turn. Default 10,000. */
  readonly maxEffects?: number;
  /** The most text in the publications and sends of one turn, in UTF-16 code units. Default 16,777,216. */
  readonly maxEffectsLength?: number;
}

/** What happened in a turn, in numbers. */
export interface TurnCounts {
  /** Messages taken out of the inbox, whatever became of them. */
  messages: number;
  /** Of these: refused by `ctx.reject`. */
  rejections: number;
  /** Of these: did not fit the schema; they are dead letters. */
  invalid: number;
  /** Of these: came to an actor that does not exist and is not created by them. */
  ignored: number;
  /** Of these: became dead letters, invalid ones included. */
  deadLetters: number;
  /** Times that handling a message threw. */
  failures: number;
  /** Ticks that ran, those that threw included. */
  ticks: number;
  /** Of these: threw. */
  tickFailures: number;
  /** Ticks that the late policy left out. */
  ticksSkipped: number;
  created: number;
  destroyed: number;
}

/** Something that threw, for the log. */
export interface TurnFailure {
  readonly during: 'message' | 'tick';
  /** The message's `seq` or the tick's `n`. */
  readonly number: number;
  /** As it was thrown. */
  readonly error: unknown;
  /** How often the message was tried, or how many ticks in a row threw. */
  readonly attempts: number;
  /** The message is a dead letter, or the actor is suspended. */
  readonly final: boolean;
}

/** What a turn wants committed. */
export interface TurnOutcome {
  readonly commit: Omit<Commit, 'fence' | 'lease'>;
  /** The state's text once this is committed. */
  readonly state: string | null;
  /** What `commit.meta` says. */
  readonly notes: TurnMeta | null;
  readonly counts: Readonly<TurnCounts>;
  readonly failures: readonly TurnFailure[];
  /** There was nothing to do: committing it would change nothing that matters. */
  readonly idle: boolean;
}

export function noCounts(): TurnCounts {
  return {
    messages: 0,
    rejections: 0,
    invalid: 0,
    ignored: 0,
    deadLetters: 0,
    failures: 0,
    ticks: 0,
    tickFailures: 0,
    ticksSkipped: 0,
    created: 0,
    destroyed: 0,
  };
}
