/** The actors that the torture run loads into every process: the game, and two whose every step can be checked. */
import { defineActor, type ActorDefinition } from '@belfry/actors';
import { createTicTacToe, type RoomState } from '@belfry/example-tic-tac-toe';
import {
  controlMessage,
  type roomPublication,
  type ControlMessage,
} from '@belfry/example-tic-tac-toe/shared';
import { z } from 'zod';

const step = z.object({ step: z.int().min(1) });
const stepped = z.object({ user: z.string(), step: z.int(), count: z.int() });

interface LedgerState {
  count: number;
  /** Per user the last step that was applied. */
  last: Record<string, number>;
  /** Steps that did not follow the one before: applied twice, lost, or out of order. */
  broken: { user: string; after: number; got: number }[];
}

export type Ledger = ActorDefinition<
  'ledger',
  LedgerState,
  typeof step,
  typeof stepped,
  undefined,
  undefined
>;

/** Takes numbered steps of users and writes down every one that does not follow the last. */
export const ledger: Ledger = defineActor('ledger', {
  control: step,
  server: stepped,
  initial: (): LedgerState => ({ count: 0, last: {}, broken: [] }),
  onMessage(ctx, message, { user }) {
    const after = ctx.state.last[user] ?? 0;
    if (message.step !== after + 1) ctx.state.broken.push({ user, after, got: message.step });
    ctx.state.last[user] = message.step;
    ctx.state.count++;
    ctx.publish({ user, step: message.step, count: ctx.state.count });
  },
});

const wind = z.object({ type: z.literal('wind') });
const beat = z.object({ n: z.int(), count: z.int() });

export type Metronome = ActorDefinition<
  'metronome',
  { count: number; lastN: number },
  typeof wind,
  typeof beat,
  undefined,
  undefined
>;

/** Ticks 20 times a second and publishes every tick's number. */
export const metronome: Metronome = defineActor('metronome', {
  control: wind,
  server: beat,
  initial: () => ({ count: 0, lastN: 0 }),
  tick: { hz: 20, late: 'skip' },
  onMessage: () => undefined,
  onTick(ctx, { n }) {
    ctx.state.count++;
    ctx.state.lastN = n;
    ctx.publish({ n, count: ctx.state.count });
  },
});

/** A player's message to a room; a mark carries the player's own number of it. */
export type TracedMessage = ControlMessage & { move?: number | undefined };

const tracedMessage: z.ZodType<TracedMessage, TracedMessage> = z.intersection(
  controlMessage,
  z.object({ move: z.int().optional() }),
);

/** A mark that a room made, as its trace tells it. */
export interface AppliedMove {
  readonly user: string;
  readonly move: number;
  readonly cell: number;
}

/** Where a room tells which moves it made: with the commit that makes them. */
export const traceChannel = (roomId: string): string => `trace:tictactoe/${roomId}`;

export type TracedTicTacToe = ActorDefinition<
  'tictactoe',
  RoomState,
  typeof tracedMessage,
  typeof roomPublication,
  undefined,
  undefined
>;

const game = createTicTacToe({ finishMs: 1_000 }).spec;

/** The game with its own times, but for the result, which stays a second; and a trace of its moves. */
export const tictactoe: TracedTicTacToe = defineActor('tictactoe', {
  ...game,
  control: tracedMessage,
  onMessage(ctx, message, from) {
    // Does not return when the rules refuse it.
    game.onMessage?.(ctx, message, from);
    if (message.type !== 'mark') return;
    const applied: AppliedMove = {
      user: from.user,
      move: message.move ?? 0,
      cell: message.cell,
    };
    ctx.publishTo(traceChannel(ctx.id), applied);
  },
});
