/** A game in a room: its start, its moves and its end. Pure: time comes in, what happened goes out through `scene`. */
import type { Change, GameResult } from './messages.ts';
import { boardOutcome, emptyBoard, otherSide } from './rules.ts';
import type { Side } from './rules.ts';
import { sideOf } from './room-state.ts';
import type { RoomState, RoomTimes } from './room-state.ts';

/** What the rules of a room see of the world around it. */
export interface Scene {
  readonly room: RoomState;
  readonly times: RoomTimes;
  readonly now: number;
  /** Something has changed: tells everybody, with the room as it is now. */
  changed(change: Change): void;
  /** Refuses what is being handled. Nothing of it applies. */
  refuse(code: string, message: string): never;
}

function playerSide(scene: Scene, user: string): Side {
  return sideOf(scene.room, user) ?? scene.refuse('not-a-player', 'You have no seat in this room.');
}

/** Either player may start, so that nobody waits for a host who looks elsewhere. */
export function start(scene: Scene, user: string): void {
  const { room } = scene;
  playerSide(scene, user);
  if (room.phase === 'playing') scene.refuse('already-playing', 'The game is on already.');
  if (room.phase === 'finishing') scene.refuse('still-finishing', 'The last game is just ending.');
  if (room.host === null || room.guest === null) {
    return scene.refuse('no-opponent', 'It takes two to play.');
  }
  const away = [room.host, room.guest].find(({ goneSince }) => goneSince !== null);
  if (away !== undefined) scene.refuse('player-away', `${away.name} is not connected.`);
  room.phase = 'playing';
  room.board = emptyBoard();
  room.result = null;
  beginTurn(scene, room.first);
  room.first = otherSide(room.first);
  scene.changed('started');
}

export function mark(scene: Scene, user: string, cell: number): void {
  const { room } = scene;
  const side = playerSide(scene, user);
  if (room.phase !== 'playing') {
    const { result } = room;
    const late = result?.reason === 'time' && result.winner !== side;
    if (late) scene.refuse('too-late', 'Your time for that move was over.');
    scene.refuse('not-playing', 'There is no game on.');
  }
  if (room.board[cell] === undefined) scene.refuse('no-such-cell', 'Cells are 0 to 8.');
  if (room.turn !== side) scene.refuse('not-your-turn', 'It is not your turn.');
  if (room.board[cell] !== null) scene.refuse('cell-taken', 'That cell is taken.');
  room.board[cell] = side;
  const outcome = boardOutcome(room.board);
  if (outcome === null) {
    beginTurn(scene, otherSide(side));
    scene.changed('marked');
    return;
  }
  endTurn(room);
  scene.changed('marked');
  finish(scene, outcome);
}

/** The one whose turn it is has run out of time. */
export function timeOut(scene: Scene): void {
  const late = scene.room.turn;
  if (late === null) return;
  endTurn(scene.room);
  scene.changed('timed-out');
  finish(scene, { winner: otherSide(late), reason: 'time' });
}

/** Ends the game for now; the room waits again after `finishMs`. */
export function finish(scene: Scene, result: GameResult): void {
  const { room } = scene;
  endTurn(room);
  room.phase = 'finishing';
  room.result = result;
  room.resetAt = scene.now + scene.times.finishMs;
  scene.changed('finished');
}

/** Clears the table for the next game. */
export function reset({ room, changed }: Scene): void {
  room.phase = 'waiting';
  room.board = emptyBoard();
  room.result = null;
  room.resetAt = null;
  changed('reset');
}

function beginTurn({ room, now, times }: Scene, side: Side): void {
  room.turn = side;
  room.turnEndsAt = now + times.turnMs;
}

function endTurn(room: RoomState): void {
  room.turn = null;
  room.turnEndsAt = null;
}
