import type { Disconnect, Payload, ProxyUse, ReplyError, Unsubscribed } from '@belfry/protocol';
import type { PublishOptions } from '@belfry/store';
import type { Capabilities } from './capabilities.ts';
import type { ConnectionClaims, SubscriptionClaims } from './claims.ts';

/** Which proxy a call goes to: its name, or why it goes to none. */
export type RpcRoute = { readonly proxy: string } | 'no-method' | 'not-available';

/** What a session has to know of the proxies; the namespaces know theirs. */
export interface ProxyPlan {
  readonly connect: boolean;
  readonly refresh: boolean;
  /** A hook is told of connections that end. */
  readonly disconnect: boolean;
  /** Some proxy is told the `meta` of connections, so it must be kept. */
  readonly keepsMeta: boolean;
  /** The headers that some proxy is to get from connect commands, in lower case. */
  readonly emulatedHeaders: ReadonlySet<string>;
  rpc(method: string): RpcRoute;
}

/** What a backend decided. `result: null`: it gave none. `failed`: it did not decide, and nobody knows when it will. */
export type ProxyOutcome<Result> =
  | { readonly type: 'result'; readonly result: Result | null }
  | { readonly type: 'error'; readonly error: ReplyError }
  | { readonly type: 'disconnect'; readonly disconnect: Disconnect }
  | { readonly type: 'failed'; readonly error: ReplyError };

/** What a connection or a subscription is prolonged by. */
export interface Renewal {
  readonly expired: boolean;
  /** Unix seconds; 0: it does not expire any more. */
  readonly expireAt: number;
  readonly infoJson?: string;
}

export interface ConnectionRenewal extends Renewal {
  readonly metaJson?: string;
  /** Absent: as before. */
  readonly capabilities?: Capabilities;
}

/** What is published, and how. */
export interface ProxiedPublication {
  /** In place of what the client sent. */
  readonly payload: Payload | null;
  readonly skipHistory: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  readonly delta: boolean;
  readonly options: PublishOptions;
}

/** What there is to decide, by its use. */
export interface ProxyResults {
  connect: ConnectionClaims;
  refresh: ConnectionRenewal;
  subscribe: SubscriptionClaims & { readonly expireAt: number };
  publish: ProxiedPublication;
  rpc: Payload;
  sub_refresh: Renewal;
}

/** An outcome with what it is the outcome of. */
export type ProxyAnswer = {
  [Use in ProxyUse]: { readonly use: Use; readonly outcome: ProxyOutcome<ProxyResults[Use]> };
}[ProxyUse];

/** A subscription has ended by the client's wish. (The codes of the `centrifuge` library.) */
export const UNSUBSCRIBED_BY_CLIENT: Unsubscribed = { code: 0, reason: 'client unsubscribe' };
/** A subscription has ended with its connection. */
export const UNSUBSCRIBED_BY_DISCONNECT: Unsubscribed = { code: 1, reason: 'client disconnect' };
