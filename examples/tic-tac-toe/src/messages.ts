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

/**
 * How a game ended. `winner` is the seat the winner has now, or had when they left it; `null` for a draw.
 */
export interface GameResult {
  winner: Side | null;
  reason: 'line' | 'draw' | 'time' | 'left';
}

/**
 * A room as everybody sees it.
 *
 * `host` and `guest` mean the two seats as they are in this very publication, in `board`, `turn` and `result` as well. During a game
 * and its result they mean the same two people, but for one case: when the host leaves, the guest is the host from the next
 * `host-changed` on (after `finished` if a game was on), and a board and result that are still shown change sides with them: the promoted
 * guest's marks are now `host`, those of the one who left are `guest` although that seat is free until the room waits again.
 */
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

/** What has just happened. `host-changed`: the guest has become the host, and the guest's seat is free. A new room publishes `reset`, so that the channel always has a latest state. */
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
