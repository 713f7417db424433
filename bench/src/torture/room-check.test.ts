import type { Room, RoomPublication } from '@belfry/example-tic-tac-toe/shared';
import { describe, expect, it } from 'vitest';
import {
  contiguityViolations,
  moveViolations,
  replayViolations,
  type Logged,
} from './room-check.ts';

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

describe('the checks of the torture run', () => {
  it('find nothing in a game by the rules', () => {
    expect(replayViolations('r', fine)).toEqual([]);
    expect(contiguityViolations('r', fine)).toEqual([]);
    const moves = { user: 'ann', accepted: ['a', 'b'], unknown: 0, refused: ['b'] };
    expect(moveViolations('r', fine, moves)).toEqual([]);
  });

  it('find a move that was applied twice', () => {
    const twice = [...fine.slice(0, 3), { offset: 4, data: fine[2]?.data as RoomPublication }];
    expect(replayViolations('r', twice)).toEqual(['r at offset 4 (marked): 0 cells changed']);
  });

  it('find a move that was lost', () => {
    const moves = { user: 'ann', accepted: ['a', 'b'], unknown: 0, refused: [] };
    expect(moveViolations('r', fine, moves)).toHaveLength(1);
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
    const moves = { user: 'ann', accepted: ['a', 'b'], unknown: 0, refused: ['b', 'b'] };
    expect(moveViolations('r', fine, moves)).toHaveLength(1);
  });
});
