/** What the SDKs of all languages can do, in one form: a scenario is written once for all of them. */
import type { Json, JsonObject } from '../json.ts';

/** How a client reaches the server. `raw`: no SDK, the scenario speaks to the sockets itself. */
export interface Lane {
  readonly sdk: 'js' | 'python' | 'raw';
  readonly transport: 'websocket' | 'http_stream' | 'sse' | 'any';
  readonly encoding: 'json' | 'protobuf';
}

export interface TokenOptions {
  readonly token?: string;
  /** What `getToken` gives, one after the other, the last one for ever; null: the user may not. */
  readonly tokens?: readonly (string | null)[];
}

export interface ClientOptions extends TokenOptions {
  readonly data?: Json;
  readonly name?: string;
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Position {
  readonly offset: number;
  readonly epoch: string;
}

export interface SubscribeOptions extends TokenOptions {
  readonly data?: Json;
  readonly recoverable?: boolean;
  readonly positioned?: boolean;
  readonly joinLeave?: boolean;
  readonly delta?: 'fossil';
  readonly tagsFilter?: JsonObject;
  /** Only the JavaScript SDK has it. */
  readonly since?: Partial<Position>;
  /** What `getState` gives, as `tokens`. */
  readonly states?: readonly Position[];
}

/** What a call came to. */
export type Outcome = { readonly ok: Json } | { readonly error: number; readonly temporary?: true };

export interface HistoryOptions {
  readonly limit?: number;
  readonly since?: Position;
  readonly reverse?: boolean;
}

/** What happened to a client or to a subscription, in order. Errors that SDKs only tell for logs are not in it. */
export interface Log {
  readonly events: readonly JsonObject[];
  /** Codes of the server's error replies that the SDK told of. */
  readonly errors: readonly number[];
  /** Resolves when there were `count` (default 1) events `on`, with the last of them. */
  saw(on: string, count?: number): Promise<JsonObject>;
}

export interface Subscription extends Log {
  readonly channel: string;
  subscribe(): Promise<void>;
  unsubscribe(): Promise<void>;
}

export interface Client extends Log {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** A new subscription that is being subscribed. */
  subscribe(channel: string, options?: SubscribeOptions): Promise<Subscription>;
  publish(channel: string, data: Json): Promise<Outcome>;
  rpc(method: string, data: Json): Promise<Outcome>;
  history(channel: string, options?: HistoryOptions): Promise<Outcome>;
  presence(channel: string): Promise<Outcome>;
  presenceStats(channel: string): Promise<Outcome>;
}

/** An SDK over one lane. */
export interface Sdk {
  client(url: string, options: ClientOptions): Promise<Client>;
}
