import type { JobSummary } from '@belfry/protocol';
import type { JSX } from 'preact';
import { ageText } from '../../parts/formats.ts';
import { Link } from '../../router/router.tsx';
import { jobPath } from '../../router/routes.ts';
import { durationText, percentOf, shortCount, simulationText } from '../model/job-text.ts';
import { ProgressBar } from './progress-bar.tsx';
import { StatusChip } from './status-chip.tsx';

interface JobTableProps {
  readonly jobs: readonly JobSummary[];
  /** The server's time, in ms. */
  readonly now: number;
}

/** Jobs, the newest first. */
export function JobTable({ jobs, now }: JobTableProps): JSX.Element {
  return (
    <table class="rows jobs">
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">Status</th>
          <th scope="col">Progress</th>
          <th scope="col" class="num">
            Iterations
          </th>
          <th scope="col" class="num">
            Started
          </th>
          <th scope="col" class="num">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <JobRow key={job.job} job={job} now={now} />
        ))}
      </tbody>
    </table>
  );
}

function JobRow({ job, now }: { readonly job: JobSummary; readonly now: number }): JSX.Element {
  const { status, blocks, blocksDone, createdAt, endedAt } = job;
  const done = status === 'done' ? 1 : blocks === 0 ? 0 : blocksDone / blocks;
  const simulation = simulationText(job.simulation);
  return (
    <tr>
      <th scope="row" class="row-title">
        <Link to={jobPath(job.job)}>{job.title === '' ? simulation : job.title}</Link>
        {job.title !== '' && <span class="small muted">{simulation}</span>}
      </th>
      <td data-name="Status">
        <StatusChip status={status} />
      </td>
      <td data-name="Progress" class="row-progress">
        <span class="row-percent">
          <ProgressBar
            done={done}
            tone={status === 'failed' ? 'bad' : status === 'done' ? 'good' : 'going'}
            label={`Progress of ${job.title === '' ? simulation : job.title}`}
          />
          {percentOf(done)} %
        </span>
      </td>
      <td data-name="Iterations" class="num">
        {shortCount(job.iterations)}
      </td>
      <td data-name="Started" class="num">
        {ageText(now - createdAt)} ago
      </td>
      <td data-name="Took" class="num">
        {endedAt === null ? '–' : durationText(endedAt - createdAt)}
      </td>
    </tr>
  );
}
