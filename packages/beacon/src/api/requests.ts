import type {
  ApiBatchRequest,
  ApiBlockUserRequest,
  ApiBroadcastRequest,
  ApiChannelRequest,
  ApiChannelsRequest,
  ApiConnectionsRequest,
  ApiDisconnectRequest,
  ApiHistoryRequest,
  ApiInvalidateUserTokensRequest,
  ApiPublishRequest,
  ApiRefreshRequest,
  ApiRevokeTokenRequest,
  ApiRpcRequest,
  ApiSubscribeRequest,
  ApiUnsubscribeRequest,
} from '@belfry/protocol';
import { z } from 'zod';

/**
 * What the methods of the server API take. These schemas check requests, and the OpenAPI description is made of them. Members that are
 * not known are ignored, as Centrifugo does.
 */

/** The most channels of one broadcast. */
const MAX_BROADCAST = 10_000;
/** The most commands of one batch. */
const MAX_COMMANDS = 10_000;
/** What fits into the close frame of a WebSocket, in bytes. */
const MAX_REASON = 123;

const name = (what: string) => z.string().min(1, 'is empty').meta({ description: what });
const channel = name('The channel.');
const seconds = (what: string) =>
  z
    .int()
    .min(0)
    .meta({ description: `${what} Unix seconds.` });
const json = (what: string) => z.unknown().meta({ description: what });
const base64 = (what: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'is not base64')
    .meta({ description: what });

const publication = {
  data: json('Any JSON. Required unless there is `b64data`.').optional(),
  b64data: base64('Bytes in base64, instead of `data`.').optional(),
  skip_history: z.boolean().optional().meta({ description: 'Deliver it without keeping it.' }),
  tags: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'Delivered with it; subscribers can filter by them.' }),
  idempotency_key: z.string().max(256).optional().meta({
    description:
      'A second publication with the key on the same channel within five minutes changes nothing and gets the result of the first.',
  }),
  delta: z.boolean().optional().meta({
    description: 'Send subscribers that negotiated it the difference to the last publication.',
  }),
  version: z
    .int()
    .min(0)
    .optional()
    .meta({ description: 'Drop it unless this is above that of the last one. Needs history.' }),
  version_epoch: z
    .string()
    .max(256)
    .optional()
    .meta({ description: 'Versions are compared within it.' }),
};

const target = {
  user: z.string().default('').meta({
    description:
      'The user. Absent or `""`: the anonymous, only together with `client` or `session`.',
  }),
  client: z.string().optional().meta({ description: 'Only this connection.' }),
  session: z
    .string()
    .optional()
    .meta({ description: 'Only the connection with this `session` in its connect reply.' }),
};

const position = z.object({
  offset: z.int().min(0),
  epoch: z.string().default('').meta({ description: '`""`: whatever it is.' }),
});
const flag = z.object({ value: z.boolean() }).optional();

export const publishRequest: z.ZodType<ApiPublishRequest> = z.object({ channel, ...publication });

export const broadcastRequest: z.ZodType<ApiBroadcastRequest> = z.object({
  channels: z.array(z.string()).min(1, 'is empty').max(MAX_BROADCAST),
  ...publication,
});

export const subscribeRequest: z.ZodType<ApiSubscribeRequest> = z.object({
  ...target,
  channel,
  expire_at: seconds('When the subscription ends; 0: never.').optional(),
  info: json('What presence, joins and leaves say of it.').optional(),
  b64info: base64('`info` in base64.').optional(),
  data: json('For the client.').optional(),
  b64data: base64('`data` in base64.').optional(),
  recover_since: position.optional().meta({ description: 'Bring what was published after this.' }),
  override: z
    .object({
      presence: flag,
      join_leave: flag,
      force_push_join_leave: flag,
      force_recovery: flag,
      force_positioning: flag,
    })
    .optional()
    .meta({ description: "Options that are otherwise than the namespace's." }),
});

