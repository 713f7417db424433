import { createHash } from 'node:crypto';
import { defineActor, type TurnContext } from '@belfry/actors';
import { isActorId, type JobList, type JobSummary } from '@belfry/protocol';
import type { FleetKind } from '../create-fleet-actors.ts';
import { jobsOfMessage, type JobsOfMessage } from '../messages/index-messages.ts';
import type { ActorsInput } from './actors-input.ts';

const KEPT = 200;

interface JobsOfState {
  /** The newest first. */
  jobs: JobSummary[];
}

/** The id of the actor that lists a user's jobs. Of users whose names an actor may not have, it is a hash after a `=`. */
export function jobsOf(user: string): string {
  if (isActorId(user) && !user.startsWith('=')) return user;
  return `=${createHash('sha256').update(user).digest('base64url')}`;
}

/** The kind `jobs-of`. */
export function createJobsOfActor({ settings }: ActorsInput): FleetKind<'jobs-of', JobsOfMessage> {
  return defineActor('jobs-of', {
    internal: jobsOfMessage,
    initial: (): JobsOfState => ({ jobs: [] }),
    onInternal(ctx: TurnContext<JobsOfState, never, never>, message: JobsOfMessage) {
      const { state } = ctx;
      switch (message.type) {
        case 'summary':
          state.jobs = withSummary(state.jobs, message.summary);
          return;
        case 'list':
          ctx.reply(page(state.jobs, message));
          return;
        case 'may-submit': {
          const limit = settings.limits.jobsPerUser;
          if (state.jobs.filter(({ endedAt }) => endedAt === null).length >= limit) {
            const what = `${limit} of your jobs have not ended (fleet.limits.user_jobs)`;
            ctx.reject('too-many-jobs', `${what}; cancel some, or submit it again when they have`);
          }
          ctx.reply(null);
        }
      }
    },
  });
}

function withSummary(jobs: readonly JobSummary[], summary: JobSummary): JobSummary[] {
  const known = jobs.findIndex(({ job }) => job === summary.job);
  if (known >= 0) return jobs.with(known, summary);
  const at = jobs.findIndex((other) => isAfter(other, summary.createdAt, summary.job));
  const all = jobs.toSpliced(at < 0 ? jobs.length : at, 0, summary);
  if (all.length <= KEPT) return all;
  // What has not ended is kept as long as anything that has can go.
  const last = all.findLastIndex(({ endedAt }) => endedAt !== null);
  return all.toSpliced(last < 0 ? KEPT : last, 1);
}

function page(
  jobs: readonly JobSummary[],
  { status, cursor, limit }: Extract<JobsOfMessage, { type: 'list' }>,
): JobList {
  // A cursor names the last job of the page before and its time, should it be gone by now.
  const [time, last] = cursor === null ? ['', ''] : split(cursor);
  const rest = cursor === null ? jobs : jobs.filter((job) => isAfter(job, Number(time), last));
  const wanted = rest.filter((job) => status === undefined || job.status === status);
  const found = wanted.slice(0, limit);
  const end = found.at(-1);
  return {
    jobs: found,
    cursor: end !== undefined && wanted.length > limit ? `${end.createdAt}.${end.job}` : null,
  };
}

function split(cursor: string): [time: string, job: string] {
  const dot = cursor.indexOf('.');
  return [cursor.slice(0, Math.max(0, dot)), cursor.slice(dot + 1)];
}

/** Among those of one moment by id, so that the order is whole. */
function isAfter({ createdAt, job }: JobSummary, time: number, last: string): boolean {
  return createdAt < time || (createdAt === time && job > last);
}
