import { encodeActorMessage, type ActorMessage } from '@belfry/protocol';
import type { ActorPublication, Fence, InboxMessage, Version } from '@belfry/store';
import type { AnyActorDefinition } from '../define-actor.ts';
import { runTurn } from './run-turn.ts';
import type { TurnOptions, TurnOutcome, TurnSnapshot } from './turn.ts';

/** Test support: an actor that lives in a variable and whose turns are committed by assignment. */
export interface LocalActor {
  snapshot: TurnSnapshot;
  /** Runs a turn at `now` over these messages and commits it. What stays unconsumed comes again with the next turn. */
  turn(now: number, messages?: readonly ActorMessage[]): TurnOutcome;
  /** The committed state, parsed. */
  state(): unknown;
}

export const LOCAL_OPTIONS: TurnOptions = {
  secret: 'test',
  historyFor: () => ({ size: 10, ttlMs: 60_000, metaTtlMs: 60_000 }),
};

export function localActor(
  definition: AnyActorDefinition,
  options: Partial<TurnOptions> = {},
): LocalActor {
  let seq = 0;
  let inbox: InboxMessage[] = [];
  const actor: LocalActor = {
    snapshot: {
      key: `${definition.kind}/1`,
      version: 0 as Version,
      fence: 1 as Fence,
      state: null,
      meta: null,
      wakeAt: null,
      messages: [],
      now: 0,
    },
    turn(now, messages = []) {
      for (const message of messages) {
        inbox.push({ seq: ++seq, at: now, body: encodeActorMessage(message) });
      }
      const before = { ...actor.snapshot, messages: inbox, now };
      const outcome = runTurn(definition, before, { ...LOCAL_OPTIONS, ...options });
      const { commit } = outcome;
      const through = commit.consumedThrough ?? 0;
      inbox = inbox.filter((message) => message.seq > through);
      actor.snapshot = {
        ...before,
        messages: [],
        version: (commit.state === null ? 0 : before.version + 1) as Version,
        // As the store does: a deleted actor's lease is given back.
        fence: (before.fence + (commit.state === null ? 1 : 0)) as Fence,
        state: commit.state === undefined ? before.state : commit.state,
        meta: commit.meta,
        wakeAt: commit.wakeAt,
      };
      return outcome;
    },
    state: () => JSON.parse(actor.snapshot.state ?? 'null') as unknown,
  };
  return actor;
}

/** A client's message. */
export function fromAnn(data: unknown): ActorMessage {
  return { type: 'message', from: { type: 'client', user: 'ann', client: 'c1' }, data };
}

/** The deployment's message. */
export function fromSystem(data: unknown): ActorMessage {
  return { type: 'message', from: { type: 'system' }, data };
}

/** The deployment's question, whose answer goes to `reply:x`. */
export function askOf(data: unknown): ActorMessage {
  return { type: 'ask', from: { type: 'system' }, ask: 'q1', replyTo: 'reply:x', data };
}

/** The data that was published, by channel. */
export function published(publications: readonly ActorPublication[]): [string, unknown][] {
  return publications.map(({ channel, body }) => [
    channel,
    (JSON.parse(body) as { data: unknown }).data,
  ]);
}
