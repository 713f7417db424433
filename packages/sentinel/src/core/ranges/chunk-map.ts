import type { BlockRange, ChunkLetter } from '@belfry/protocol';

const MOST_CELLS = 400;

/** The letters from the least finished on: a cell shows that of its blocks. */
const LETTERS: readonly ChunkLetter[] = ['w', 'a', 'r', 'v', 'p', 'd'];

export interface MarkedRange extends BlockRange {
  readonly letter: ChunkLetter;
}

/** The map of a `JobView`. Blocks of which nothing is said are done. */
export function chunkMap(blocks: number, marked: Iterable<MarkedRange>): string {
  const per = Math.ceil(blocks / MOST_CELLS);
  const cells = new Uint8Array(Math.ceil(blocks / per)).fill(LETTERS.length - 1);
  for (const { from, blocks: count, letter } of marked) {
    const rank = LETTERS.indexOf(letter);
    const last = Math.floor((from + count - 1) / per);
    for (let cell = Math.floor(from / per); cell <= last; cell++) {
      if (rank < (cells[cell] as number)) cells[cell] = rank;
    }
  }
  let text = '';
  for (let start = 0; start < cells.length;) {
    let end = start + 1;
    while (end < cells.length && cells[end] === cells[start]) end++;
    text += `${LETTERS[cells[start] as number]}${end - start}`;
    start = end;
  }
  return text;
}
