/** Checks what a room published against the rules of the game and against what its players were told. Pure. */
import {
  boardOutcome,
  otherSide,
  swapSides,
  type Room,
  type RoomPublication,
  type Side,
} from '@belfry/example-tic-tac-toe/shared';
import type { AppliedMove } from './torture-actors.ts';

/** A publication with its place in the channel. */
export interface Logged<T> {
  readonly offset: number;
  readonly data: T;
}

/** A move that was acknowledged as durable. */
export interface SentMove {
  /** The player's own number of it. */
  readonly move: number;
  /** The message's id, which a refusal names. */
  readonly id: string;
}

/** What one player knows of the moves it sent. */
export interface MoveLog {
  readonly user: string;
  /** In the order they were sent. */
  readonly accepted: readonly SentMove[];
  /** Numbers of moves whose sends ended without an answer: applied or not, nobody was told. */
  readonly unknown: readonly number[];
  /** Ids of messages that the room refused, as often as the player was told. */
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
    case 'host-changed':
      return promotionProblem(before, room);
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
  if (before.state !== 'playing') return 'no game was on';
  if (before.board.some((mark, cell) => mark !== room.board[cell])) return 'the board changed';
  if (reason === 'time' || reason === 'left') {
    if (winner === null || room[winner] === null) return `${reason}, but nobody has won`;
    if (reason === 'left' && room[otherSide(winner)] !== null) return 'left, but nobody has left';
    return null;
  }
  const outcome = boardOutcome(before.board);
  if (outcome === null) return `${reason}, but the board is open`;
  return outcome.winner === winner && outcome.reason === reason
    ? null
    : `${winner}/${reason}, but the board says ${outcome.winner}/${outcome.reason}`;
}

/** The guest is the host, the guest's seat is free, and what was the guest's is the host's. */
function promotionProblem(before: Room, room: Room): string | null {
  if (before.host !== null || room.guest !== null) return 'the host had not left';
  if (before.guest === null || room.host?.user !== before.guest.user)
    return `${room.host?.user} is the host after the guest ${before.guest?.user}`;
  if (before.state === 'playing' || room.state !== before.state)
    return `${before.state} → ${room.state}`;
  const board = swapSides(before.board);
  if (room.board.some((mark, cell) => mark !== board[cell])) return 'the marks changed hands';
  const [was, is] = [before.result, room.result];
  const winner = was?.winner ?? null;
  if (was?.reason !== is?.reason) return `${was?.reason} became ${is?.reason}`;
  return (is?.winner ?? null) === (winner === null ? null : otherSide(winner))
    ? null
    : 'another one has won';
}

/** Every accepted move must have had one outcome: it was made once, or it was refused once. */
export function moveViolations(
  name: string,
  trace: readonly AppliedMove[],
  { user, accepted, unknown, refused }: MoveLog,
): string[] {
  const violations: string[] = [];
  const say = (move: number, what: string): void => {
    violations.push(`${name}: move ${move} of ${user} ${what}`);
  };
  const made = trace.filter((applied) => applied.user === user).map(({ move }) => move);
  const timesMade = countEach(made);
  const timesRefused = countEach(refused);
  for (const { move, id } of accepted) {
    const [applied, rejected] = [timesMade.get(move) ?? 0, timesRefused.get(id) ?? 0];
    if (applied + rejected !== 1) {
      say(move, `was accepted, then made ${applied} times and refused ${rejected} times`);
    }
  }
  const acceptedMoves = new Set(accepted.map(({ move }) => move));
  for (const [move, times] of timesMade) {
    if (acceptedMoves.has(move)) continue;
    if (!unknown.includes(move)) say(move, 'was made, though its player was told it was not');
    else if (times > 1) say(move, `was made ${times} times`);
  }
  const known = made.filter((move) => acceptedMoves.has(move));
  for (const [i, move] of known.entries()) {
    const before = known[i - 1] ?? 0;
    if (move < before) say(move, `was made after move ${before}`);
  }
  return violations;
}

/** The trace of a room commits with its publications: each mark on the board must be the move that the trace has there. */
export function traceViolations(
  name: string,
  log: readonly Logged<RoomPublication>[],
  trace: readonly AppliedMove[],
): string[] {
  const traced = trace.map(({ user, cell }) => `${user} ${cell}`);
  const shown = marksOf(log).map(({ user, cell }) => `${user} ${cell}`);
  const at = Array.from({ length: Math.max(traced.length, shown.length) }, (_, i) => i).find(
    (i) => traced[i] !== shown[i],
  );
  if (at === undefined) return [];
  return [
    `${name}: mark ${at + 1} on the board is ${shown[at] ?? 'none'}, and ${traced[at] ?? 'none'} by the trace`,
  ];
}

/** The marks that were made, by the rooms that were published. */
export function marksOf(
  log: readonly Logged<RoomPublication>[],
): { readonly user: string; readonly cell: number }[] {
  return log.flatMap(({ data }, i) => {
    const before = log[i - 1]?.data.room;
    if (data.type !== 'marked' || before === undefined || before.turn === null) return [];
    const cell = data.room.board.findIndex((mark, at) => mark !== before.board[at]);
    return [{ user: before[before.turn]?.user ?? '', cell }];
  });
}

function countEach<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
