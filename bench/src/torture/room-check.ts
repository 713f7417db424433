/** Checks what a room published against the rules of the game and against what its players were told. Pure. */
import {
  boardOutcome,
  type Room,
  type RoomPublication,
  type Side,
} from '@belfry/example-tic-tac-toe/shared';

/** A publication with its place in the channel. */
export interface Logged<T> {
  readonly offset: number;
  readonly data: T;
}

/** What one player knows of the moves it sent. */
export interface MoveLog {
  readonly user: string;
  /** Ids of moves that were acknowledged as durable. */
  readonly accepted: readonly string[];
  /** How many sends ended without an answer: applied or not, nobody was told. */
  readonly unknown: number;
  /** Ids of moves that the room refused, as often as the player was told. */
  readonly refused: readonly string[];
}

/** Offsets must be 1, 2, 3, … without holes. */
export function contiguityViolations(name: string, log: readonly Logged<unknown>[]): string[] {
  return log
    .flatMap(({ offset }, i) =>
      offset === i + 1 ? [] : [`${name}: offset ${offset} where ${i + 1} was due`],
    )
    .slice(0, 3);
}

/** Every change must follow from the one before it by the rules: a move twice, lost or out of order shows here. */
export function replayViolations(name: string, log: readonly Logged<RoomPublication>[]): string[] {
  const violations: string[] = [];
  let before: Room | undefined;
  for (const { offset, data } of log) {
    if (before !== undefined) {
      const problem = transitionProblem(before, data);
      if (problem !== null)
        violations.push(`${name} at offset ${offset} (${data.type}): ${problem}`);
    }
    before = data.room;
  }
  return violations;
}

function transitionProblem(before: Room, { type, room }: RoomPublication): string | null {
  const changed = room.board.flatMap((mark, cell) => (mark === before.board[cell] ? [] : [cell]));
  switch (type) {
    case 'marked':
      return markProblem(before, room, changed);
    case 'started':
      if (before.state !== 'waiting' || room.state !== 'playing')
        return `${before.state} → ${room.state}`;
      return room.board.every((mark) => mark === null) ? null : 'the board was not empty';
    case 'finished':
      return finishProblem(before, room);
    case 'reset':
      return before.state === 'finishing' && room.state === 'waiting'
        ? null
        : `${before.state} → ${room.state}`;
    default:
      return changed.length === 0 ? null : `cells ${changed.join(', ')} changed`;
  }
}

function markProblem(before: Room, room: Room, changed: readonly number[]): string | null {
  const [cell] = changed;
  if (before.state !== 'playing') return 'no game was on';
  if (cell === undefined || changed.length > 1) return `${changed.length} cells changed`;
  if (before.board[cell] !== null) return `cell ${cell} was taken`;
  const side: Side | null = room.board[cell] ?? null;
  return side === before.turn ? null : `${side} moved on the turn of ${before.turn}`;
}

function finishProblem(before: Room, room: Room): string | null {
  if (room.state !== 'finishing' || room.result === null) return 'no result';
  const { winner, reason } = room.result;
  if (reason === 'time' || reason === 'left') return null;
  const outcome = boardOutcome(before.board);
  if (outcome === null) return `${reason}, but the board is open`;
  return outcome.winner === winner && outcome.reason === reason
    ? null
    : `${winner}/${reason}, but the board says ${outcome.winner}/${outcome.reason}`;
}

/** Every accepted move must have had one outcome: one mark on the board, or one refusal. */
export function moveViolations(
  name: string,
  log: readonly Logged<RoomPublication>[],
  moves: MoveLog,
): string[] {
  const violations: string[] = [];
  const refusals = new Set(moves.refused);
  if (refusals.size !== moves.refused.length) {
    violations.push(
      `${name}: ${moves.user} was told of a refusal ${moves.refused.length - refusals.size} times too often`,
    );
  }
  const refused = moves.accepted.filter((id) => refusals.has(id)).length;
  const marked = marksOf(log, moves.user);
  const least = moves.accepted.length;
  const most = least + moves.unknown;
  const outcomes = marked + refused;
  if (outcomes < least || outcomes > most) {
    violations.push(
      `${name}: ${moves.user} had ${least} moves accepted (${moves.unknown} unknown), but ${marked} were made and ${refused} refused`,
    );
  }
  return violations;
}

/** How many marks `user` made, by the rooms that were published. */
export function marksOf(log: readonly Logged<RoomPublication>[], user: string): number {
  let marks = 0;
  for (const [i, { data }] of log.entries()) {
    const before = log[i - 1]?.data.room;
    if (data.type !== 'marked' || before === undefined) continue;
    const side = before.turn;
    if (side !== null && before[side]?.user === user) marks++;
  }
  return marks;
}
