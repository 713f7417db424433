/**
 * What clients send, as the Beacon sees it after decoding. `data` is the client's own JSON text, byte for byte: 64-bit integers, the
 * order of keys and escapes survive because nobody parses and writes it again.
 *
 * Field meanings: the public definition `client.proto` of the Centrifugo protocol.
 */

import type { TagsFilterNode } from './tags-filter.ts';

/**
 * What a client sends along. Both are absent when it sends nothing.
 */
export interface Payload {
  /** JSON text, on the wire as it stands here. */
  readonly data?: string;
  /** Bytes that are not JSON, in standard base64. Only Protobuf clients can send them. */
  readonly b64data?: string;
}

/** A place to recover from. `epoch` `''` and `offset` 0: from the very beginning, whatever the epoch. */
export interface RecoverRequest {
  readonly recover: boolean;
  readonly offset: number;
  readonly epoch: string;
}

export interface ConnectRequest extends Payload {
  /** `''`: none. */
  readonly token: string;
  readonly name: string;
  readonly version: string;
  /** Server-side subscriptions the client had, or wishes for, by channel. */
  readonly subs: ReadonlyMap<string, RecoverRequest>;
  /** What a client that cannot set HTTP headers sends in their place. Absent: none. */
  readonly headers?: ReadonlyMap<string, string>;
}

/** Bits of `SubscribeRequest.flag`. */
export const subscribeFlags: { readonly channelCompaction: 1; readonly rejectUnrecovered: 2 } = {
  channelCompaction: 1,
  rejectUnrecovered: 2,
};

export interface SubscribeRequest extends RecoverRequest, Payload {
  readonly channel: string;
  readonly token: string;
  readonly positioned: boolean;
  readonly recoverable: boolean;
  readonly joinLeave: boolean;
  readonly delta: string;
  /** The client asks for a filter by tags. Absent: it wants everything. */
  readonly tagsFilter?: TagsFilterNode;
  readonly flag: number;
  /** 0: an ordinary subscription; others are kinds this server does not have. */
  readonly type: number;
}

export interface ChannelRequest {
  readonly channel: string;
}

export interface PublishRequest extends ChannelRequest, Payload {}

export interface HistoryRequest extends ChannelRequest {
  /** 0: only the position. Negative: as many as the server gives. */
  readonly limit: number;
  readonly since?: { readonly offset: number; readonly epoch: string };
  readonly reverse: boolean;
}

export interface RpcRequest extends Payload {
  readonly method: string;
}

export interface TokenRequest {
  readonly token: string;
}

/** One command. `pong` is the empty command `{}`; all others but `send` have an id above 0. */
export type Command =
  | { readonly type: 'pong'; readonly id: 0 }
  | { readonly type: 'connect'; readonly id: number; readonly request: ConnectRequest }
  | { readonly type: 'subscribe'; readonly id: number; readonly request: SubscribeRequest }
  | { readonly type: 'unsubscribe'; readonly id: number; readonly request: ChannelRequest }
  | { readonly type: 'publish'; readonly id: number; readonly request: PublishRequest }
  | { readonly type: 'presence'; readonly id: number; readonly request: ChannelRequest }
  | { readonly type: 'presence_stats'; readonly id: number; readonly request: ChannelRequest }
  | { readonly type: 'history'; readonly id: number; readonly request: HistoryRequest }
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'send'; readonly id: number; readonly request: Payload }
  | { readonly type: 'rpc'; readonly id: number; readonly request: RpcRequest }
  | { readonly type: 'refresh'; readonly id: number; readonly request: TokenRequest }
  | {
      readonly type: 'sub_refresh';
      readonly id: number;
      readonly request: ChannelRequest & TokenRequest;
    };

/** What a command asks for. */
export type CommandType = Command['type'];
