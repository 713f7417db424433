/**
 * The calls that a backend makes: `POST /api/<method>` with the request as JSON, answered by `{"result":…}` or `{"error":…}`. Methods
 * and fields are those of Centrifugo v6 and, where marked, of its PRO edition; what is marked *ours* it does not have.
 */

/** An error in an answer: the codes of `replyErrors`, or those of an application's own handlers. */
export interface ApiError {
  readonly code: number;
  readonly message: string;
}

/** What is published: JSON `data`, or any bytes as `b64data`. */
export interface ApiPublication {
  readonly data?: unknown;
  /** Bytes in base64, instead of `data`. */
  readonly b64data?: string | undefined;
  /** Deliver it without keeping it. */
  readonly skip_history?: boolean | undefined;
  /** Delivered with it. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Within five minutes a second publication with the key on the same channel changes nothing and gets the first one's result. */
  readonly idempotency_key?: string | undefined;
  /** Send subscribers that asked for it the difference to the last publication. */
  readonly delta?: boolean | undefined;
  /** Drop the publication unless this is above the last one's. Needs history. */
  readonly version?: number | undefined;
  /** What versions are compared within; another one starts anew. */
  readonly version_epoch?: string | undefined;
}

export interface ApiPublishRequest extends ApiPublication {
  readonly channel: string;
}

/** Both are absent where the channel keeps no history. */
export interface ApiPublishResult {
  readonly offset?: number;
  readonly epoch?: string;
}

export interface ApiBroadcastRequest extends ApiPublication {
  readonly channels: readonly string[];
}

export interface ApiBroadcastResult {
  /** In the order of the channels. */
  readonly responses: readonly (
    | { readonly result: ApiPublishResult; readonly error?: never }
    | { readonly error: ApiError; readonly result?: never }
  )[];
}

export interface ApiPosition {
  readonly offset: number;
  readonly epoch: string;
}

/** Whose connections are meant. */
export interface ApiUserTarget {
  /** `''`, the anonymous, only together with `client` or `session`. */
  readonly user: string;
  /** Only this connection. */
  readonly client?: string | undefined;
  /** Only the connection with this `session` in its connect reply. */
  readonly session?: string | undefined;
}

interface ApiFlag {
  readonly value: boolean;
}

/** Options of the channel that are otherwise for this subscription. */
export interface ApiSubscribeOverride {
  readonly presence?: ApiFlag | undefined;
  readonly join_leave?: ApiFlag | undefined;
  readonly force_push_join_leave?: ApiFlag | undefined;
  readonly force_recovery?: ApiFlag | undefined;
  readonly force_positioning?: ApiFlag | undefined;
}

export interface ApiSubscribeRequest extends ApiUserTarget {
  readonly channel: string;
  /** Unix seconds; 0 or absent: never. */
  readonly expire_at?: number | undefined;
  /** For presence, joins and leaves. */
  readonly info?: unknown;
  readonly b64info?: string | undefined;
  /** For the client. */
  readonly data?: unknown;
  readonly b64data?: string | undefined;
  /** Bring what was published after this. */
  readonly recover_since?: ApiPosition | undefined;
  readonly override?: ApiSubscribeOverride | undefined;
}

export interface ApiUnsubscribeRequest extends ApiUserTarget {
  /** `''`: all. */
  readonly channel: string;
}

export interface ApiDisconnectRequest extends ApiUserTarget {
  /** Clients that stay. */
  readonly whitelist?: readonly string[] | undefined;
  /** Default 3503, after which a client does not come back by itself. */
  readonly disconnect?: { readonly code: number; readonly reason: string } | undefined;
}

export interface ApiRefreshRequest extends ApiUserTarget {
  /** End the connection as one that has expired. */
  readonly expired?: boolean | undefined;
  /** Unix seconds; 0 or absent: it does not expire any more. */
  readonly expire_at?: number | undefined;
  /** The new connection info. */
  readonly info?: unknown;
}

export interface ApiChannelRequest {
  readonly channel: string;
}

export interface ApiClientInfo {
  readonly user: string;
  readonly client: string;
  readonly conn_info?: unknown;
  readonly chan_info?: unknown;
}

export interface ApiPresenceResult {
  /** By client. */
  readonly presence: Readonly<Record<string, ApiClientInfo>>;
}

export interface ApiPresenceStatsResult {
  readonly num_clients: number;
  readonly num_users: number;
}

export interface ApiHistoryRequest extends ApiChannelRequest {
  /** How many publications at most; 0 or absent: only the position, -1: as many as one answer holds. */
  readonly limit?: number | undefined;
  readonly since?: ApiPosition | undefined;
  /** From the newest backwards. */
  readonly reverse?: boolean | undefined;
}

export interface ApiHistoryResult extends ApiPosition {
  readonly publications: readonly {
    readonly data?: unknown;
    readonly b64data?: string;
    readonly offset: number;
    readonly info?: ApiClientInfo;
    readonly tags?: Readonly<Record<string, string>>;
  }[];
}

export interface ApiInfoResult {
  readonly nodes: readonly {
    readonly uid: string;
    readonly name: string;
    readonly version: string;
    readonly num_clients: number;
    readonly num_users: number;
    readonly num_channels: number;
    readonly num_subs: number;
    /** Seconds. */
    readonly uptime: number;
    /** Percent of one core; bytes. */
    readonly process: { readonly cpu: number; readonly rss: number };
  }[];
}

