/** The rules of the game itself: nine cells, two sides, eight lines. Pure. */

/** The two seats of a room, and whose mark a cell carries. */
export type Side = 'host' | 'guest';

/** Nine cells, row by row from the top left. */
export type Board = (Side | null)[];

/** How a game ended on the board. */
export interface BoardOutcome {
  readonly winner: Side | null;
  readonly reason: 'line' | 'draw';
}

/** How many cells a board has. */
export const CELLS = 9;

const LINES: readonly (readonly [number, number, number])[] = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [0, 3, 6],
  [1, 4, 7],
  [2, 5, 8],
  [0, 4, 8],
  [2, 4, 6],
];

export function emptyBoard(): Board {
  return Array.from({ length: CELLS }, () => null);
}

export function otherSide(side: Side): Side {
  return side === 'host' ? 'guest' : 'host';
}

/** The same board after the two have changed seats: every mark stays with the one who made it. */
export function swapSides(board: readonly (Side | null)[]): Board {
  return board.map((mark) => (mark === null ? null : otherSide(mark)));
}

/** The first line of three equal marks, as cell numbers; `null` when there is none. */
export function winningLine(
  board: readonly (Side | null)[],
): readonly [number, number, number] | null {
  for (const line of LINES) {
    const [a, b, c] = line;
    const mark = board[a] ?? null;
    if (mark !== null && mark === board[b] && mark === board[c]) return line;
  }
  return null;
}

/** How the board ends the game; `null` while there is something left to play. */
export function boardOutcome(board: readonly (Side | null)[]): BoardOutcome | null {
  const line = winningLine(board);
  if (line !== null) return { winner: board[line[0]] ?? null, reason: 'line' };
  return board.includes(null) ? null : { winner: null, reason: 'draw' };
}
