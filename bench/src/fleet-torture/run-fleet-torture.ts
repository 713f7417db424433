/** One torture run: a fleet over Redis, jobs of several people on it all the time, and something that fails every second. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeList, NodeView, PoolView } from '@belfry/protocol';
import { openRedisStore, type Store } from '@belfry/store';
import { seededRandom, startRedis, waitFor, type SeededRandom } from '@belfry/testkit';
import type { Row } from '../report.ts';
import { makeSecrets, type DeploymentSecrets } from '../torture/deployment-secrets.ts';
import { stopAll } from '../torture/stop-all.ts';
import { AgentBook } from './agent-book.ts';
import { jobViolations } from './check-job.ts';
import { DeadWatch } from './dead-watch.ts';
import { runFleetChaos } from './fleet-chaos.ts';
import { startDeployment, type FleetDeployment } from './fleet-deployment.ts';
import { actorProblems, liveAttempts, tallyProblems } from './fleet-state.ts';
import { PACES, type Pace } from './fleet-torture-config.ts';
import { Person } from './person.ts';

export interface FleetTortureOptions {
  readonly minutes: number;
  readonly nodes: number;
  readonly seed: number;
  readonly pace: keyof typeof PACES;
}

export interface FleetTortureResult {
  readonly counts: Row;
  readonly violations: readonly string[];
}

const PEOPLE = 4;
const WATCH_MS = 500;
const LOOK_MS = 500;

interface Run {
  readonly pace: Pace;
  readonly deployment: FleetDeployment;
  readonly people: readonly Person[];
  readonly agents: AgentBook;
  readonly watch: DeadWatch;
  readonly store: Store;
  readonly operator: string;
  readonly violations: string[];
  readonly counts: Record<string, number>;
}

export async function runFleetTorture(options: FleetTortureOptions): Promise<FleetTortureResult> {
  const dir = await mkdtemp(join(tmpdir(), 'belfry-fleet-torture-'));
  await using redis = await startRedis({ appendonly: true });
  const pace: Pace = PACES[options.pace];
  const secrets = makeSecrets();
  const random = seededRandom(options.seed);
  const store = await openRedisStore({ url: redis.url });
  const violations: string[] = [];
  let deployment: FleetDeployment | undefined;
  let isFine = false;
  try {
    progress('starting');
    const { nodes } = options;
    const given = { dir, redisUrl: redis.url, secrets, pace, nodes, random };
    deployment = await startDeployment(given);
    const run: Run = {
      pace,
      deployment,
      people: await makePeople(deployment, { secrets, pace, random }),
      agents: new AgentBook(deployment.agents),
      watch: new DeadWatch({ limitMs: pace.waitMs }),
      store,
      operator: await secrets.operatorToken(),
      violations,
      counts: {},
    };
    await torture(run, { untilMs: Date.now() + options.minutes * 60_000, random });
    progress('verifying');
    await verify(run);
    const { agents, sentinels } = deployment;
    const others = deployment.all.filter(({ role }) => role === 'beacon').map(({ part }) => part);
    violations.push(
      ...(await stopAll(agents.map(({ part }) => part))),
      ...(await stopAll([...others, ...sentinels])),
      ...(await actorProblems(store)),
    );
    isFine = violations.length === 0;
    return { counts: run.counts, violations };
  } finally {
    for (const http of deployment?.http ?? []) http.close();
    await Promise.all(deployment?.all.map(({ part }) => part.kill()) ?? []);
    await store.close();
    if (isFine) await rm(dir, { recursive: true, force: true });
    else console.log(`the processes' logs are in ${dir}`);
  }
}

async function makePeople(
  { http }: FleetDeployment,
  of: {
    readonly secrets: DeploymentSecrets;
    readonly pace: Pace;
    readonly random: SeededRandom;
  },
): Promise<Person[]> {
  return Promise.all(
    Array.from({ length: PEOPLE }, async (_, n) => {
      const user = `person-${n}`;
      return new Person({
        user,
        token: await of.secrets.token(user),
        sentinels: http,
        random: seededRandom(of.random.int(0, 2 ** 32 - 1)),
        jobs: of.pace.jobs,
      });
    }),
  );
}

/** Chaos while people submit; then, with all well again, until every job has ended or the time for that is over. */
async function torture(
  run: Run,
  { untilMs, random }: { readonly untilMs: number; readonly random: SeededRandom },
): Promise<void> {
  const { people, pace, violations } = run;
  const watching = new AbortController();
  const watched = watchJobs(run, watching.signal);
  const submitting = Promise.all(
    people.map((person) =>
      person
        .run()
        .catch((error: unknown) => void violations.push(`${person.user}: ${String(error)}`)),
    ),
  );
  try {
    await letFail(run, { untilMs, random });
    for (const person of people) person.stop();
    await submitting;
    progress('all is well again; the last jobs end');
    const giveUpAt = Date.now() + pace.endMs;
    while (people.some(({ live }) => live.length > 0) && Date.now() < giveUpAt) {
      await sleep(LOOK_MS);
      for (const person of people) await person.look();
    }
  } finally {
    for (const person of people) person.stop();
    watching.abort();
    await watched;
  }
}

