import type { JobHandle } from '@belfry/client';
import type { JobView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { asPageError } from '../../parts/page-error.ts';
import { isOver } from '../model/job-feed.ts';

interface JobActionsProps {
  readonly view: JobView;
  readonly handle: JobHandle;
}

/** What its owner may do with a job. */
export function JobActions({ view, handle }: JobActionsProps): JSX.Element {
  const [asking, setAsking] = useState(false);
  const [retrying, setRetrying] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const retry = async (): Promise<void> => {
    setRetrying(true);
    setProblem(null);
    try {
      await handle.retry();
    } catch (error) {
      setProblem(asPageError(error).message);
    }
    setRetrying(false);
  };

  return (
    <>
      {!isOver(view) && (
        <button type="button" class="button" onClick={() => setAsking(true)}>
          Cancel the job
        </button>
      )}
      {(view.status === 'failed' || view.status === 'cancelled') && (
        <button
          type="button"
          class="button is-main"
          aria-disabled={retrying}
          onClick={() => {
            if (!retrying) void retry();
          }}
        >
          {retrying ? 'Trying…' : 'Try again'}
        </button>
      )}
      {problem !== null && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {asking && (
        <ConfirmDialog
          title="Cancel this job?"
          action="Cancel the job"
          busy="Cancelling…"
          keep="Let it run"
          onConfirm={async () => {
            await handle.cancel();
          }}
          onClose={() => setAsking(false)}
        >
          <p>Nodes stop at once. What has been found so far stays; the rest is not computed.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
