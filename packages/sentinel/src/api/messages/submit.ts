import type { SubmitReply, SubmitRequest } from '@belfry/protocol';
import { z } from 'zod';
import { jobId, pool } from './parts.ts';

export const submitRequest: z.ZodType<SubmitRequest> = z.strictObject({
  simulation: z.string().min(1).max(32).meta({ description: 'The name of a simulation.' }),
  input: z.unknown().meta({ description: 'What it takes.' }),
  key: z.string().min(1).max(128).exactOptional().meta({
    description: 'Submitting again with the same key gives the same job.',
  }),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .exactOptional()
    .meta({ description: 'Default: chosen at random.' }),
  priority: z.int().min(-10).max(10).exactOptional().meta({
    description: 'Higher goes first. Above 0 needs the token of an operator. Default 0.',
  }),
  pool: pool.exactOptional(),
  targetError: z.number().gt(0).lt(1).exactOptional().meta({
    description: 'Stop when the relative standard error is at most this. Default: do all.',
  }),
  onPoison: z.enum(['fail', 'partial']).exactOptional().meta({
    description: 'What becomes of the job when a chunk fails for good. Default `fail`.',
  }),
  visibility: z.enum(['link', 'private']).exactOptional().meta({
    description: '`link`: who knows its id may watch. `private`: only its owner. Default `link`.',
  }),
  title: z.string().max(120).exactOptional().meta({ description: 'For people.' }),
});

export const submitReply: z.ZodType<SubmitReply> = z.object({
  job: jobId,
  created: z.boolean().meta({ description: 'False: the key was known.' }),
});
