import type { JSX } from 'preact';
import { CopyField } from '../../parts/copy-field.tsx';
import type { PageError } from '../../parts/page-error.ts';
import { isOver } from '../../fleet/model/job-feed.ts';
import { simulationText } from '../../fleet/model/job-text.ts';
import { AwayBanner } from '../../fleet/parts/away-banner.tsx';
import { ChunkMap } from '../../fleet/parts/chunk-map.tsx';
import { FleetGate } from '../../fleet/parts/fleet-gate.tsx';
import { JobActions } from '../../fleet/parts/job-actions.tsx';
import { JobAttempts } from '../../fleet/parts/job-attempts.tsx';
import { JobFailure } from '../../fleet/parts/job-failure.tsx';
import { JobErrors } from '../../fleet/parts/job-errors.tsx';
import { JobNodes } from '../../fleet/parts/job-nodes.tsx';
import { JobProgress } from '../../fleet/parts/job-progress.tsx';
import { JobSpeed } from '../../fleet/parts/job-speed.tsx';
import { ResultView } from '../../fleet/parts/result-view.tsx';
import type { Fleet } from '../../fleet/use-fleet.ts';
import { useJob, type WatchedJob } from '../../fleet/use-job.ts';
import { useServerNow } from '../../fleet/use-server-now.ts';
import { Link } from '../../router/router.tsx';
import { Bell } from '../../shell/bell.tsx';
import { useTitle } from '../../shell/use-title.ts';
import '../../fleet/styles.ts';

/** One job, as everybody sees it who has its link. */
export function JobPage({ id }: { readonly id: string }): JSX.Element {
  return <FleetGate>{(fleet) => <OpenJob key={id} id={id} fleet={fleet} />}</FleetGate>;
}

interface OpenJobProps {
  readonly id: string;
  readonly fleet: Fleet;
}

function OpenJob({ id, fleet }: OpenJobProps): JSX.Element {
  const job = useJob(fleet, id);
  const { view } = job.feed;
  useTitle(view === null ? 'Job' : titleOf(view));
  if (view !== null) return <ShownJob fleet={fleet} job={job} />;
  if (job.problem !== null) return <NoJob problem={job.problem} onRetry={job.again} />;
  return (
    <main class="page desk" aria-busy="true">
      <div class="loading job-loading" role="status" aria-label="Loading">
        <span />
        <span />
        <span />
      </div>
    </main>
  );
}

function titleOf(view: { readonly title: string; readonly simulation: string }): string {
  return view.title === '' ? simulationText(view.simulation) : view.title;
}

interface ShownJobProps {
  readonly fleet: Fleet;
  readonly job: WatchedJob;
}

function ShownJob({ fleet, job }: ShownJobProps): JSX.Element | null {
  const { session } = fleet;
  const { feed, handle } = job;
  const now = useServerNow(session);
  const { view } = feed;
  if (view === null) return null;
  const mine = view.owner === session.client.user;
  const cells = Math.max(1, Math.ceil(view.blocks / 400));
  return (
    <main class="page desk job">
      <header class="desk-head job-head">
        <div class="job-title">
          <p class="muted small">
            {simulationText(view.simulation)}
            {mine ? ' · your job' : ' · somebody else’s job'}
          </p>
          <h1>{titleOf(view)}</h1>
        </div>
        <div class="desk-side">{mine && <JobActions view={view} handle={handle} />}</div>
      </header>
      {!isOver(view) && <AwayBanner />}
      <JobFailure view={view} />
      <section class="card panel" aria-label="Progress">
        <JobProgress feed={feed} view={view} now={now} />
      </section>
      <section class="block" aria-label="Result">
        <ResultView view={view} />
      </section>
      <div class="job-grid">
        <section class="card panel" aria-labelledby="map-title">
          <h2 id="map-title" class="panel-title">
            {view.round === 0 ? 'The work' : `The work of round ${view.round + 1}`}
          </h2>
          <ChunkMap map={view.map} blocksPerCell={cells} />
        </section>
        <section class="card panel" aria-labelledby="nodes-title">
          <h2 id="nodes-title" class="panel-title">
            Nodes on it
          </h2>
          <JobSpeed feed={feed} />
          <JobNodes view={view} />
        </section>
        <section class="card panel" aria-labelledby="attempts-title">
          <h2 id="attempts-title" class="panel-title">
            Attempts
          </h2>
          <JobAttempts counts={view.counts} />
          {view.errors.length > 0 && (
            <>
              <h3>Last errors</h3>
              <JobErrors errors={view.errors} now={now} />
            </>
          )}
        </section>
        <section class="card panel" aria-labelledby="share-title">
          <h2 id="share-title" class="panel-title">
            Share
          </h2>
          <p class="muted small job-share-note">
            {view.visibility === 'link'
              ? 'Everybody who has this link sees the job, live.'
              : 'This job is private: nobody but its owner sees it.'}
          </p>
          <CopyField value={`${location.origin}/jobs/${view.job}`} label="Link to this job" />
          <dl class="facts is-small">
            <div>
              <dt>Seed</dt>
              <dd class="code">{view.seed}</dd>
            </div>
            <div>
              <dt>Pool</dt>
              <dd>{view.pool}</dd>
            </div>
            <div>
              <dt>Priority</dt>
              <dd>{view.priority}</dd>
            </div>
            <div>
              <dt>Code</dt>
              <dd class="code" title={view.version}>
                {view.version.slice(0, 15)}…
              </dd>
            </div>
          </dl>
        </section>
      </div>
    </main>
  );
}

function NoJob({ problem, onRetry }: { problem: PageError; onRetry: () => void }): JSX.Element {
  const { code } = problem;
  const title =
    code === 'not-found'
      ? 'There is no such job'
      : code === 'forbidden'
        ? 'This job is private'
        : 'The job cannot be shown';
  return (
    <main class="page narrow notice">
      <Bell class="notice-bell" />
      <h1>{title}</h1>
      <p class="muted">
        {code === 'not-found'
          ? 'The link is incomplete, or the job is so old that it was cleared away.'
          : problem.message}
      </p>
      <div class="notice-actions">
        {!problem.lasting && (
          <button type="button" class="button is-main" onClick={onRetry}>
            Try again
          </button>
        )}
        <Link to="/jobs" class="button">
          To your jobs
        </Link>
      </div>
    </main>
  );
}
