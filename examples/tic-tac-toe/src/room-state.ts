/** What a room remembers between turns, and what of it everybody sees. Plain JSON data. */
import type { GameResult, Player, Room, RoomPhase } from './messages.ts';
import { emptyBoard } from './rules.ts';
import type { Board, Side } from './rules.ts';

/** Someone in a seat. */
export interface Seat {
  user: string;
  name: string;
  /** Since when the player's last connection is gone, in ms; `null`: connected. */
  goneSince: number | null;
}

/** Someone present without a seat. */
export interface Watcher {
  user: string;
  name: string;
  /** Gave a seat up, and is not given one again until they come back in. */
  resting: boolean;
}

export interface RoomState {
  readonly id: string;
  phase: RoomPhase;
  host: Seat | null;
  guest: Seat | null;
  /** In the order they came: the first is given the next free seat. */
  watchers: Watcher[];
  /** How many more are present than `watchers` holds. */
  crowd: number;
  board: Board;
  turn: Side | null;
  turnEndsAt: number | null;
  result: GameResult | null;
  /** Who begins the next game. */
  first: Side;
  /** When `finishing` ends. */
  resetAt: number | null;
  /** When the room is deleted because nobody came; `null` once somebody has. */
  unclaimedUntil: number | null;
}

/** Times of a room, in ms. */
export interface RoomTimes {
  /** For a move. Default 30,000. */
  readonly turnMs: number;
  /** For which a seat is kept for a player whose connection is gone. Default 30,000. */
  readonly graceMs: number;
  /** For which a result stays before the room waits for the next game. Default 5,000. */
  readonly finishMs: number;
  /** In which somebody must enter a new room. Default 60,000. */
  readonly unclaimedMs: number;
}

export const DEFAULT_TIMES: RoomTimes = {
  turnMs: 30_000,
  graceMs: 30_000,
  finishMs: 5_000,
  unclaimedMs: 60_000,
};

export function newRoom(id: string, now: number, times: RoomTimes): RoomState {
  return {
    id,
    phase: 'waiting',
    host: null,
    guest: null,
    watchers: [],
    crowd: 0,
    board: emptyBoard(),
    turn: null,
    turnEndsAt: null,
    result: null,
    first: 'host',
    resetAt: null,
    unclaimedUntil: now + times.unclaimedMs,
  };
}

function viewOfSeat(seat: Seat | null): Player | null {
  return seat === null
    ? null
    : { user: seat.user, name: seat.name, connected: seat.goneSince === null };
}

/** The room as everybody sees it. Shares nothing with the state. */
export function viewOfRoom(room: RoomState): Room {
  return {
    id: room.id,
    state: room.phase,
    host: viewOfSeat(room.host),
    guest: viewOfSeat(room.guest),
    board: [...room.board],
    turn: room.turn,
    turnEndsAt: room.turnEndsAt,
    result: room.result === null ? null : { ...room.result },
  };
}

/** Which seat `user` has. */
export function sideOf(room: RoomState, user: string): Side | null {
  if (room.host?.user === user) return 'host';
  return room.guest?.user === user ? 'guest' : null;
}

/** Nobody is present and no seat is kept for anybody; false for a new room that still waits for its first visitor. */
export function isAbandoned(room: RoomState): boolean {
  return (
    room.unclaimedUntil === null &&
    room.host === null &&
    room.guest === null &&
    room.watchers.length === 0 &&
    room.crowd === 0
  );
}