export const unsubscribeRequest: z.ZodType<ApiUnsubscribeRequest> = z.object({
  ...target,
  channel: z.string().meta({ description: 'The channel; `""`: all.' }),
});

export const disconnectRequest: z.ZodType<ApiDisconnectRequest> = z.object({
  ...target,
  whitelist: z.array(z.string()).max(1_000).optional().meta({ description: 'Clients that stay.' }),
  disconnect: z
    .object({
      code: z.int().min(3000).max(4999),
      reason: z
        .string()
        .default('')
        .refine((text) => Buffer.byteLength(text) <= MAX_REASON, {
          error: `has more than ${MAX_REASON} bytes`,
        }),
    })
    .optional()
    .meta({
      description:
        'What the client is told. It does not come back by itself after 3500 to 3999 and 4500 to 4999. Default: 3503.',
    }),
});

export const refreshRequest: z.ZodType<ApiRefreshRequest> = z.object({
  ...target,
  expired: z.boolean().optional().meta({ description: 'End it as one that has expired.' }),
  expire_at: seconds('When the connection expires; 0: never.').optional(),
  info: json('The new connection info.').optional(),
});

export const channelRequest: z.ZodType<ApiChannelRequest> = z.object({ channel });

export const historyRequest: z.ZodType<ApiHistoryRequest> = z.object({
  channel,
  limit: z.int().min(-1).optional().meta({
    description:
      'How many publications at most; 0 (the default): only the position, -1: as many as an answer holds (10,000).',
  }),
  since: position.optional().meta({ description: 'Only what comes after this.' }),
  reverse: z.boolean().optional().meta({ description: 'From the newest backwards.' }),
});

export const infoRequest: z.ZodType<object> = z.object({});

export const channelsRequest: z.ZodType<ApiChannelsRequest> = z.object({
  pattern: z.string().optional().meta({
    description:
      '`*` stands for any text, `?` for one character, `[a-z]` and `[!a-z]` for some, `{one,other}` for either. Default: all.',
  }),
});

export const rpcRequest: z.ZodType<ApiRpcRequest> = z.object({
  method: name('The method.'),
  params: json('What it takes.').optional(),
});

export const connectionsRequest: z.ZodType<ApiConnectionsRequest> = z.object({
  user: z.string().optional().meta({ description: 'Only those of this user.' }),
  channel: z.string().optional().meta({ description: 'Only those on this channel.' }),
  limit: z.int().min(1).max(1_000).optional().meta({ description: 'Default 100.' }),
  cursor: z.string().optional().meta({ description: 'What the last page told.' }),
  expression: z
    .string()
    .max(0, 'filters by expression are not there; leave it out')
    .optional()
    .meta({ description: 'Not supported.' }),
});

const until = seconds('When that ends by itself; 0 or absent: never.').optional();

export const blockUserRequest: z.ZodType<ApiBlockUserRequest> = z.object({
  user: name('The user.'),
  expire_at: until,
});

export const unblockUserRequest: z.ZodType<Pick<ApiBlockUserRequest, 'user'>> = z.object({
  user: name('The user.'),
});

export const revokeTokenRequest: z.ZodType<ApiRevokeTokenRequest> = z.object({
  uid: name("The token's `jti`."),
  expire_at: until,
});

export const invalidateUserTokensRequest: z.ZodType<ApiInvalidateUserTokensRequest> = z.object({
  user: name('The user.'),
  issued_before: seconds('Compared with `iat`; absent: now.').optional(),
  expire_at: until,
  channel: z
    .string()
    .optional()
    .meta({ description: 'Only subscription tokens for it; absent: connection tokens.' }),
});

export const batchRequest: z.ZodType<Pick<ApiBatchRequest, 'parallel'> & { commands: object[] }> =
  z.object({
    commands: z.array(z.looseObject({})).max(MAX_COMMANDS),
    parallel: z
      .boolean()
      .optional()
      .meta({ description: 'Side by side instead of one after the other.' }),
  });
