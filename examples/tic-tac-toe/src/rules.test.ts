import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { boardOutcome, CELLS, emptyBoard, otherSide, winningLine } from './rules.ts';
import type { Board, Side } from './rules.ts';

/** An order in which the cells are taken; a game plays it until it ends. */
const order = fc.shuffledSubarray([...Array(CELLS).keys()], { minLength: CELLS });
const firstMover = fc.constantFrom<Side>('host', 'guest');

interface Played {
  board: Board;
  log: { side: Side; cell: number }[];
}

function play(cells: readonly number[], first: Side): Played {
  const board = emptyBoard();
  const log: Played['log'] = [];
  let side = first;
  for (const cell of cells) {
    if (boardOutcome(board) !== null) break;
    board[cell] = side;
    log.push({ side, cell });
    side = otherSide(side);
  }
  return { board, log };
}

/** All lines of three, found without the table under test. */
function linesOf(board: Board, side: Side): number {
  const has = (x: number, y: number): boolean => board[y * 3 + x] === side;
  const three = [0, 1, 2];
  return (
    three.filter((y) => three.every((x) => has(x, y))).length +
    three.filter((x) => three.every((y) => has(x, y))).length +
    (three.every((i) => has(i, i)) ? 1 : 0) +
    (three.every((i) => has(2 - i, i)) ? 1 : 0)
  );
}

test('every game ends within nine moves, with one winner or a draw', () => {
  fc.assert(
    fc.property(order, firstMover, (cells, first) => {
      const { board, log } = play(cells, first);
      const outcome = boardOutcome(board);
      expect(outcome).not.toBeNull();
      expect(log.length).toBeGreaterThanOrEqual(5);
      const hostWins = linesOf(board, 'host') > 0;
      const guestWins = linesOf(board, 'guest') > 0;
      expect(hostWins && guestWins).toBe(false);
      expect(outcome).toEqual(
        hostWins || guestWins
          ? { winner: hostWins ? 'host' : 'guest', reason: 'line' }
          : { winner: null, reason: 'draw' },
      );
    }),
  );
});

test('the winner is whoever moved last', () => {
  fc.assert(
    fc.property(order, firstMover, (cells, first) => {
      const { board, log } = play(cells, first);
      const outcome = boardOutcome(board);
      if (outcome?.reason === 'line') expect(log.at(-1)?.side).toBe(outcome.winner);
    }),
  );
});

test('a line is found exactly when there is one, and it is full of one mark', () => {
  const cell = fc.constantFrom<Side | null>('host', 'guest', null);
  fc.assert(
    fc.property(fc.array(cell, { minLength: CELLS, maxLength: CELLS }), (board) => {
      const line = winningLine(board);
      expect(line !== null).toBe(linesOf(board, 'host') + linesOf(board, 'guest') > 0);
      if (line !== null) {
        expect(new Set(line.map((each) => board[each])).size).toBe(1);
        expect(board[line[0]]).not.toBeNull();
      }
    }),
  );
});

test('an empty board decides nothing', () => {
  expect(boardOutcome(emptyBoard())).toBeNull();
});
