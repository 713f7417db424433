import type { Attempt, JobStatus, NodeAccess, NodeTimes } from '@belfry/protocol';
import { z } from 'zod';

/** What several messages have in common. */

export const count: z.ZodType<number> = z.int().min(0);

export const time: z.ZodType<number> = z
  .number()
  .meta({ description: 'Milliseconds since the Unix epoch.' });

export const jobId: z.ZodType<string> = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not the id of a job')
  .meta({ description: 'The id of a job.' });

export const attemptId: z.ZodType<string> = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not an attempt: 1 to 64 letters, digits, "-" and "_"')
  .meta({ description: 'Names an attempt.' });

export const pool: z.ZodType<string> = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,63}$/,
    'is not a pool: 1 to 64 lower-case letters, digits and "-", beginning with a letter or a digit',
  )
  .meta({ description: 'A set of nodes that share jobs. Default `default`.' });

const user = z.string().min(1).max(255);

export const access: z.ZodType<NodeAccess> = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('owner') }),
    z.strictObject({ type: z.literal('users'), users: z.array(user).max(100) }),
    z.strictObject({ type: z.literal('everyone') }),
  ])
  .meta({ description: 'Who may have work done on it. Default: its owner.' });

export const jobStatus: z.ZodType<JobStatus> = z.enum([
  'queued',
  'running',
  'done',
  'failed',
  'cancelled',
]);

export const nodeTimes: z.ZodType<NodeTimes> = z
  .object({
    heartbeatMs: count,
    suspectMs: count,
    deadMs: count,
    ackMs: count,
    stallMs: count,
  })
  .meta({ description: 'The times that nodes and Sentinel go by, in ms.' });

export const attempt: z.ZodType<Attempt> = z
  .object({
    attempt: attemptId,
    job: jobId,
    simulation: z.string(),
    version: z.string().meta({ description: '`sha256-` and 64 hexadecimal digits.' }),
    round: count,
    seed: count,
    from: count.meta({ description: 'The first block.' }),
    blocks: count.meta({ description: 'How many blocks: a power of two.' }),
    blockIterations: count,
    firstIteration: count,
    assignedAt: time,
  })
  .meta({ description: 'One try of one node at one chunk.' });
