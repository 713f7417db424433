import type { JobCounts, JobList, JobResult, JobSummary, JobView } from '@belfry/protocol';
import { z } from 'zod';
import { count, jobId, jobStatus, time } from './parts.ts';

const counts: z.ZodType<JobCounts> = z.object({
  assigned: count,
  completed: count,
  failed: count,
  lost: count,
  late: count,
  copies: count,
  disputed: count,
});

const summary = {
  job: jobId,
  owner: z.string(),
  title: z.string(),
  simulation: z.string(),
  pool: z.string(),
  priority: z.int(),
  status: jobStatus,
  createdAt: time,
  endedAt: time.nullable(),
  blocksDone: count,
  blocks: count,
  iterations: count,
};

export const jobSummary: z.ZodType<JobSummary> = z.object(summary);

export const jobView: z.ZodType<JobView> = z.object({
  type: z.literal('job'),
  ...summary,
  version: z.string(),
  visibility: z.enum(['link', 'private']),
  seed: count,
  startedAt: time.nullable(),
  round: count,
  note: z.string(),
  rate: z.number().meta({ description: 'Iterations a second lately.' }),
  etaMs: z.number().nullable(),
  error: z.number().nullable().meta({ description: 'Relative standard error so far.' }),
  targetError: z.number().nullable(),
  map: z.string().meta({
    description:
      'The round in at most 400 cells as runs, e.g. `d120r3w277`: w waiting, a assigned, r running, v verifying, d done, p poisoned.',
  }),
  nodes: z.array(z.object({ node: z.string(), name: z.string(), holds: count, rate: z.number() })),
  nodeCount: count,
  slots: count,
  counts,
  waiting: z.enum(['no-nodes', 'busy', 'needs-verification', 'no-capable-node']).nullable(),
  errors: z.array(
    z.object({ at: time, node: z.string(), from: count, blocks: count, message: z.string() }),
  ),
  failure: z.string().nullable(),
  summary: z.unknown(),
});

export const jobList: z.ZodType<JobList> = z.object({
  jobs: z.array(jobSummary),
  cursor: z.string().nullable(),
});

/** Of `GET /jobs`. */
export interface JobListQuery {
  /** For operators: whose. Default one's own. */
  readonly owner?: string;
  readonly status?: JobSummary['status'];
  readonly cursor?: string;
  readonly limit: number;
}

export const jobListQuery: z.ZodType<JobListQuery> = z.strictObject({
  owner: z
    .string()
    .max(255)
    .exactOptional()
    .meta({ description: "Whose, for operators. Default: one's own." }),
  status: jobStatus.exactOptional(),
  cursor: z.string().max(200).exactOptional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const jobResult: z.ZodType<JobResult> = z.object({
  job: jobId,
  result: z.unknown(),
  summary: z.unknown(),
  iterations: count,
  missing: z
    .array(z.object({ round: count, from: count, blocks: count }))
    .meta({ description: 'Ranges that were left out.' }),
});
