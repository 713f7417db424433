import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isOver } from '../../fleet/model/job-feed.ts';
import { AwayBanner } from '../../fleet/parts/away-banner.tsx';
import { JobActions } from '../../fleet/parts/job-actions.tsx';
import { JobFailure } from '../../fleet/parts/job-failure.tsx';
import { JobProgress } from '../../fleet/parts/job-progress.tsx';
import { ResultView } from '../../fleet/parts/result-view.tsx';
import type { Fleet } from '../../fleet/use-fleet.ts';
import { useJob } from '../../fleet/use-job.ts';
import { useServerNow } from '../../fleet/use-server-now.ts';
import { CopyField } from '../../parts/copy-field.tsx';
import { Link } from '../../router/router.tsx';
import { jobPath } from '../../router/routes.ts';

interface StartedProps {
  readonly id: string;
  readonly fleet: Fleet;
}

/** The job that was started from here: how far it is, and what it has found. */
export function Started({ id, fleet }: StartedProps): JSX.Element {
  const { handle, feed, problem, again } = useJob(fleet, id);
  const now = useServerNow(fleet.session);
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'start', behavior: 'smooth' });
    place.current?.focus({ preventScroll: true });
  }, [id]);
  const { view } = feed;
  return (
    <section ref={place} class="started" tabIndex={-1} aria-label="Result">
      <header class="started-head">
        <h2>{view?.title ?? 'Result'}</h2>
        {view !== null && view.owner === fleet.session.client.user && (
          <div class="started-actions">
            <JobActions view={view} handle={handle} />
          </div>
        )}
      </header>
      {view === null ? (
        problem === null ? (
          <div class="loading" role="status" aria-label="Loading">
            <span />
            <span />
            <span />
          </div>
        ) : (
          <div class="placeholder" role="alert">
            <p class="placeholder-title">{problem.message}</p>
            <button type="button" class="button" onClick={again}>
              Try again
            </button>
          </div>
        )
      ) : (
        <>
          {!isOver(view) && <AwayBanner />}
          <JobFailure view={view} />
          <div class="card panel">
            <JobProgress feed={feed} view={view} now={now} />
          </div>
          <ResultView view={view} />
          <div class="started-share">
            <CopyField
              value={`${location.origin}${jobPath(id)}`}
              label="Link to this result"
              action="Copy link"
            />
            <p class="muted small">
              Everybody with this link sees it, live. <Link to={jobPath(id)}>The job’s page</Link>{' '}
              shows which nodes are at work on it.
            </p>
          </div>
        </>
      )}
    </section>
  );
}
