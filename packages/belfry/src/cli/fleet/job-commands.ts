import type { JobList, JobResult, JobView, SubmitReply, SubmitRequest } from '@belfry/protocol';
import {
  type Command,
  CommandError,
  EXIT,
  type FlagSpec,
  flagNumber,
  flagText,
  hasFlag,
  type Invocation,
  UsageError,
} from '../command.ts';
import { JSON_FLAG } from '../config-flags.ts';
import { readData } from '../read-data.ts';
import { textTable, timeText } from '../table.ts';
import {
  FLEET_FLAGS,
  FLEET_NOTE,
  type FleetTarget,
  fleetTarget,
  toldFleet,
} from './fleet-target.ts';
import { shareOf, shortNumber } from './job-text.ts';
import { progressLine } from './progress-line.ts';
import { watchJob } from './watch-job.ts';

const STATUSES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;

const SUBMIT_FLAGS: readonly FlagSpec[] = [
  { name: 'seed', value: 'N', doc: 'The seed, 0 to 2^32 - 1 (default: chosen at random).' },
  { name: 'priority', value: 'N', doc: '-10 to 10; above 0 for operators (default 0).' },
  { name: 'pool', value: 'POOL', doc: 'Whose nodes do it (default "default").' },
  {
    name: 'target-error',
    value: 'SHARE',
    doc: 'Stop when the relative standard error is at most this, e.g. 0.01.',
  },
  { name: 'key', value: 'KEY', doc: 'Submitting again with the same key gives the same job.' },
  { name: 'title', value: 'TEXT', doc: 'For people.' },
  { name: 'private', doc: 'Only its owner may watch it.' },
  { name: 'partial', doc: 'Leave out chunks that fail for good, instead of failing.' },
  { name: 'detach', doc: 'Print its id and do not watch it.' },
];

