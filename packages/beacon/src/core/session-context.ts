import type { ConnectRequest, Disconnect, SubscribeResult } from '@belfry/protocol';
import type { ActorKinds } from './actor-kinds.ts';
import type { ConnectionClaims } from './claims.ts';
import type { Perform } from './effects.ts';
import type { Hub } from './hub.ts';
import type { Namespaces } from './namespaces.ts';
import type { ProxyPlan } from './proxy-plan.ts';
import type { RateLimits } from './rate-limits.ts';
import type { Revocations } from './revocations.ts';
import type { Stats } from './stats.ts';
import type { TimerWheel } from './timer-wheel.ts';

/** The limits and times of every session, in ms and bytes. 0: no limit. */
export interface SessionLimits {
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  readonly staleCloseMs: number;
  readonly expiredCloseMs: number;
  readonly expiredSubCloseMs: number;
  readonly channelLimit: number;
  /** What a connection may have under way before it is read no further. */
  readonly loadLimit: number;
  readonly userConnectionLimit: number;
  readonly historyLimit: number;
  readonly recoveryLimit: number;
  /** The most that a position lives which a reader made, since somebody last read it. */
  readonly askedPositionMs: number;
  readonly allowAnonymous: boolean;
  readonly disallowAnonymousTokens: boolean;
  readonly insecure: boolean;
  /** A user's older connections end when there is another. */
  readonly singleConnection: boolean;
  /** The connect reply says what time it is. */
  readonly tellsTime: boolean;
  /** What stands before the user's name in the channel that each user is subscribed to; `null`: there is none. */
  readonly personalPrefix: string | null;
}

/** What all sessions of a Beacon share. */
export interface SessionContext {
  readonly node: string;
  readonly version: string;
  readonly limits: SessionLimits;
  readonly namespaces: Namespaces;
  readonly kinds: ActorKinds;
  readonly proxies: ProxyPlan;
  readonly rpcMethods: ReadonlySet<string>;
  /** Whether messages without a reply (`send`) are wanted. */
  readonly takesMessages: boolean;
  /** `null`: nothing is limited. */
  readonly rates: RateLimits | null;
  readonly hub: Hub;
  readonly revocations: Revocations;
  readonly wheel: TimerWheel;
  readonly stats: Stats;
  readonly perform: Perform;
  /** What ends unidirectional connections whose connect request fails with a code, where it is not the usual. */
  readonly uniDisconnects: ReadonlyMap<number, Disconnect>;
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** An unguessable id. */
  newId(): string;
}

/** Headers by name. */
export type PassedHeaders = ReadonlyMap<string, string>;

/** A connect command that is being worked on. */
export interface Connecting {
  readonly id: number;
  readonly request: ConnectRequest;
  claims: ConnectionClaims | null;
  readonly results: Map<string, SubscribeResult>;
  /** Server-side subscriptions that are still being set up. */
  remaining: number;
}
