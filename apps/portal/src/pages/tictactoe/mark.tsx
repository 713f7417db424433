import type { Side } from '@belfry/example-tic-tac-toe/shared';
import type { JSX } from 'preact';

interface MarkProps {
  readonly side: Side;
  readonly class?: string;
}

/** The host's cross or the guest's ring. */
export function Mark({ side, class: extra = '' }: MarkProps): JSX.Element {
  return (
    <svg class={`mark mark-${side} ${extra}`} viewBox="0 0 48 48" aria-hidden="true">
      {side === 'host' ? (
        <>
          <path d="M11 12C19 19 29 30 37 37" />
          <path d="M37 11C30 20 19 29 11 37" />
        </>
      ) : (
        <path d="M24 9.5C33 9 39 16 38.5 24.5 38 33 31 39 23 38.5 14.5 38 9 31 9.5 23 10 15 16 10 24 9.5Z" />
      )}
    </svg>
  );
}
