import { AskError, type Asker } from '@belfry/actors';
import {
  type ActorKey,
  actorKey,
  type ChunkInput,
  encodeActorMessage,
  type HoldsReply,
  type JobList,
  type JobResult,
  type JobView,
  type NodeView,
  type PoolView,
  type RegisterReply,
  type SubmitReply,
} from '@belfry/protocol';
import type { ActorStore, SendResult } from '@belfry/store';
import { jobsOf } from '../actors/jobs-of.ts';
import type { FleetQuestion, NodePage } from '../messages/fleet-messages.ts';
import type { JobsOfMessage, NodeCodeMessage } from '../messages/index-messages.ts';
import type {
  FailureMessage,
  JobQuestion,
  ResultMessage,
  SubmitMessage,
} from '../messages/job-messages.ts';
import type {
  AckMessage,
  LeaveMessage,
  NodeQuestion,
  RegisterMessage,
} from '../messages/node-messages.ts';
import { badRequest, FleetError, unavailable } from './fleet-error.ts';

/** What each question to a job is answered with. */
interface JobReplies {
  view: JobView;
  'result-of-job': JobResult;
  cancel: JobView;
  retry: JobView;
  'may-subscribe': { readonly allowed: boolean };
  'may-publish': { readonly allowed: boolean };
  input: ChunkInput;
}

interface NodeReplies {
  claim: NodeView;
  key: { readonly publicKey: string };
  heartbeat: HoldsReply;
  holds: HoldsReply;
  view: NodeView;
  drain: NodeView;
  remove: null;
  rename: NodeView;
  access: NodeView;
}

interface FleetReplies {
  view: PoolView;
  nodes: NodePage;
}

interface JobsOfReplies {
  list: JobList;
  'may-submit': null;
}

type JobsOfQuestion = Extract<JobsOfMessage, { type: keyof JobsOfReplies }>;

/** How a refusal of an actor is told: the status, and the code where it is not the actor's own. */
const REFUSALS: Readonly<Record<string, readonly [status: number, code?: string]>> = {
  forbidden: [403],
  over: [409],
  'not-over': [409],
  'not-done': [409],
  claimed: [409],
  unclaimed: [403],
  removed: [410],
  'wrong-code': [404],
  'no-round': [404, 'unknown_job'],
  'not-submitted': [404, 'unknown_job'],
  'not-registered': [404, 'unknown_node'],
  'too-many-jobs': [429, 'too_many_jobs'],
  'pool-full': [503],
};

export interface ActorCallsOptions {
  readonly asker: Pick<Asker, 'ask' | 'create'>;
  readonly actors: Pick<ActorStore, 'send'>;
  /** By kind, how many messages may wait for an actor; those left out have the store's default. */
  readonly inboxLimits: Readonly<Record<string, number>>;
  /** How long an actor may take to answer, in ms. */
  readonly timeoutMs: number;
}

/** Asks the actors of the fleet, and tells their refusals as errors of the API. */
export class ActorCalls {
  readonly #options: ActorCallsOptions;

  constructor(options: ActorCallsOptions) {
    this.#options = options;
  }

  job<Q extends JobQuestion>(job: string, question: Q): Promise<JobReplies[Q['type']]> {
    return this.#ask('job', job, question);
  }

  node<Q extends NodeQuestion>(node: string, question: Q): Promise<NodeReplies[Q['type']]> {
    return this.#ask('node', node, question);
  }

  fleet<Q extends FleetQuestion>(pool: string, question: Q): Promise<FleetReplies[Q['type']]> {
    return this.#ask('fleet', pool, question);
  }

  jobsOf<Q extends JobsOfQuestion>(user: string, question: Q): Promise<JobsOfReplies[Q['type']]> {
    return this.#ask('jobs-of', jobsOf(user), question);
  }

  /** Which node shows a code (without its dash). */
  findCode(code: string): Promise<{ readonly node: string }> {
    const question: NodeCodeMessage = { type: 'find' };
    return this.#ask('node-code', code, question);
  }

