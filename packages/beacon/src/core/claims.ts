import type { Capabilities } from './capabilities.ts';
import type { TokenMark } from './revocations.ts';

/** What a token says otherwise than the namespace's options. */
export interface Overrides {
  readonly presence?: boolean;
  readonly joinLeave?: boolean;
  readonly pushJoinLeave?: boolean;
  readonly recovery?: boolean;
  readonly positioning?: boolean;
}

/** A subscription as a token describes it. */
export interface SubscriptionClaims {
  readonly infoJson?: string;
  readonly dataJson?: string;
  readonly overrides: Overrides;
  /** It begins with the latest publication, where the channel recovers by its cache: for clients that cannot ask for that. */
  readonly cacheRecover?: boolean;
}

/** A connection token that was verified. */
export interface ConnectionClaims {
  readonly user: string;
  /** Unix seconds; 0: the connection does not expire. */
  readonly expireAt: number;
  readonly infoJson?: string;
  /** Server-side subscriptions. */
  readonly subs: ReadonlyMap<string, SubscriptionClaims>;
  readonly capabilities: Capabilities;
  /** What is attached to the connection, for backends. */
  readonly metaJson?: string;
  /** For the client, with the reply. Tokens have none. */
  readonly dataJson?: string;
  /** A backend said so. */
  readonly isFromBackend?: boolean;
  /** Absent: there was no token. */
  readonly token?: TokenMark;
}

/** A subscription token that was verified. */
export interface SubscriptionTokenClaims extends SubscriptionClaims {
  readonly user: string;
  readonly channel: string;
  /** Only this connection may use it; `''`: any of the user's. */
  readonly client: string;
  readonly expireAt: number;
  readonly token?: TokenMark;
}

/** Why a token is not accepted. `unavailable`: nobody can say now whether it is good. */
export type TokenFault = 'expired' | 'invalid' | 'unavailable';
