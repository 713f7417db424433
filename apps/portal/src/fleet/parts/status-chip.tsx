import type { JobStatus } from '@belfry/protocol';
import type { JSX } from 'preact';
import { STATUS_TEXTS } from '../model/job-text.ts';

/** How a job is, in a word. */
export function StatusChip({ status }: { readonly status: JobStatus }): JSX.Element {
  return (
    <span class={`status is-${status}`}>
      <span class="dot" aria-hidden="true" />
      {STATUS_TEXTS[status]}
    </span>
  );
}