function share(invocation: Invocation, name: string): number | undefined {
  const text = flagText(invocation, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw new UsageError(`--${name}: got "${text}"; it must be above 0 and below 1.`);
}

function requestOf(invocation: Invocation): SubmitRequest {
  const [simulation = '', text = ''] = invocation.positionals;
  const seedText = flagText(invocation, 'seed');
  const range = { min: 0, max: 2 ** 32 - 1, fallback: 0 };
  const targetError = share(invocation, 'target-error');
  const pool = flagText(invocation, 'pool');
  const title = flagText(invocation, 'title');
  return {
    simulation,
    input: readData(text),
    key: flagText(invocation, 'key') ?? crypto.randomUUID(),
    priority: flagNumber(invocation, 'priority', { min: -10, max: 10, fallback: 0 }),
    ...(seedText === undefined ? {} : { seed: flagNumber(invocation, 'seed', range) }),
    ...(pool === undefined ? {} : { pool }),
    ...(title === undefined ? {} : { title }),
    ...(targetError === undefined ? {} : { targetError }),
    ...(hasFlag(invocation, 'private') ? { visibility: 'private' } : {}),
    ...(hasFlag(invocation, 'partial') ? { onPoison: 'partial' } : {}),
  };
}

/** Watches a job to its end. Gives the exit code. */
async function follow(target: FleetTarget, job: string, invocation: Invocation): Promise<number> {
  const asJson = hasFlag(invocation, 'json');
  const stop = new AbortController();
  const end = (): void => {
    stop.abort();
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  const line = progressLine(process.stderr, () => performance.now());
  let away = '';
  const last = await toldFleet(
    watchJob(target, job, {
      signal: stop.signal,
      onView(view) {
        away = '';
        if (asJson) console.log(JSON.stringify(view));
        else line.show(view);
      },
      onAway(why) {
        if (!asJson && why !== away) line.say(`The server is away (${why}); trying again.`);
        away = why;
      },
    }),
  );
  line.end();
  if (last === undefined) {
    if (!asJson) console.error(`The job goes on: belfry jobs watch ${job}`);
    return EXIT.failed;
  }
  return ended(last, asJson);
}

function ended(view: JobView, asJson: boolean): number {
  if (view.status === 'done') {
    if (!asJson) console.log(JSON.stringify(view.summary, null, 2));
    return EXIT.ok;
  }
  if (asJson) return EXIT.failed;
  const errors = view.errors.map(
    ({ node, from, message }) => `  block ${from} on ${node}: ${message}`,
  );
  const why =
    view.status === 'cancelled' ? 'the job was cancelled.' : (view.failure ?? 'the job failed.');
  throw new CommandError([why, ...errors].join('\n'));
}

const submit: Command = {
  path: ['jobs', 'submit'],
  summary: 'Submit a job to a fleet, and watch it to its end.',
  args: ['<simulation>', '<input>'],
  flags: [
    ...SUBMIT_FLAGS,
    ...FLEET_FLAGS,
    { ...JSON_FLAG, doc: 'Print each state as a line of JSON.' },
  ],
  notes: [
    'The input is JSON. When the job is done, what its simulation makes of the result is printed; `belfry jobs result` prints all of it. The exit code is 1 when it fails.',
    'Ctrl-C ends the watching, not the job.',
    FLEET_NOTE,
  ],
  examples: [
    `belfry jobs submit fight '{"rotation":"default"}' --target-error 0.005 --title "a first look"`,
  ],
  async run(invocation) {
    const body = requestOf(invocation);
    const target = await fleetTarget(invocation);
    const { job, created } = await toldFleet(
      target.caller.call<SubmitReply>({ method: 'POST', path: '/jobs', body }),
    );
    const asJson = hasFlag(invocation, 'json');
    if (hasFlag(invocation, 'detach')) {
      console.log(asJson ? JSON.stringify({ job, created }) : job);
      return EXIT.ok;
    }
    if (!asJson) console.error(created ? `Job ${job}` : `Job ${job}, which there was already`);
    return follow(target, job, invocation);
  },
};

const ls: Command = {
  path: ['jobs', 'ls'],
  summary: 'List jobs, the newest first.',
  flags: [
    { name: 'status', value: 'STATUS', doc: `Only those: ${STATUSES.join(', ')}.` },
    { name: 'owner', value: 'USER', doc: 'Of this user; for operators.' },
    { name: 'limit', value: 'N', doc: 'The most jobs to list (default 50).' },
    ...FLEET_FLAGS,
    JSON_FLAG,
  ],
  notes: [FLEET_NOTE],
  async run(invocation) {
    const status = flagText(invocation, 'status');
    if (status !== undefined && !STATUSES.some((each) => each === status)) {
      throw new UsageError(`--status: got "${status}"; it must be one of ${STATUSES.join(', ')}.`);
    }
    const limit = flagNumber(invocation, 'limit', { min: 1, max: 200, fallback: 50 });
    const owner = flagText(invocation, 'owner');
    const query = new URLSearchParams({
      limit: String(limit),
      ...(status === undefined ? {} : { status }),
      ...(owner === undefined ? {} : { owner }),
    });
    const { caller } = await fleetTarget(invocation);
    const list = await toldFleet(
      caller.call<JobList>({ method: 'GET', path: `/jobs?${query.toString()}` }),
    );
    if (hasFlag(invocation, 'json')) console.log(JSON.stringify(list, null, 2));
    else if (list.jobs.length === 0) console.log('No jobs.');
    else {
      const rows = list.jobs.map((each) => [
        each.job,
        each.status,
        `${Math.floor(shareOf(each as JobView) * 100)}%`,
        each.simulation,
        shortNumber(each.iterations),
        timeText(each.createdAt),
        each.title,
      ]);
      console.log(
        textTable(['JOB', 'STATUS', 'DONE', 'SIMULATION', 'ITERATIONS', 'CREATED', 'TITLE'], rows),
      );
    }
    return EXIT.ok;
  },
};

const watch: Command = {
  path: ['jobs', 'watch'],
  summary: 'Show how a job gets on, to its end.',
  args: ['<job>'],
  flags: [...FLEET_FLAGS, { ...JSON_FLAG, doc: 'Print each state as a line of JSON.' }],
  notes: [
    'The exit code is 1 when it fails, is cancelled, or Ctrl-C ended the watching.',
    FLEET_NOTE,
  ],
  async run(invocation) {
    const [job = ''] = invocation.positionals;
    return follow(await fleetTarget(invocation), job, invocation);
  },
};

function changing(what: 'cancel' | 'retry', summary: string): Command {
  return {
    path: ['jobs', what],
    summary,
    args: ['<job>'],
    flags: [...FLEET_FLAGS, JSON_FLAG],
    notes: [FLEET_NOTE],
    async run(invocation) {
      const [job = ''] = invocation.positionals;
      const { caller } = await fleetTarget(invocation);
      const path = `/jobs/${encodeURIComponent(job)}/${what}`;
      const view = await toldFleet(caller.call<JobView>({ method: 'POST', path, body: {} }));
      console.log(
        hasFlag(invocation, 'json') ? JSON.stringify(view) : `Job ${job} is ${view.status}.`,
      );
      return EXIT.ok;
    },
  };
}

const result: Command = {
  path: ['jobs', 'result'],
  summary: 'Print the result of a job that is done, as JSON.',
  args: ['<job>'],
  flags: [{ name: 'summary', doc: 'Only what its simulation makes of it.' }, ...FLEET_FLAGS],
  notes: [FLEET_NOTE],
  async run(invocation) {
    const [job = ''] = invocation.positionals;
    const { caller } = await fleetTarget(invocation);
    const path = `/jobs/${encodeURIComponent(job)}/result`;
    const found = await toldFleet(caller.call<JobResult>({ method: 'GET', path }));
    console.log(JSON.stringify(hasFlag(invocation, 'summary') ? found.summary : found, null, 2));
    return EXIT.ok;
  },
};

export const jobCommands: readonly Command[] = [
  submit,
  ls,
  watch,
  changing('cancel', 'End a job without a result.'),
  changing('retry', 'Go on with a failed or cancelled job from what it has.'),
  result,
];