export interface ApiChannelsRequest {
  /** `*` stands for any text, `?` for one character, `[a-z]` and `[!a-z]` for some, `{one,other}` for either. Default: all. */
  readonly pattern?: string | undefined;
}

export interface ApiChannelsResult {
  /** By channel. */
  readonly channels: Readonly<Record<string, { readonly num_clients: number }>>;
}

export interface ApiRpcRequest {
  readonly method: string;
  readonly params?: unknown;
}

export interface ApiRpcResult {
  readonly data: unknown;
}

export interface ApiConnectionsRequest {
  readonly user?: string | undefined;
  /** *Ours.* Only those on this channel. */
  readonly channel?: string | undefined;
  /** *Ours.* Default 100, at most 1,000. */
  readonly limit?: number | undefined;
  /** *Ours.* What the last page told. */
  readonly cursor?: string | undefined;
  /** PRO's filter; not there. */
  readonly expression?: string | undefined;
}

/** A connection; what is not of PRO is *ours*. */
export interface ApiConnection {
  readonly user: string;
  readonly transport: string;
  readonly protocol: string;
  readonly node: string;
  /** `''`: not known. */
  readonly remote_address: string;
  readonly num_channels: number;
  /** Milliseconds since the Unix epoch. */
  readonly connected_at: number;
  /** Bytes that wait for the client to read. */
  readonly queued_bytes: number;
  /** Commands that came, and publications, joins and leaves that went, since it was connected. */
  readonly received: number;
  readonly sent: number;
}

export interface ApiConnectionsResult {
  /** By client. */
  readonly connections: Readonly<Record<string, ApiConnection>>;
  /** Absent: there are no more. */
  readonly cursor?: string;
}

export interface ApiBlockUserRequest {
  readonly user: string;
  /** Unix seconds; 0 or absent: until it is unblocked. */
  readonly expire_at?: number | undefined;
}

export interface ApiRevokeTokenRequest {
  /** The claim `jti`. */
  readonly uid: string;
  /** Unix seconds; 0 or absent: never. Best the end of the token. */
  readonly expire_at?: number | undefined;
}

export interface ApiInvalidateUserTokensRequest {
  readonly user: string;
  /** Unix seconds, compared with the claim `iat`; absent: now. */
  readonly issued_before?: number | undefined;
  readonly expire_at?: number | undefined;
  /** Only subscription tokens for this channel; absent: connection tokens. */
  readonly channel?: string | undefined;
}

/** A result that says no more than that it is done. */
export type ApiDone = Readonly<Record<string, never>>;

/** By method: what it takes and what it gives. `batch` is not among them: it is made of them. */
export interface ServerApi {
  publish: { request: ApiPublishRequest; result: ApiPublishResult };
  broadcast: { request: ApiBroadcastRequest; result: ApiBroadcastResult };
  subscribe: { request: ApiSubscribeRequest; result: ApiDone };
  unsubscribe: { request: ApiUnsubscribeRequest; result: ApiDone };
  disconnect: { request: ApiDisconnectRequest; result: ApiDone };
  refresh: { request: ApiRefreshRequest; result: ApiDone };
  presence: { request: ApiChannelRequest; result: ApiPresenceResult };
  presence_stats: { request: ApiChannelRequest; result: ApiPresenceStatsResult };
  history: { request: ApiHistoryRequest; result: ApiHistoryResult };
  history_remove: { request: ApiChannelRequest; result: ApiDone };
  info: { request: object; result: ApiInfoResult };
  channels: { request: ApiChannelsRequest; result: ApiChannelsResult };
  rpc: { request: ApiRpcRequest; result: ApiRpcResult };
  /** As PRO has it. */
  connections: { request: ApiConnectionsRequest; result: ApiConnectionsResult };
  /** As PRO has it. */
  block_user: { request: ApiBlockUserRequest; result: ApiDone };
  /** As PRO has it. */
  unblock_user: { request: Pick<ApiBlockUserRequest, 'user'>; result: ApiDone };
  /** As PRO has it. */
  revoke_token: { request: ApiRevokeTokenRequest; result: ApiDone };
  /** As PRO has it. */
  invalidate_user_tokens: { request: ApiInvalidateUserTokensRequest; result: ApiDone };
}

export type ApiMethod = keyof ServerApi;

/** A command of a batch: one member, named by its method. */
export type ApiCommand = {
  readonly [M in ApiMethod]: Readonly<Record<M, ServerApi[M]['request']>>;
}[ApiMethod];

export interface ApiBatchRequest {
  readonly commands: readonly ApiCommand[];
  /** Side by side instead of one after the other. */
  readonly parallel?: boolean | undefined;
}

/** A reply of a batch: `{"error":…}`, or one member named by the method. */
export type ApiReply =
  | { readonly error: ApiError }
  | { readonly [M in ApiMethod]: Readonly<Record<M, ServerApi[M]['result']>> }[ApiMethod];

export interface ApiBatchResult {
  /** In the order of the commands. */
  readonly replies: readonly ApiReply[];
}
