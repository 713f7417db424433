/** Somebody who submits jobs, looks at them, cancels some and lets some go on, through whatever Sentinel answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobList, JobResult, JobView, SubmitReply } from '@belfry/protocol';
import type { SeededRandom } from '@belfry/testkit';
import { FleetRefusal, type FleetHttp } from '../fleet/load/fleet-http.ts';
import type { KnownJob } from './check-job.ts';
import type { Pace } from './fleet-torture-config.ts';
import { makeJob } from './make-job.ts';

export interface PersonOptions {
  readonly user: string;
  readonly token: string;
  /** One for each Sentinel. */
  readonly sentinels: readonly FleetHttp[];
  readonly random: SeededRandom;
  readonly jobs: Pace['jobs'];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface OwnJob extends Mutable<KnownJob> {
  answered: string[];
  hasEnded: boolean;
}

const LOOK_MS = 400;
/** Nothing explains that a Sentinel answers later. */
const PATIENCE_MS = 90_000;
const AGAIN_SHARE = 0.3;
const CANCEL_SHARE = 0.15;
const RETRY_SHARE = 0.5;

export class Person {
  readonly user: string;
  readonly jobs: OwnJob[] = [];
  /** What was answered otherwise than the API says. */
  readonly problems: string[] = [];
  readonly #options: PersonOptions;
  #next = 0;
  #isSubmitting = true;

  constructor(options: PersonOptions) {
    this.user = options.user;
    this.#options = options;
  }

  get live(): OwnJob[] {
    return this.jobs.filter(({ hasEnded }) => !hasEnded);
  }

  /** Goes on until `stop`. */
  async run(): Promise<void> {
    const { jobs, random } = this.#options;
    while (this.#isSubmitting) {
      if (this.live.length < jobs.atOnce) {
        await this.#submit();
        continue;
      }
      await sleep(LOOK_MS);
      await this.look();
      const victims = this.live.filter(({ cancelled }) => !cancelled);
      if (victims.length > 0 && random.chance(CANCEL_SHARE)) {
        await this.#cancel(random.pick(victims));
      }
      if (random.chance(AGAIN_SHARE)) await this.#submitAgain();
    }
  }

  stop(): void {
    this.#isSubmitting = false;
  }

  /** Finds out which jobs have ended. */
  async look(): Promise<void> {
    for (const job of this.live) {
      const { endedAt } = await this.view(job);
      if (endedAt !== null) job.hasEnded = true;
    }
  }

  view({ answered: [id] }: KnownJob): Promise<JobView> {
    return this.#ask<JobView>('GET', `/jobs/${id}`);
  }

  result({ answered: [id] }: KnownJob): Promise<JobResult> {
    return this.#ask<JobResult>('GET', `/jobs/${id}/result`);
  }

  /** The ids of all its jobs, the newest 200. */
  async listed(): Promise<string[]> {
    const { jobs } = await this.#ask<JobList>('GET', '/jobs?limit=200');
    return jobs.map(({ job }) => job);
  }

  async #submit(): Promise<void> {
    const { random, jobs } = this.#options;
    const job: OwnJob = {
      key: `${this.user}-${this.#next++}`,
      user: this.user,
      request: makeJob(random, jobs),
      answered: [],
      made: 0,
      cancelled: false,
      retried: false,
      hasEnded: false,
    };
    // Whoever gets no answer submits it again, with the same key: it is there, or is made now.
    await this.#send(job);
    this.jobs.push(job);
  }

  async #submitAgain(): Promise<void> {
    if (this.jobs.length > 0) await this.#send(this.#options.random.pick(this.jobs));
  }

  async #send(job: OwnJob): Promise<void> {
    const body = { ...job.request, key: job.key };
    const reply = await this.#ask<SubmitReply>('POST', '/jobs', body);
    job.answered.push(reply.job);
    if (reply.created) job.made++;
  }

  async #cancel(job: OwnJob): Promise<void> {
    const { random } = this.#options;
    if ((await this.#change(job, 'cancel')) !== 'cancelled') return;
    job.cancelled = true;
    if (!random.chance(RETRY_SHARE)) return;
    await sleep(random.int(0, 2_000));
    const status = await this.#change(job, 'retry');
    if (status === 'cancelled') this.problems.push(`${job.key}: it was not retried`);
    else job.retried = true;
  }

  /** Resolves with how the job is then. */
  async #change(job: OwnJob, what: 'cancel' | 'retry'): Promise<JobView['status']> {
    try {
      const view = await this.#ask<JobView>('POST', `/jobs/${job.answered[0]}/${what}`, {});
      return view.status;
    } catch (error) {
      // It was so already, perhaps by what was asked before and not answered.
      if (!(error instanceof FleetRefusal) || error.status !== 409) throw error;
      return (await this.view(job)).status;
    }
  }

  /** Asks one Sentinel after the other until one answers. */
  async #ask<Reply>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply> {
    const { sentinels, token, random } = this.#options;
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (let at = random.int(0, sentinels.length - 1); ; at++) {
      const http = sentinels[at % sentinels.length] as FleetHttp;
      try {
        return await http.asked<Reply>(token, method, { path, body });
      } catch (error) {
        const isFinal = error instanceof FleetRefusal && error.status < 500 && error.status !== 429;
        if (isFinal || Date.now() > giveUpAt) throw error;
      }
      await sleep(100);
    }
  }
}
