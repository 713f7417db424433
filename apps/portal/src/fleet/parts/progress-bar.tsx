import type { JSX } from 'preact';
import { percentOf } from '../model/job-text.ts';

interface ProgressBarProps {
  /** From 0 to 1. */
  readonly done: number;
  /** Further along, but not in yet. */
  readonly under?: number;
  readonly tone?: 'going' | 'good' | 'bad' | 'quiet';
  readonly label: string;
}

/** How far it is. */
export function ProgressBar({
  done,
  under = 0,
  tone = 'going',
  label,
}: ProgressBarProps): JSX.Element {
  return (
    <div
      class={`progress is-${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percentOf(done)}
    >
      <span class="progress-under" style={{ width: `${(done + under) * 100}%` }} />
      <span class="progress-done" style={{ width: `${done * 100}%` }} />
    </div>
  );
}
