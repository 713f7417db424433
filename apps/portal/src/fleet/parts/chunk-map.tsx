import type { ChunkLetter } from '@belfry/protocol';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { useNarrow } from '../../parts/use-narrow.ts';
import { cellMap } from '../model/cell-map.ts';
import { CELL_TEXTS } from '../model/job-text.ts';

interface ChunkMapProps {
  readonly map: string;
  /** Blocks that one cell stands for. */
  readonly blocksPerCell: number;
}

const WIDE = 50;
const NARROW = 25;
const LETTERS: readonly ChunkLetter[] = ['d', 'v', 'r', 'a', 'w', 'p'];

/** A round from left to right and from top to bottom: what is done, at work and waiting. */
export function ChunkMap({ map, blocksPerCell }: ChunkMapProps): JSX.Element {
  const most = useNarrow() ? NARROW : WIDE;
  const { paths, counts, rows } = useMemo(() => cellMap(map, most), [map, most]);
  const there = LETTERS.filter((letter) => counts[letter] > 0);
  const label = there.map((letter) => `${counts[letter]} ${CELL_TEXTS[letter]}`).join(', ');
  return (
    <figure class="chunk-map">
      <svg viewBox={`0 0 ${most} ${rows}`} role="img" aria-label={`Cells of the round: ${label}`}>
        {paths.map(({ letter, d }) => (
          <path key={letter} class={`cell-${letter}`} d={d} />
        ))}
      </svg>
      <figcaption>
        <ul class="legend">
          {(['d', 'r', 'a', 'w'] as const).map((letter) => (
            <Key key={letter} letter={letter} count={counts[letter]} />
          ))}
          {counts.v > 0 && <Key letter="v" count={counts.v} />}
          {counts.p > 0 && <Key letter="p" count={counts.p} />}
        </ul>
        <p class="muted small">
          A cell is {blocksPerCell === 1 ? 'one block' : `${blocksPerCell} blocks`} of the round.
        </p>
      </figcaption>
    </figure>
  );
}

function Key({ letter, count }: { readonly letter: ChunkLetter; count: number }): JSX.Element {
  return (
    <li>
      <span class={`legend-key cell-${letter}`} aria-hidden="true" />
      {CELL_TEXTS[letter]} <span class="legend-count">{count}</span>
    </li>
  );
}
