import type { AttemptFailure, SubmitRequest } from '@belfry/protocol';
import { z } from 'zod';
import { grantChange, type GrantChange } from './grant-change.ts';

/**
 * What `job/<id>` is told and asked. Refusals are `ctx.reject(code, message)`: an asker gets them as an `AskError` with code `rejected`,
 * the job's own code being its `reason`.
 */
export type JobMessage =
  | SubmitMessage
  | JobQuestion
  | ResultMessage
  | FailureMessage
  | LostMessage
  | GrantsMessage
  | JobRefusedMessage;

/**
 * With `asker.create('job/<id>', message)`: brings the job into being. The reply is a `SubmitReply`; `exists`: there is a job of that id. Refused
 * with `simulation`, `input`, `plan`, `seed`, `priority`, `pool`, `target-error` or `title`, and then there is no job.
 */
export interface SubmitMessage {
  readonly type: 'submit';
  /** The user of the token. */
  readonly owner: string;
  /** May ask for a priority above 0. */
  readonly operator: boolean;
  readonly request: Omit<SubmitRequest, 'key'>;
}

export type JobQuestion =
  /** The reply is a `JobView`. Anybody who may see the job may ask; that is for `may-subscribe` to say. */
  | { readonly type: 'view' }
  /** The reply is a `JobResult`. Refused with `not-done`. */
  | { readonly type: 'result-of-job' }
  /** The reply is a `JobView`. Refused with `forbidden` or `over` (it has ended already, by itself). */
  | { readonly type: 'cancel'; readonly user: string; readonly operator: boolean }
  /** Goes on with a failed or cancelled job from what it has. The reply is a `JobView`. Refused with `forbidden` or `not-over`. */
  | { readonly type: 'retry'; readonly user: string; readonly operator: boolean }
  /** Whether a user may see the job (and subscribe to `job:<id>`). The reply is `{ allowed: boolean }`. */
  | { readonly type: 'may-subscribe'; readonly user: string; readonly operator: boolean }
  /** Whether a node may say its progress on `job:<id>`: it holds an attempt of the job. The reply is `{ allowed: boolean }`. */
  | { readonly type: 'may-publish'; readonly node: string }
  /**
   * What a node needs to run chunks of a round. The reply is a `ChunkInput`. Refused with `forbidden` (the node holds nothing of the
   * job) or `no-round` (that round is over).
   */
  | { readonly type: 'input'; readonly node: string; readonly round: number };

/**
 * A node's result: `store.actors.send({ to: 'job/<id>', id: attempt, mustExist: true, inboxLimit, … })`, so that it is accepted once.
 * The kind's `inboxLimit` goes along; `full` is the outcome `busy`, `no-actor` is `unknown`.
 */
export interface ResultMessage {
  readonly type: 'result';
  /** Who it comes from, as its signature says. */
  readonly node: string;
  readonly attempt: string;
  /** As the node says; not negative. */
  readonly ms: number;
  /** The result as JSON text: `JSON.stringify` of what the node sent. */
  readonly result: string;
  /** `resultDigest` of it. */
  readonly digest: string;
}

/** A node's failure: sent as results are, with the id `f:<attempt>`. */
export interface FailureMessage {
  readonly type: 'failure';
  readonly node: string;
  readonly attempt: string;
  readonly reason: AttemptFailure['reason'];
  readonly message: string;
}

/** From `node/<id>`: these attempts come to nothing there. */
export interface LostMessage {
  readonly type: 'lost';
  readonly node: string;
  readonly attempts: readonly string[];
  /** `dead`: no heartbeats; `left`: it said so, or was removed; `unacknowledged`, `stalled`: that attempt alone; `refused`: it takes no work now. */
  readonly reason: 'dead' | 'left' | 'unacknowledged' | 'stalled' | 'refused';
}

/** From `fleet/<pool>`: what the job may use from now on. */
export interface GrantsMessage {
  readonly type: 'grants';
  readonly changes: readonly GrantChange[];
  /** Why it has not all that it wants; `null`: it has. */
  readonly waiting: 'no-nodes' | 'busy' | 'no-capable-node' | null;
}

/** From `fleet/<pool>`: it takes no more jobs. */
export interface JobRefusedMessage {
  readonly type: 'refused';
  readonly message: string;
}

const name = z.string().max(200);
const user = z.string().max(1_000);
const person = { user, operator: z.boolean() };

export const jobMessage: z.ZodType<JobMessage, JobMessage> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('result'),
    node: name,
    attempt: name,
    ms: z.number().min(0),
    result: z.string(),
    digest: name,
  }),
  z.object({
    type: z.literal('failure'),
    node: name,
    attempt: name,
    reason: z.enum(['error', 'timeout', 'memory', 'version', 'refused']),
    message: z.string(),
  }),
  z.object({
    type: z.literal('lost'),
    node: name,
    attempts: z.array(name),
    reason: z.enum(['dead', 'left', 'unacknowledged', 'stalled', 'refused']),
  }),
  z.object({
    type: z.literal('grants'),
    changes: z.array(grantChange),
    waiting: z.enum(['no-nodes', 'busy', 'no-capable-node']).nullable(),
  }),
  z.object({ type: z.literal('refused'), message: z.string() }),
  z.object({
    type: z.literal('submit'),
    owner: user,
    operator: z.boolean(),
    request: z.object({
      simulation: z.string(),
      input: z.unknown(),
      seed: z.number().optional(),
      priority: z.number().optional(),
      pool: z.string().optional(),
      targetError: z.number().optional(),
      onPoison: z.enum(['fail', 'partial']).optional(),
      visibility: z.enum(['link', 'private']).optional(),
      title: z.string().optional(),
    }),
  }),
  z.object({ type: z.literal('view') }),
  z.object({ type: z.literal('result-of-job') }),
  z.object({ type: z.literal('cancel'), ...person }),
  z.object({ type: z.literal('retry'), ...person }),
  z.object({ type: z.literal('may-subscribe'), ...person }),
  z.object({ type: z.literal('may-publish'), node: name }),
  z.object({ type: z.literal('input'), node: name, round: z.int().min(0) }),
]) as z.ZodType<JobMessage, JobMessage>;
