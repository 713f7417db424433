import type { JSX } from 'preact';
import { SHORT_SECONDS, secondsLeft } from './room-view.ts';

interface TurnClockProps {
  readonly leftMs: number;
}

const RADIUS = 20;
const ROUND = 2 * Math.PI * RADIUS;
/** What a full round of the clock stands for, in ms. */
const FULL_MS = 30_000;

/** The tower's clock: a ring that empties, and the seconds in its middle. */
export function TurnClock({ leftMs }: TurnClockProps): JSX.Element {
  const seconds = secondsLeft(leftMs, 0);
  const share = Math.min(1, leftMs / FULL_MS);
  return (
    <span
      class={`turn-clock ${seconds <= SHORT_SECONDS ? 'is-short' : ''}`}
      role="timer"
      aria-label={`${seconds} seconds left`}
    >
      <svg viewBox="0 0 48 48" aria-hidden="true">
        <circle class="turn-clock-face" cx="24" cy="24" r={RADIUS} />
        <circle
          class="turn-clock-hand"
          cx="24"
          cy="24"
          r={RADIUS}
          stroke-dasharray={`${share * ROUND} ${ROUND}`}
          transform="rotate(-90 24 24)"
        />
      </svg>
      <span class="turn-clock-seconds" aria-hidden="true">
        {seconds}
      </span>
    </span>
  );
}
