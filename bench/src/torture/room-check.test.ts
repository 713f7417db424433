import type { Room, RoomPublication } from '@belfry/example-tic-tac-toe/shared';
import { describe, expect, it } from 'vitest';
import {
  contiguityViolations,
  moveViolations,
  replayViolations,
  traceViolations,
  type Logged,
  type MoveLog,
} from './room-check.ts';
import type { AppliedMove } from './torture-actors.ts';

const ann = { user: 'ann', name: 'Ann', connected: true };
const bob = { user: 'bob', name: 'Bob', connected: true };
const empty = Array.from({ length: 9 }, () => null);

function room(part: Partial<Room>): Room {
  return {
    id: 'A1B2C3',
    state: 'playing',
    host: ann,
    guest: bob,
    board: empty,
    turn: 'host',
    turnEndsAt: 1,
    result: null,
    ...part,
  };
}

function board(marks: Record<number, 'host' | 'guest'>): Room['board'] {
  return empty.map((_, cell) => marks[cell] ?? null);
}

function logOf(...entries: [RoomPublication['type'], Room][]): Logged<RoomPublication>[] {
  return entries.map(([type, of], i) => ({ offset: i + 1, data: { type, room: of } }));
}

const fine = logOf(
  ['joined', room({ state: 'waiting', turn: null })],
  ['started', room({})],
  ['marked', room({ board: board({ 4: 'host' }), turn: 'guest' })],
  ['marked', room({ board: board({ 4: 'host', 0: 'guest' }), turn: 'host' })],
);

const trace: AppliedMove[] = [
  { user: 'ann', move: 1, cell: 4 },
  { user: 'bob', move: 1, cell: 0 },
];

/** Ann's first move was made, her second refused. */
function moves(part: Partial<MoveLog>): MoveLog {
  const accepted = [
    { move: 1, id: 'a' },
    { move: 2, id: 'b' },
  ];
  return { user: 'ann', accepted, unknown: [], refused: ['b'], ...part };
}

describe('the checks of the torture run', () => {
  it('find nothing in a game by the rules', () => {
    expect(replayViolations('r', fine)).toEqual([]);
    expect(contiguityViolations('r', fine)).toEqual([]);
    expect(traceViolations('r', fine, trace)).toEqual([]);
    expect(moveViolations('r', trace, moves({}))).toEqual([]);
  });

  it('find a move that was applied twice', () => {
    const twice = [...fine.slice(0, 3), { offset: 4, data: fine[2]?.data as RoomPublication }];
    expect(replayViolations('r', twice)).toEqual(['r at offset 4 (marked): 0 cells changed']);
  });

  it('find a move that was lost, also when another one was made twice', () => {
    const third = { move: 3, id: 'c' };
    const lost = moves({ accepted: [...moves({}).accepted, third] });
    expect(moveViolations('r', trace, lost)).toEqual([
      'r: move 3 of ann was accepted, then made 0 times and refused 0 times',
    ]);
    expect(moveViolations('r', [...trace, ...trace], lost)).toContain(
      'r: move 1 of ann was accepted, then made 2 times and refused 0 times',
    );
  });

  it('find a move that was made and refused, out of order, or made although its player was told it was not', () => {
    expect(moveViolations('r', trace, moves({ refused: ['a', 'b'] }))).toHaveLength(1);
    const ofAnn = (...numbers: number[]): AppliedMove[] =>
      numbers.map((move) => ({ user: 'ann', move, cell: 0 }));
    const both = moves({ refused: [] });
    expect(moveViolations('r', ofAnn(1, 2), both)).toEqual([]);
    expect(moveViolations('r', ofAnn(2, 1), both)).toEqual([
      'r: move 1 of ann was made after move 2',
    ]);
    expect(moveViolations('r', ofAnn(1, 2, 7), both)).toHaveLength(1);
    expect(moveViolations('r', ofAnn(1, 2, 7), { ...both, unknown: [7] })).toEqual([]);
    expect(moveViolations('r', ofAnn(1, 2, 7, 7), { ...both, unknown: [7] })).toHaveLength(1);
  });

  it('find a mark that the trace does not have', () => {
    expect(traceViolations('r', fine, trace.slice(0, 1))).toEqual([
      'r: mark 2 on the board is bob 0, and none by the trace',
    ]);
  });

  it('find a move out of turn, two moves at once and one on a taken cell', () => {
    const before = fine.slice(0, 3);
    for (const marks of [
      { 4: 'host', 5: 'host' },
      { 4: 'host', 0: 'guest', 1: 'guest' },
      { 4: 'guest' },
    ] as const) {
      const wrong = {
        offset: 4,
        data: { type: 'marked', room: room({ board: board(marks) }) },
      } as const;
      expect(replayViolations('r', [...before, wrong])).toHaveLength(1);
    }
  });

  it('know that with a promotion board and result are told from the new seats', () => {
    const left = room({ host: null, board: board({ 4: 'host' }), turn: 'guest' });
    const result = { winner: 'guest', reason: 'left' } as const;
    const finished = room({ ...left, state: 'finishing', turn: null, result });
    const promoted = room({
      ...finished,
      host: bob,
      guest: null,
      board: board({ 4: 'guest' }),
      result: { winner: 'host', reason: 'left' },
    });
    const end = logOf(
      ...fine.slice(0, 3).map(({ data }) => [data.type, data.room] as [typeof data.type, Room]),
      ['left', left],
      ['finished', finished],
      ['host-changed', promoted],
    );
    expect(replayViolations('r', end)).toEqual([]);
    for (const wrong of [
      { ...promoted, board: finished.board },
      { ...promoted, result },
      { ...promoted, host: ann },
      { ...promoted, guest: bob },
      { ...promoted, state: 'waiting' as const },
    ]) {
      const data = { type: 'host-changed', room: wrong } as const;
      expect(replayViolations('r', [...end.slice(0, 5), { offset: 6, data }])).toHaveLength(1);
    }
    const nobody = { type: 'finished', room: { ...finished, result: { ...result, winner: null } } };
    expect(
      replayViolations('r', [...end.slice(0, 4), { offset: 5, data: nobody as RoomPublication }]),
    ).toHaveLength(1);
  });

  it('find a result that the board does not bear out', () => {
    const result = { winner: 'host', reason: 'line' } as const;
    const end = {
      type: 'finished',
      room: room({ state: 'finishing', turn: null, result }),
    } as const;
    expect(replayViolations('r', [...fine, { offset: 5, data: end }])).toHaveLength(1);
  });

  it('find a hole in the offsets and a refusal that was told twice', () => {
    expect(
      contiguityViolations('r', [
        { offset: 1, data: 0 },
        { offset: 3, data: 0 },
      ]),
    ).toHaveLength(1);
    expect(moveViolations('r', trace, moves({ refused: ['b', 'b'] }))).toHaveLength(1);
  });
});
