import type { JobStatus, JobSummary } from '@belfry/protocol';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { STATUS_TEXTS } from '../../fleet/model/job-text.ts';
import { FleetGate } from '../../fleet/parts/fleet-gate.tsx';
import { JobTable } from '../../fleet/parts/job-table.tsx';
import { OpenJobForm } from '../../fleet/parts/open-job-form.tsx';
import type { Fleet } from '../../fleet/use-fleet.ts';
import { useServerNow } from '../../fleet/use-server-now.ts';
import { Stale } from '../../parts/banner.tsx';
import { Awaited, Placeholder } from '../../parts/placeholder.tsx';
import { usePoll } from '../../parts/use-poll.ts';
import { Link } from '../../router/router.tsx';
import { useTitle } from '../../shell/use-title.ts';
import '../../fleet/styles.ts';

const EVERY_MS = 2_000;
const FILTERS: readonly (JobStatus | 'all')[] = [
  'all',
  'queued',
  'running',
  'done',
  'failed',
  'cancelled',
];

interface Page {
  readonly jobs: readonly JobSummary[];
  readonly cursor: string | null;
}

/** The jobs of this browser's guest. */
export function JobsPage(): JSX.Element {
  useTitle('Jobs');
  return <FleetGate>{(fleet) => <Jobs fleet={fleet} />}</FleetGate>;
}

function Jobs({ fleet }: { readonly fleet: Fleet }): JSX.Element {
  const [filter, setFilter] = useState<JobStatus | 'all'>('all');
  const [pages, setPages] = useState(1);
  const now = useServerNow(fleet.session);
  const polled = usePoll<Page>(`${filter} ${pages}`, EVERY_MS, async () => {
    const jobs: JobSummary[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < pages && (page === 0 || cursor !== null); page++) {
      const query = {
        ...(filter === 'all' ? {} : { status: filter }),
        ...(cursor === null ? {} : { cursor }),
      };
      const list = await fleet.jobs.list(query);
      jobs.push(...list.jobs);
      cursor = list.cursor;
    }
    return { jobs, cursor };
  });
  return (
    <main class="page desk">
      <header class="desk-head">
        <h1>Your jobs</h1>
        <p class="muted">What this browser has started. A job goes on when the window is closed.</p>
      </header>
      <div class="filters" role="group" aria-label="Which jobs">
        {FILTERS.map((each) => (
          <button
            key={each}
            type="button"
            class="button is-small"
            aria-pressed={each === filter}
            onClick={() => {
              setFilter(each);
              setPages(1);
            }}
          >
            {each === 'all' ? 'All' : STATUS_TEXTS[each]}
          </button>
        ))}
      </div>
      <Stale error={polled.error} at={polled.at} />
      <Awaited polled={polled} lines={5}>
        {({ jobs, cursor }) =>
          jobs.length === 0 ? (
            <NoJobs filter={filter} />
          ) : (
            <>
              <JobTable jobs={jobs} now={now} />
              {cursor !== null && (
                <p class="pager">
                  <button type="button" class="button" onClick={() => setPages(pages + 1)}>
                    Show older ones
                  </button>
                </p>
              )}
            </>
          )
        }
      </Awaited>
      <OpenJobForm />
    </main>
  );
}

function NoJobs({ filter }: { readonly filter: JobStatus | 'all' }): JSX.Element {
  if (filter !== 'all') {
    return (
      <Placeholder title={`No job of yours is ${STATUS_TEXTS[filter].toLowerCase()}`}>
        Look at all of them.
      </Placeholder>
    );
  }
  return (
    <div class="placeholder">
      <p class="placeholder-title">You have not started anything yet</p>
      <p class="muted">Quick Sim works at once: pick a class, press Run, and watch it converge.</p>
      <Link to="/simulate" class="button is-main">
        To Quick Sim
      </Link>
    </div>
  );
}