async function letFail(
  { deployment, agents, watch, pace, counts }: Run,
  { untilMs, random }: { readonly untilMs: number; readonly random: SeededRandom },
): Promise<void> {
  await runFleetChaos({
    targets: deployment.all,
    untilMs,
    random,
    everyMs: pace.everyMs,
    faultMs: pace.faultMs,
    onAttack(what, { part, role, nodes }) {
      count(counts, `${role}_${what}s`);
      progress(`${left(untilMs)} s left · ${what} ${part.name}`);
      for (const number of nodes) agents.silent(watch, number, Infinity);
    },
    onBack: ({ nodes }) => {
      for (const number of nodes) agents.back(watch, number);
    },
    async fail(target, { nodes, fault, forMs }) {
      progress(`${left(untilMs)} s left · nodes ${nodes.join(', ')} ${fault} for ${forMs} ms`);
      count(counts, `nodes_${fault}`, nodes.length);
      await agents.fail(watch, { target, nodes, fault, forMs });
    },
  });
}

/** Looks all the time whether a job waits for somebody who is dead. */
async function watchJobs(run: Run, signal: AbortSignal): Promise<void> {
  const { deployment, people, watch, store, violations, agents } = run;
  while (!signal.aborted) {
    const isAttended = deployment.sentinels.some(({ state }) => state === 'up');
    watch.attended(isAttended, performance.now());
    agents.passed(watch);
    for (const job of people.flatMap((person) => person.live)) {
      const id = job.answered[0] ?? '';
      const attempts = await liveAttempts(store, id);
      violations.push(...watch.seen(id, attempts, performance.now()));
    }
    await agents.look();
    await sleep(WATCH_MS);
  }
}

async function verify(run: Run): Promise<void> {
  const { people, violations, counts, watch, agents, operator } = run;
  const sums = { assigned: 0, completed: 0, failed: 0, lost: 0, late: 0, copies: 0, disputed: 0 };
  for (const person of people) {
    violations.push(...person.problems);
    for (const job of person.jobs) {
      const view = await person.view(job);
      const result = view.status === 'done' ? await person.result(job) : null;
      violations.push(...jobViolations(job, { view, result }));
      count(counts, `jobs_${view.status}`);
      for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += view.counts[key];
    }
    violations.push(...(await listProblems(person)));
  }
  const [http] = run.deployment.http;
  const ask = <T>(path: string): Promise<T> =>
    (http as NonNullable<typeof http>).asked<T>(operator, 'GET', { path });
  // What jobs have told their nodes and the pool last is on its way still.
  const settled = async (): Promise<string[]> => {
    const pool = await ask<PoolView>('/pools/default');
    const nodes = await allNodes(ask);
    return [
      ...(pool.jobs.length > 0
        ? [`the pool has ${pool.jobs.length} jobs, and all have ended`]
        : []),
      ...nodes.flatMap(({ name, busy }) => (busy > 0 ? [`${name} holds ${busy} chunks`] : [])),
      ...tallyProblems(sums, nodes),
    ];
  };
  let problems: string[] = [];
  await waitFor(async () => (problems = await settled()).length === 0, {
    timeoutMs: 30_000,
    everyMs: 1_000,
  }).catch(() => violations.push(...problems));
  await agents.look();
  Object.assign(counts, sums, agents.counts(), {
    longest_wait_for_dead_ms: Math.round(watch.longestMs),
  });
  violations.push(...agents.failures());
}

/** Each key made one job, and nothing else did. */
async function listProblems(person: Person): Promise<string[]> {
  const { user, jobs } = person;
  const listed = await person.listed();
  const known = new Set(jobs.map(({ answered: [id] }) => id));
  const strange = listed.filter((id) => !known.has(id));
  const missing = Math.min(200, known.size) - listed.length;
  return [
    ...strange.map((id) => `${user} has a job ${id} that nobody submitted`),
    ...(missing > 0 ? [`${user}: ${missing} jobs are not in the list`] : []),
  ];
}

async function allNodes(ask: <T>(path: string) => Promise<T>): Promise<NodeView[]> {
  const nodes: NodeView[] = [];
  for (let cursor: string | null = null; ;) {
    const from = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: NodeList = await ask<NodeList>(`/nodes?pool=default&limit=200${from}`);
    nodes.push(...page.nodes);
    if (page.cursor === null) return nodes;
    cursor = page.cursor;
  }
}

function count(counts: Record<string, number>, key: string, by = 1): void {
  counts[key] = (counts[key] ?? 0) + by;
}

function left(untilMs: number): number {
  return Math.max(0, Math.round((untilMs - Date.now()) / 1_000));
}

function progress(text: string): void {
  console.error(`[${new Date().toISOString().slice(11, 19)}] ${text}`);
}
