import type { PoolView } from '@belfry/protocol';
import type { JSX } from 'preact';
import { ProgressBar } from '../../../fleet/parts/progress-bar.tsx';
import { countText } from '../../../parts/formats.ts';
import { Link } from '../../../router/router.tsx';
import { jobPath } from '../../../router/routes.ts';

interface PoolJobsProps {
  readonly pool: PoolView;
  readonly user: string | null;
}

/** Who has how many of the slots. */
export function PoolJobs({ pool, user }: PoolJobsProps): JSX.Element | null {
  const { jobs, slots: all } = pool;
  if (jobs.length === 0) return null;
  return (
    <section class="block" aria-labelledby="pool-jobs-title">
      <h2 id="pool-jobs-title">Who has the slots</h2>
      <ul class="pool-jobs">
        {jobs.map(({ job, title, owner, priority, slots }, i) => (
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
              {countText(slots)} of {countText(all)} slots
            </span>
            <ProgressBar done={all === 0 ? 0 : slots / all} label={`Slots of ${title}`} />
          </li>
        ))}
      </ul>
    </section>
  );
}
