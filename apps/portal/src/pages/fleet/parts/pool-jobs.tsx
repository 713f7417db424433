import type { PoolView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { ProgressBar } from '../../../fleet/parts/progress-bar.tsx';
import { Link } from '../../../router/router.tsx';
import { jobPath } from '../../../router/routes.ts';

interface PoolJobsProps {
  readonly jobs: PoolView['jobs'];
  readonly user: string | null;
}

/** Who has how many of the slots. */
export function PoolJobs({ jobs, user }: PoolJobsProps): JSX.Element | null {
  if (jobs.length === 0) return null;
  return (
    <section class="block" aria-labelledby="pool-jobs-title">
      <h2 id="pool-jobs-title">Who has the slots</h2>
      <ul class="pool-jobs">
        {jobs.map(({ job, title, owner, priority, slots, wanted }, i) => (
          <li key={job === '' ? i : job}>
            <span class="pool-job-name">
              {job === '' ? (
                <span class="muted">Somebody else’s job</span>
              ) : (
                <Link to={jobPath(job)}>{title === '' ? 'A job' : title}</Link>
              )}
              {owner !== '' && owner === user && <span class="chip">yours</span>}
              {priority !== 0 && <span class="chip">priority {priority}</span>}
            </span>
            <span class="pool-job-slots">
              {slots} of {wanted} slots
            </span>
            <ProgressBar done={wanted === 0 ? 0 : slots / wanted} label={`Slots of ${title}`} />
          </li>
        ))}
      </ul>
    </section>
  );
}
