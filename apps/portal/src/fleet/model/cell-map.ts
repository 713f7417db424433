import type { ChunkLetter } from '@belfry/protocol';

/** A run of cells that are alike. */
export interface CellRun {
  readonly letter: ChunkLetter;
  readonly cells: number;
}

const RUN = /([wardpv])(\d+)/g;
/** As many cells as a map has at most. */
const MAX_CELLS = 400;

/** `"d120r3"` → 120 done, 3 running. What it does not know it leaves out. Pure. */
export function runsOf(map: string): CellRun[] {
  let left = MAX_CELLS;
  return [...map.matchAll(RUN)].flatMap(([, letter, count]) => {
    const cells = Math.min(left, Number(count));
    left -= cells;
    return cells === 0 ? [] : [{ letter: letter as ChunkLetter, cells }];
  });
}

export interface CellMap {
  /** For each state that there is, an SVG path of its cells, each one unit wide and high. */
  readonly paths: readonly { readonly letter: ChunkLetter; readonly d: string }[];
  readonly columns: number;
  readonly rows: number;
  readonly counts: Readonly<Record<ChunkLetter, number>>;
}

const ORDER: readonly ChunkLetter[] = ['w', 'a', 'r', 'v', 'd', 'p'];

/** How much of a cell is left free at its right and its bottom. */
const GAP = 0.14;

/** Lays a round out in rows. @param columns the most in a row */
export function cellMap(map: string, columns: number): CellMap {
  const runs = runsOf(map);
  const total = runs.reduce((sum, { cells }) => sum + cells, 0);
  const counts = { w: 0, a: 0, r: 0, v: 0, d: 0, p: 0 };
  const paths: Record<ChunkLetter, string> = { w: '', a: '', r: '', v: '', d: '', p: '' };
  const size = 1 - GAP;
  let at = 0;
  for (const { letter, cells } of runs) {
    counts[letter] += cells;
    for (let i = 0; i < cells; i++, at++) {
      paths[letter] += `M${at % columns} ${Math.floor(at / columns)}h${size}v${size}h${-size}z`;
    }
  }
  return {
    paths: ORDER.flatMap((letter) => (paths[letter] === '' ? [] : [{ letter, d: paths[letter] }])),
    columns: Math.min(columns, Math.max(1, total)),
    rows: Math.max(1, Math.ceil(total / columns)),
    counts,
  };
}
