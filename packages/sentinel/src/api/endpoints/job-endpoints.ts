import type { JobView } from '@belfry/protocol';
import { z } from 'zod';
import { type Endpoint, openEndpoint, personEndpoint } from '../endpoint.ts';
import { FleetError, forbidden, nodeError, unavailable } from '../fleet-error.ts';
import type { FleetAnswer } from '../fleet-request.ts';
import { type FleetService, limited } from '../fleet-service.ts';
import type { Person } from '../identity.ts';
import { isLastView } from '../job-feeds.ts';
import { jobList, jobListQuery, jobResult, jobView } from '../messages/job-view.ts';
import { jobId } from '../messages/parts.ts';
import { submitReply, submitRequest } from '../messages/submit.ts';

/** What a request has besides its input, in bytes. */
const AROUND_INPUT = 16_384;
/** A reader that is further behind gets the next view in place of this one, in bytes. */
const MAX_BEHIND = 1_048_576;

const MAX_BYTES = 16_777_216;

function unknownJob(): FleetError {
  return nodeError('unknown_job', 'there is no such job.');
}

/** Checks the id of the path: what can be none is not there. */
function jobOf(params: Readonly<Record<string, string>>): string {
  const { success, data } = jobId.safeParse(params['job']);
  if (!success) throw unknownJob();
  return data;
}

/** The job, if whoever asks may see it; whoever may not is not told that it is there. */
async function seen(
  { actors }: FleetService,
  job: string,
  person: Person | null,
): Promise<JobView> {
  const view = await actors.job(job, { type: 'view' });
  const mine = person !== null && (person.operator || person.user === view.owner);
  if (view.visibility === 'private' && !mine) throw unknownJob();
  return view;
}

const submit = personEndpoint(
  {
    operation: 'submitJob',
    method: 'POST',
    path: '/jobs',
    summary: 'Submits a job. With the same `key` again, it gives the job that there is.',
    changes: true,
    body: submitRequest,
    maxBytes: MAX_BYTES,
    answer: submitReply,
  },
  async ({ service, person, body }) => {
    const { key, ...request } = body;
    const { user, operator } = person;
    const { actors, limits, tokens } = service;
    if (JSON.stringify(request.input).length > limits.inputBytes + AROUND_INPUT) {
      throw nodeError('too_large', `input: has more than ${limits.inputBytes} bytes.`);
    }
    if ((request.priority ?? 0) > 0 && !operator) {
      throw new FleetError(403, 'forbidden', 'priority: above 0 needs the token of an operator.');
    }
    const perMinute = limits.submitsPerMinute;
    await limited(tokens, { what: 'jobs', key: `submit/${user}`, perMinute });
    const job = service.jobId(user, key);
    const known = { job, created: false };
    if (!operator) {
      try {
        await actors.jobsOf(user, { type: 'may-submit' });
      } catch (error) {
        // The job that there is costs nothing more.
        if (key === undefined || !(await isThere(service, job))) throw error;
        return known;
      }
    }
    const message = { type: 'submit', owner: user, operator, request } as const;
    return (await actors.submit(job, message)) ?? known;
  },
);

async function isThere({ actors }: FleetService, job: string): Promise<boolean> {
  try {
    await actors.job(job, { type: 'view' });
    return true;
  } catch (error) {
    if (error instanceof FleetError && error.status === 404) return false;
    throw error;
  }
}

const list = personEndpoint(
  {
    operation: 'listJobs',
    method: 'GET',
    path: '/jobs',
    summary: "Lists one's own jobs, the newest first.",
    changes: false,
    query: jobListQuery,
    answer: jobList,
  },
  async ({ service, person, query }) => {
    const { owner = person.user, status, cursor = null, limit } = query;
    if (owner !== person.user && !person.operator) {
      throw forbidden('owner: the jobs of others are for operators.');
    }
    const question = { type: 'list', status, cursor, limit } as const;
    return service.actors.jobsOf(owner, question);
  },
);

const get = openEndpoint(
  {
    operation: 'getJob',
    method: 'GET',
    path: '/jobs/{job}',
    summary: 'Tells how a job is.',
    answer: jobView,
  },
  async ({ service, params, person }) => {
    const view = await seen(service, jobOf(params), await person());
    return { type: 'json', status: 200, value: view };
  },
);

const result = openEndpoint(
  {
    operation: 'getResult',
    method: 'GET',
    path: '/jobs/{job}/result',
    summary: 'Gives the result of a job that is done.',
    answer: jobResult,
  },
  async ({ service, params, person }) => {
    const job = jobOf(params);
    await seen(service, job, await person());
    const value = await service.actors.job(job, { type: 'result-of-job' });
    return { type: 'json', status: 200, value };
  },
);

function changing(what: 'cancel' | 'retry', summary: string): Endpoint {
  return personEndpoint(
    {
      operation: `${what}Job`,
      method: 'POST',
      path: `/jobs/{job}/${what}`,
      summary,
      changes: true,
      body: z.strictObject({}),
      answer: jobView,
    },
    async ({ service, person, params }) => {
      const { user, operator } = person;
      const job = jobOf(params);
      // Somebody else's private job is not there for them.
      await seen(service, job, person);
      return service.actors.job(job, { type: what, user, operator });
    },
  );
}

/** Server-sent events: each view as it comes, a slow reader only the latest; ends with the view of the job's end. */
function eventsOf(service: FleetService, job: string): FleetAnswer {
  return {
    type: 'events',
    async run(sink) {
      let stop = (): void => {};
      let ended = false;
      let last = 0;
      const end = await service.feeds.watch(job, {
        onView(json, offset) {
          if (ended || offset <= last) return;
          const isLast = isLastView(json);
          if (sink.behind > MAX_BEHIND && !isLast) return;
          last = offset;
          sink.send('job', json, String(offset));
          if (!isLast) return;
          ended = true;
          sink.end();
          stop();
        },
      });
      stop = end;
      if (ended) end();
      return end;
    },
  };
}

const events = openEndpoint(
  {
    operation: 'watchJob',
    method: 'GET',
    path: '/jobs/{job}/events',
    summary:
      'Tells a job as server-sent events `job`, at most ten a second, each a `JobView`; the stream ends with the job.',
    answer: 'text/event-stream',
  },
  async ({ service, params, person }) => {
    const job = jobOf(params);
    await seen(service, job, await person());
    if (service.feeds.streams >= service.limits.streams) {
      throw unavailable(
        `${service.limits.streams} streams are open here already; try again later.`,
      );
    }
    return eventsOf(service, job);
  },
);

export const JOB_ENDPOINTS: readonly Endpoint[] = [
  submit,
  list,
  get,
  result,
  changing('cancel', 'Ends a job without a result.'),
  changing('retry', 'Goes on with a failed or cancelled job from what it has.'),
  events,
];
