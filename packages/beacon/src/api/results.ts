import type {
  ApiBroadcastResult,
  ApiChannelsResult,
  ApiConnectionsResult,
  ApiDone,
  ApiError,
  ApiHistoryResult,
  ApiInfoResult,
  ApiPresenceResult,
  ApiPresenceStatsResult,
  ApiPublishResult,
  ApiRpcResult,
} from '@belfry/protocol';
import { z } from 'zod';

/** What the methods of the server API give, for the OpenAPI description and the tests. */

const count = z.int().min(0);

export const apiError: z.ZodType<ApiError> = z.object({
  code: z.int().meta({ description: 'Of the protocol (100 to 112), or of an application.' }),
  message: z.string(),
});

export const doneResult: z.ZodType<ApiDone> = z.object({});

export const publishResult: z.ZodType<ApiPublishResult> = z
  .object({ offset: count, epoch: z.string() })
  .partial()
  .meta({
    description: 'Empty where the channel keeps no history.',
  }) as z.ZodType<ApiPublishResult>;

export const broadcastResult: z.ZodType<ApiBroadcastResult> = z.object({
  responses: z
    .array(z.union([z.object({ result: publishResult }), z.object({ error: apiError })]))
    .meta({ description: 'In the order of the channels.' }),
});

const clientInfo = z.object({
  user: z.string(),
  client: z.string(),
  conn_info: z.unknown().optional(),
  chan_info: z.unknown().optional(),
});

export const presenceResult: z.ZodType<ApiPresenceResult> = z.object({
  presence: z.record(z.string(), clientInfo).meta({ description: 'By client.' }),
});

export const presenceStatsResult: z.ZodType<ApiPresenceStatsResult> = z.object({
  num_clients: count,
  num_users: count,
});

export const historyResult: z.ZodType<ApiHistoryResult> = z.object({
  publications: z.array(
    z.object({
      data: z.unknown().optional(),
      b64data: z.string().optional(),
      offset: count,
      info: clientInfo.optional(),
      tags: z.record(z.string(), z.string()).optional(),
    }),
  ),
  offset: count,
  epoch: z.string(),
}) as z.ZodType<ApiHistoryResult>;

export const infoResult: z.ZodType<ApiInfoResult> = z.object({
  nodes: z.array(
    z.object({
      uid: z.string(),
      name: z.string(),
      version: z.string(),
      num_clients: count,
      num_users: count,
      num_channels: count,
      num_subs: count,
      uptime: count.meta({ description: 'Seconds.' }),
      process: z.object({
        cpu: z.number().meta({ description: 'Percent of one core.' }),
        rss: count.meta({ description: 'Bytes.' }),
      }),
    }),
  ),
});

export const channelsResult: z.ZodType<ApiChannelsResult> = z.object({
  channels: z
    .record(z.string(), z.object({ num_clients: count }))
    .meta({ description: 'By channel.' }),
});

export const rpcResult: z.ZodType<ApiRpcResult> = z.object({ data: z.unknown() });

export const connectionsResult: z.ZodType<ApiConnectionsResult> = z.object({
  connections: z
    .record(
      z.string(),
      z.object({
        user: z.string(),
        transport: z.string(),
        protocol: z.string(),
        node: z.string(),
        remote_address: z.string(),
        num_channels: count,
        connected_at: count.meta({ description: 'Milliseconds since the Unix epoch.' }),
        queued_bytes: count,
        received: count,
        sent: count,
      }),
    )
    .meta({ description: 'By client.' }),
  cursor: z.string().optional().meta({ description: 'Absent: there are no more.' }),
}) as z.ZodType<ApiConnectionsResult>;
