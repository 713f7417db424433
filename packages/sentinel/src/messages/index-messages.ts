import type { JobStatus, JobSummary } from '@belfry/protocol';
import { z } from 'zod';

/** What `jobs-of/<user>` is told and asked: a user's last 200 jobs. `jobsOf` makes its id. */
export type JobsOfMessage =
  /** From `job/<id>`: how it is now. */
  | { readonly type: 'summary'; readonly summary: JobSummary }
  /** The newest first. The reply is a `JobList`. */
  | {
      readonly type: 'list';
      readonly status?: JobStatus | undefined;
      /** As the last page said; `null`: from the newest. */
      readonly cursor: string | null;
      /** 1 to 200. */
      readonly limit: number;
    }
  /** Whether one more job would be taken. The reply is `null`. Refused with `too-many-jobs`. */
  | { readonly type: 'may-submit' };

/** What `node-code/<code>` is told and asked: which node shows a code (without its dash). */
export type NodeCodeMessage =
  /** From `node/<id>`. */
  | { readonly type: 'shown'; readonly node: string; readonly expiresAt: number }
  /** The reply is `{ node: string }`. Refused with `wrong-code`. */
  | { readonly type: 'find' };

const status = z.enum(['queued', 'running', 'done', 'failed', 'cancelled']);

export const jobsOfMessage: z.ZodType<JobsOfMessage, JobsOfMessage> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('summary'),
    summary: z.object({
      job: z.string(),
      owner: z.string(),
      title: z.string(),
      simulation: z.string(),
      pool: z.string(),
      priority: z.number(),
      status,
      createdAt: z.number(),
      endedAt: z.number().nullable(),
      blocksDone: z.number(),
      blocks: z.number(),
      iterations: z.number(),
    }),
  }),
  z.object({
    type: z.literal('list'),
    status: status.optional(),
    cursor: z.string().nullable(),
    limit: z.int().min(1).max(200),
  }),
  z.object({ type: z.literal('may-submit') }),
]);

export const nodeCodeMessage: z.ZodType<NodeCodeMessage, NodeCodeMessage> = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('shown'), node: z.string(), expiresAt: z.number() }),
    z.object({ type: z.literal('find') }),
  ],
);
