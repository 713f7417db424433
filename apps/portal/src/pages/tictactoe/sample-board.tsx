import type { JSX } from 'preact';
import { Mark } from './mark.tsx';

const CELLS = ['host', null, 'guest', null, 'host', null, 'guest', null, 'host'] as const;

/** A game that was just won; an ornament. */
export function SampleBoard(): JSX.Element {
  return (
    <div class="sample-board" aria-hidden="true">
      {CELLS.map((side, i) => (
        <span key={i} class={i % 4 === 0 ? 'is-winning' : ''}>
          {side !== null && <Mark side={side} />}
        </span>
      ))}
    </div>
  );
}
