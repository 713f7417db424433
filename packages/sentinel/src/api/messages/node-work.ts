import type {
  AckRequest,
  ChunkInput,
  CompleteRequest,
  FailRequest,
  HeartbeatRequest,
  HoldsReply,
  LeaveRequest,
  SettleReply,
} from '@belfry/protocol';
import { z } from 'zod';
import { attempt, attemptId, count, jobId, nodeTimes, time } from './parts.ts';

/** The most attempts of one call. */
const MANY = 10_000;
/** The most results, and failures, of one call. */
const MAX_SETTLED = 1_000;
/** What is kept of a failure, in characters. */
const MAX_MESSAGE = 2_000;

export const heartbeatRequest: z.ZodType<HeartbeatRequest> = z.object({
  slots: z.int().min(0).max(1_024).meta({ description: 'That it would use now.' }),
  draining: z.boolean(),
  progress: z
    .array(z.object({ attempt: attemptId, job: jobId, blocks: count }))
    .max(MANY)
    .meta({ description: 'Of every attempt that it runs or has waiting: blocks done.' }),
  load: z.number().min(0).max(1).exactOptional().meta({ description: 'Of all cores, 0 to 1.' }),
});

export const holdsReply: z.ZodType<HoldsReply> = z.object({
  now: time,
  state: z.enum(['ready', 'draining', 'removed']),
  attempts: z
    .array(attempt)
    .meta({ description: 'All that it has to do; what is not among them it gives up.' }),
  times: nodeTimes,
});

export const ackRequest: z.ZodType<AckRequest> = z.object({
  attempts: z.array(z.object({ attempt: attemptId, job: jobId })).max(MANY),
});

export const completeRequest: z.ZodType<CompleteRequest> = z.object({
  results: z
    .array(
      z.object({
        attempt: attemptId,
        job: jobId,
        result: z.unknown(),
        ms: z.number().min(0).meta({ description: 'How long the blocks took to run.' }),
      }),
    )
    .max(MAX_SETTLED),
});

export const failRequest: z.ZodType<FailRequest> = z.object({
  failures: z
    .array(
      z.object({
        attempt: attemptId,
        job: jobId,
        reason: z.enum(['error', 'timeout', 'memory', 'version', 'refused']),
        message: z.string().transform((text) => text.slice(0, MAX_MESSAGE)),
      }),
    )
    .max(MAX_SETTLED),
});

export const settleReply: z.ZodType<SettleReply> = z.object({
  outcomes: z.array(
    z.object({ attempt: attemptId, outcome: z.enum(['received', 'busy', 'unknown']) }),
  ),
});

export const leaveRequest: z.ZodType<LeaveRequest> = z.object({
  reason: z.string().max(200).exactOptional(),
});

/** Of `GET /node/input`. */
export interface InputQuery {
  readonly job: string;
  readonly round: number;
}

export const inputQuery: z.ZodType<InputQuery> = z.strictObject({
  job: jobId,
  round: z.coerce.number().int().min(0),
});

export const chunkInput: z.ZodType<ChunkInput> = z.object({
  input: z.unknown(),
  roundInput: z.unknown(),
});
