/**
 * What a Beacon asks a backend over HTTP, and what it is answered: bodies of POST requests and of their responses with status 200, in
 * JSON. The same whichever side of it is ours: the Beacon asks with them, and whoever stands behind a real Centrifugo is asked with them.
 * (Facts: the public `proxy.proto` of Centrifugo v6.)
 */

import type { ApiSubscribeOverride } from './server-api.ts';

/** What the Beacon asks about; `disconnect` and `unsubscribe` are told afterwards, and only by ours. */
export type ProxyUse = 'connect' | 'refresh' | 'subscribe' | 'publish' | 'rpc' | 'sub_refresh';

/** What every request says of the connection. */
export interface ProxyRequestBase {
  readonly client: string;
  readonly transport: string;
  readonly protocol: 'json' | 'protobuf';
  /** `binary`: payloads travel in `b64data`. */
  readonly encoding: 'json' | 'binary';
}

/** Of a connection that has a user. */
interface OfUser extends ProxyRequestBase {
  /** `''`: anonymous. */
  readonly user: string;
  /** What was attached to the connection, where the proxy is to be told. */
  readonly meta?: unknown;
}

/** The client's own data, in one of the two. */
interface WithData {
  readonly data?: unknown;
  readonly b64data?: string;
}

export interface ConnectProxyRequest extends ProxyRequestBase, WithData {
  readonly name?: string;
  readonly version?: string;
  /** The server-side subscriptions that the client wishes for. */
  readonly channels?: readonly string[];
}

export interface RefreshProxyRequest extends OfUser {}

export interface SubscribeProxyRequest extends OfUser, WithData {
  readonly channel: string;
}

export interface PublishProxyRequest extends OfUser, WithData {
  readonly channel: string;
}

export interface RpcProxyRequest extends OfUser, WithData {
  readonly method?: string;
}

export interface SubRefreshProxyRequest extends OfUser {
  readonly channel: string;
}

/** *Ours.* What hooks are told. */
interface HookRequest extends OfUser {
  /** The same in every attempt to tell it: whoever has seen it has been told. */
  readonly id: string;
  /** When it happened, in ms since the Unix epoch. */
  readonly time: number;
  readonly code: number;
  readonly reason: string;
}

/** *Ours.* A connection has ended. */
export interface DisconnectHookRequest extends HookRequest {
  /** Those it was on. */
  readonly channels: readonly string[];
}

/** *Ours.* A subscription has ended. `code` 0: the client's wish; 1: with its connection; else as the client was told. */
export interface UnsubscribeHookRequest extends HookRequest {
  readonly channel: string;
}

/** An answer: one of the three. */
export interface ProxyResponse<Result> {
  readonly result?: Result;
  readonly error?: ProxyError;
  readonly disconnect?: ProxyDisconnect;
}

/** What the client is told in place of success. */
export interface ProxyError {
  /** 400 to 1999, or one of the protocol's own (100 to 112). */
  readonly code: number;
  readonly message?: string;
  /** The client should try again by itself. */
  readonly temporary?: boolean;
}

/** Ends the connection. */
export interface ProxyDisconnect {
  /** 4000 to 4499: the client comes back; 4500 to 4999: it does not. Or one of the protocol's own (3000 to 3999). */
  readonly code: number;
  /** At most 32 characters of ASCII reach every client. */
  readonly reason?: string;
}

/** Who somebody is for others, as JSON or as base64. */
interface WithInfo {
  readonly info?: unknown;
  readonly b64info?: string;
}

/** A server-side subscription. */
export interface ProxySubscribeOptions extends WithInfo, WithData {
  readonly override?: ApiSubscribeOverride;
  /** It begins with the latest publication, where the channel recovers by its cache. */
  readonly cache_recover?: boolean;
}

/** A rule of what a connection may do beyond what namespaces allow. */
export interface ProxyCapability {
  readonly channels: readonly string[];
  readonly allow: readonly ('sub' | 'pub' | 'prs' | 'hst')[];
  readonly match?: 'wildcard' | 'regex' | '';
}

export interface ConnectProxyResult extends WithInfo, WithData {
  /** `''`, or left out: anonymous. */
  readonly user?: string;
  /** Unix seconds; 0, or left out: never. */
  readonly expire_at?: number;
  readonly channels?: readonly string[];
  readonly subs?: Readonly<Record<string, ProxySubscribeOptions>>;
  /** Kept with the connection and never shown to clients. */
  readonly meta?: unknown;
  readonly caps?: readonly ProxyCapability[];
}

export interface RefreshProxyResult extends WithInfo {
  /** End it. */
  readonly expired?: boolean;
  readonly expire_at?: number;
  readonly meta?: unknown;
  readonly caps?: readonly ProxyCapability[];
}

export interface SubscribeProxyResult extends WithInfo, WithData {
  readonly expire_at?: number;
  readonly override?: ApiSubscribeOverride;
}

/** What is published in place of what the client sent, and how. */
export interface PublishProxyResult extends WithData {
  readonly skip_history?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  readonly idempotency_key?: string;
  readonly delta?: boolean;
  readonly version?: number;
  readonly version_epoch?: string;
}

export interface RpcProxyResult extends WithData {}

export interface SubRefreshProxyResult extends WithInfo {
  readonly expired?: boolean;
  readonly expire_at?: number;
}
