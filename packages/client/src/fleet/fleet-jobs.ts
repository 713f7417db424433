import type {
  AnySimulation,
  ClaimCodeRequest,
  ClaimTokenReply,
  ClaimTokenRequest,
  JobList,
  JobStatus,
  JobView,
  NodeChange,
  NodeList,
  NodeView,
  PoolView,
  Simulation,
  SimulationList,
  SubmitReply,
  SubmitRequest,
  SubmittedOf,
  SummaryOf,
} from '@belfry/protocol';
import type { FleetCaller } from './fleet-caller.ts';
import type { JobHandle } from './job-handle.ts';
import { type JobHost, WatchedJob } from './watched-job.ts';

export type SubmitOptions = Omit<SubmitRequest, 'simulation' | 'input'>;

/** What a simulation's blocks and jobs come to. */
export type ResultOf<S> = S extends Simulation<infer _I, infer Result, infer _S> ? Result : never;

/** A job that was submitted by name, with the type of its simulation or with those of its summary and its result. */
type NamedJob<S, Result> = [S] extends [AnySimulation]
  ? JobHandle<ResultOf<S>, SummaryOf<S>>
  : JobHandle<Result, S>;

/** The jobs of a fleet. Everything rejects with `BelfryError`; what fails for a while is tried again by itself. */
export class FleetJobs {
  readonly #host: JobHost;

  constructor(host: JobHost) {
    this.#host = host;
  }

  /**
   * Submits a job: `client.jobs.submit(fight, input)`, or with the simulation's name: `submit<typeof fight>('fight', input)`. It is there once however often the call had to be
   * made; give `key` to make it so for calls of your own, too.
   */
  submit<S extends AnySimulation>(
    simulation: S,
    input: SubmittedOf<S>,
    options?: SubmitOptions,
  ): Promise<JobHandle<ResultOf<S>, SummaryOf<S>>>;
  submit<S = unknown, Result = unknown>(
    simulation: string,
    input: [S] extends [AnySimulation] ? SubmittedOf<S> : unknown,
    options?: SubmitOptions,
  ): Promise<NamedJob<S, Result>>;
  async submit(
    simulation: AnySimulation | string,
    input: unknown,
    options: SubmitOptions = {},
  ): Promise<JobHandle> {
    const name = typeof simulation === 'string' ? simulation : simulation.name;
    const key = options.key ?? crypto.randomUUID();
    const body: SubmitRequest = { ...options, simulation: name, input, key };
    const { job: id, created } = await this.#caller.call<SubmitReply>({
      method: 'POST',
      path: '/jobs',
      body,
    });
    return new WatchedJob<unknown, unknown>(this.#host, { id, created });
  }

  /** A job that there is, by its id. */
  job<S extends AnySimulation>(id: string): JobHandle<ResultOf<S>, SummaryOf<S>> {
    return new WatchedJob<ResultOf<S>, SummaryOf<S>>(this.#host, { id, created: false });
  }

  /** One's own, the newest first. */
  list(
    page: {
      readonly status?: JobStatus;
      readonly cursor?: string | null;
      readonly limit?: number;
    } = {},
  ): Promise<JobList> {
    return this.#caller.call({ method: 'GET', path: `/jobs${queryOf(page)}` });
  }

  get(id: string): Promise<JobView> {
    return this.#caller.call({ method: 'GET', path: `/jobs/${encodeURIComponent(id)}` });
  }

  get #caller(): FleetCaller {
    return this.#host.caller;
  }
}

/** The nodes of a fleet, and what it can run. */
export class FleetNodes {
  readonly #caller: FleetCaller;

  constructor(caller: FleetCaller) {
    this.#caller = caller;
  }

  /** Those of a pool (default `default`) that one may use. */
  list(
    page: {
      readonly pool?: string;
      readonly cursor?: string | null;
      readonly limit?: number;
    } = {},
  ): Promise<NodeList> {
    return this.#caller.call({ method: 'GET', path: `/nodes${queryOf(page)}` });
  }

  get(node: string): Promise<NodeView> {
    return this.#caller.call({ method: 'GET', path: pathOf(node) });
  }

  /** Makes the node that shows a code one's own. Not tried again: a code that was wrong counts. */
  claim(request: ClaimCodeRequest): Promise<NodeView> {
    return this.#caller.call({ method: 'POST', path: '/nodes/claim', body: request, retries: 0 });
  }

  /** A token that makes nodes one's own. */
  createClaim(request: ClaimTokenRequest = {}): Promise<ClaimTokenReply> {
    return this.#caller.call({ method: 'POST', path: '/claims', body: request });
  }

  change(node: string, change: NodeChange): Promise<NodeView> {
    return this.#caller.call({ method: 'PATCH', path: pathOf(node), body: change });
  }

  async remove(node: string): Promise<void> {
    await this.#caller.call({ method: 'DELETE', path: pathOf(node) });
  }

  pool(pool = 'default'): Promise<PoolView> {
    return this.#caller.call({ method: 'GET', path: `/pools/${encodeURIComponent(pool)}` });
  }

  simulations(): Promise<SimulationList> {
    return this.#caller.call({ method: 'GET', path: '/simulations' });
  }
}

function pathOf(node: string): string {
  return `/nodes/${encodeURIComponent(node)}`;
}

function queryOf(fields: Readonly<Record<string, string | number | null | undefined>>): string {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
