/** What goes in and out of a room. Safe to import in a browser. */
import { z } from 'zod';
import { CELLS } from './rules.ts';
import type { Side } from './rules.ts';

/** What a player sends on `control:tictactoe/<room>`. */
export type ControlMessage =
  /** Begins a game: either player, when both are seated and connected. */
  | { type: 'start' }
  /** Puts one's mark into a cell, 0 to 8, row by row from the top left. */
  | { type: 'mark'; cell: number }
  /** Gives one's seat up. In the middle of a game the other player wins. */
  | { type: 'leave' };

/** A seat and who sits there. */
export interface Player {
  user: string;
  name: string;
  /** False while the player's last connection is gone and the seat is kept for them. */
  connected: boolean;
}

export type RoomPhase = 'waiting' | 'playing' | 'finishing';

/** How a game ended. `winner` is `null` for a draw. */
export interface GameResult {
  winner: Side | null;
  reason: 'line' | 'draw' | 'time' | 'left';
}

/** A room as everybody sees it. */
export interface Room {
  id: string;
  state: RoomPhase;
  host: Player | null;
  guest: Player | null;
  /** Nine cells, row by row from the top left. */
  board: (Side | null)[];
  turn: Side | null;
  /** When the one whose turn it is runs out of time: milliseconds since the Unix epoch, on the server's clock. */
  turnEndsAt: number | null;
  /** Set in `finishing`. */
  result: GameResult | null;
}

/** What has just happened. A new room publishes `reset`, so that the channel always has a latest state. */
export const CHANGES = [
  'joined',
  'left',
  'disconnected',
  'reconnected',
  'host-changed',
  'started',
  'marked',
  'timed-out',
  'finished',
  'reset',
] as const;

export type Change = (typeof CHANGES)[number];

/** What a room publishes on `server:tictactoe/<room>` after every change: what it was, and the whole room after it. */
export interface RoomPublication {
  type: Change;
  room: Room;
}

const side = z.enum(['host', 'guest']);

const player = z.object({ user: z.string(), name: z.string(), connected: z.boolean() });

export const controlMessage: z.ZodType<ControlMessage, ControlMessage> = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('start') }),
    // Which cells there are is the rules' to say: a player who picks another one is told so like after any other wrong move.
    z.object({ type: z.literal('mark'), cell: z.number() }),
    z.object({ type: z.literal('leave') }),
  ],
);

export const roomPublication: z.ZodType<RoomPublication, RoomPublication> = z.object({
  type: z.enum(CHANGES),
  room: z.object({
    id: z.string(),
    state: z.enum(['waiting', 'playing', 'finishing']),
    host: player.nullable(),
    guest: player.nullable(),
    board: z.array(side.nullable()).length(CELLS),
    turn: side.nullable(),
    turnEndsAt: z.number().nullable(),
    result: z
      .object({
        winner: side.nullable(),
        reason: z.enum(['line', 'draw', 'time', 'left']),
      })
      .nullable(),
  }),
});
