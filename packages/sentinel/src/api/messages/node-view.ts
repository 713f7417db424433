import type { NodeChange, NodeList, NodeView, PoolView, SimulationView } from '@belfry/protocol';
import { z } from 'zod';
import { access, count, pool, time } from './parts.ts';

export const nodeView: z.ZodType<NodeView> = z.object({
  node: z.string(),
  name: z.string(),
  owner: z.string(),
  mine: z.boolean(),
  pool: z.string(),
  access,
  status: z.enum(['online', 'suspect', 'offline', 'draining']),
  runtime: z.string(),
  platform: z.string(),
  version: z.string(),
  slots: count,
  busy: count,
  trust: z.number().meta({ description: 'Its results count by themselves from 1 on.' }),
  agreed: count,
  disagreed: count,
  completed: count,
  failed: count,
  rate: z.number().meta({ description: 'Iterations a second lately.' }),
  load: z.number().nullable(),
  lastSeenAt: time,
  claimedAt: time,
});

export const nodeList: z.ZodType<NodeList> = z.object({
  nodes: z.array(nodeView),
  cursor: z.string().nullable(),
});

/** Of `GET /nodes`. */
export interface NodeListQuery {
  readonly pool: string;
  readonly cursor?: string;
  readonly limit: number;
}

export const nodeListQuery: z.ZodType<NodeListQuery> = z.strictObject({
  pool: pool.default('default'),
  cursor: z.string().max(200).exactOptional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});

export const nodeChange: z.ZodType<NodeChange> = z.strictObject({
  name: z.string().min(1).max(64).exactOptional(),
  access: access.exactOptional(),
  draining: z.boolean().exactOptional().meta({ description: 'It is given nothing new.' }),
});

export const poolView: z.ZodType<PoolView> = z.object({
  pool: z.string(),
  nodes: count,
  online: count,
  slots: count,
  busy: count,
  jobs: z
    .array(
      z.object({
        job: z.string(),
        title: z.string(),
        owner: z.string(),
        priority: z.int(),
        slots: count,
        wanted: count,
      }),
    )
    .meta({ description: 'Of those of others `job`, `title` and `owner` are empty.' }),
});

export const simulationView: z.ZodType<SimulationView> = z.object({
  name: z.string(),
  version: z.string().meta({ description: '`sha256-` and 64 hexadecimal digits.' }),
});
