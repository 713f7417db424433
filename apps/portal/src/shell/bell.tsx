import type { JSX } from 'preact';

interface BellProps {
  readonly class?: string;
  readonly ringing?: boolean;
}

/** The tower's bell; it swings while it rings, unless the reader wants no motion. */
export function Bell({ class: extra = '', ringing = false }: BellProps): JSX.Element {
  return (
    <svg
      class={`bell ${ringing ? 'is-ringing' : ''} ${extra}`}
      viewBox="0 0 48 48"
      aria-hidden="true"
    >
      <path class="bell-yoke" d="M14 7h20" />
      <g class="bell-swing">
        <path
          class="bell-body"
          d="M24 8c7 0 10 5 10.6 12.5.5 6.5 1.9 9.5 4.9 12.5h-31c3-3 4.4-6 4.9-12.5C14 13 17 8 24 8Z"
        />
        <path class="bell-rim" d="M9 36.5h30" />
        <circle class="bell-clapper" cx="24" cy="41" r="3" />
      </g>
    </svg>
  );
}
