import type { JobError } from '@belfry/protocol';
import type { JSX } from 'preact';
import { ageText } from '../../parts/formats.ts';

interface JobErrorsProps {
  readonly errors: readonly JobError[];
  /** The server's time, in ms. */
  readonly now: number;
}

/** The last errors of a job's chunks. */
export function JobErrors({ errors, now }: JobErrorsProps): JSX.Element {
  return (
    <ul class="job-errors">
      {errors.map(({ at, node, from, blocks, message }) => (
        <li key={`${at} ${node} ${from}`}>
          <p class="job-error-text code">{message}</p>
          <p class="muted small">
            {ageText(now - at)} ago, on <span class="code">{node}</span>,{' '}
            {blocks === 1 ? `block ${from}` : `blocks ${from} to ${from + blocks - 1}`}
          </p>
        </li>
      ))}
    </ul>
  );
}