  /** `null`: there is a job of that id. */
  submit(job: string, message: SubmitMessage): Promise<SubmitReply | null> {
    return this.#create('job', job, message);
  }

  /** The first time, and again. */
  async register(node: string, message: RegisterMessage): Promise<RegisterReply> {
    const created = await this.#create<RegisterReply>('node', node, message);
    return created ?? (await this.#ask('node', node, message));
  }

  /** Puts a result or a failure into the inbox of its job, once. */
  settle(job: string, message: ResultMessage | FailureMessage): Promise<SendResult> {
    const id = message.type === 'result' ? message.attempt : `f:${message.attempt}`;
    return this.#send('job', job, { message, id });
  }

  tellNode(node: string, message: AckMessage | LeaveMessage): Promise<SendResult> {
    return this.#send('node', node, { message });
  }

  #send(
    kind: string,
    id: string,
    what: { readonly message: object; readonly id?: string },
  ): Promise<SendResult> {
    const inboxLimit = this.#options.inboxLimits[kind];
    return this.#options.actors.send({
      to: actorKey(kind, id),
      body: encodeActorMessage({ type: 'message', from: { type: 'system' }, data: what.message }),
      mustExist: true,
      ...(what.id === undefined ? {} : { id: what.id }),
      ...(inboxLimit === undefined ? {} : { inboxLimit }),
    });
  }

  async #ask<Reply>(kind: string, id: string, data: object): Promise<Reply> {
    const actor = actorKey(kind, id);
    const { asker } = this.#options;
    // Users have their lists before they have jobs; all others are there or not.
    const options = { ...this.#with(kind), mustExist: kind !== 'jobs-of' };
    return (await told(actor, asker.ask(actor, data, options))) as Reply;
  }

  async #create<Reply>(kind: string, id: string, data: object): Promise<Reply | null> {
    const actor = actorKey(kind, id);
    try {
      return (await this.#options.asker.create(actor, data, this.#with(kind))) as Reply;
    } catch (error) {
      if (error instanceof AskError && error.code === 'exists') return null;
      throw errorOf(actor, error);
    }
  }

  #with(kind: string): { readonly timeoutMs: number; readonly inboxLimit?: number } {
    const { timeoutMs, inboxLimits } = this.#options;
    const inboxLimit = inboxLimits[kind];
    return { timeoutMs, ...(inboxLimit === undefined ? {} : { inboxLimit }) };
  }
}

/** What `no-actor` means, by kind. */
const MISSING: Readonly<Record<string, readonly [code: string, message: string]>> = {
  job: ['unknown_job', 'there is no such job.'],
  node: ['unknown_node', 'there is no such node.'],
  fleet: ['not_found', 'there is no such pool.'],
  'node-code': ['wrong_code', 'code: no node shows it, or not any more.'],
};

function errorOf(actor: ActorKey, error: unknown): unknown {
  if (!(error instanceof AskError)) return error;
  const kind = actor.slice(0, actor.indexOf('/'));
  switch (error.code) {
    case 'rejected': {
      const { reason = 'bad_request', message } = error;
      const [status, code = reason.replaceAll('-', '_')] = REFUSALS[reason] ?? [];
      return status === undefined ? badRequest(message) : new FleetError(status, code, message);
    }
    case 'no-actor': {
      const [code, message] = MISSING[kind] ?? ['not_found', 'there is no such thing.'];
      return new FleetError(404, code, message);
    }
    case 'full':
      return unavailable(`the ${kind} has as much waiting as it may; try again later.`);
    case 'timeout':
      return unavailable(`the ${kind} did not answer in time; is a Sentinel or a worker running?`);
    case 'unavailable':
    case 'closed':
      return unavailable('the store cannot be reached.');
    default:
      // What a handler threw is for the log.
      return new FleetError(500, 'internal', `the ${kind} failed.`);
  }
}

async function told<T>(actor: ActorKey, ask: Promise<T>): Promise<T> {
  try {
    return await ask;
  } catch (error) {
    throw errorOf(actor, error);
  }
}
