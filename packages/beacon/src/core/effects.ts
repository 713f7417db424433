import type { Disconnect, Payload, ProxyUse, ReplyError, Unsubscribed } from '@belfry/protocol';
import type {
  HistoryPolicy,
  HistoryReply,
  PresenceEvents,
  PublishOptions,
  Send,
} from '@belfry/store';
import type { Session } from './session.ts';
import type { SharedBuckets } from './shared-rates.ts';
import type { Subscription } from './subscription.ts';

/**
 * What a session needs of the channel's history when it subscribes. `top`: only the position. `latest`: that and the last publications,
 * the newest first.
 */
export type HistoryNeed =
  | { readonly type: 'none' | 'top' }
  | { readonly type: 'latest'; readonly limit: number }
  | { readonly type: 'since'; readonly offset: number; readonly limit: number };

/** What setting a subscription up brought. */
export type AttachOutcome =
  | { readonly ok: true; readonly history: HistoryReply | null }
  | { readonly ok: false; readonly error: ReplyError };

/** Which token is to be verified: for a connection or for a subscription. */
export type TokenUse = 'connect' | 'refresh' | 'subscribe' | 'sub_refresh';

/**
 * What a session wants done outside. Those with an outcome are answered by the session's method named in the comment, at any
 * later time; an answer to a closed session is ignored. Effects that touch one channel or actor are begun in the order in which
 * they were asked for.
 */
export type Effect =
  /** → `tokenVerified(effect, claims | fault)` */
  | {
      readonly type: 'verify';
      readonly use: TokenUse;
      readonly id: number;
      readonly token: string;
      readonly channel: string;
    }
  /** Deliver the channel here, enter presence, read history. → `attached(subscription, outcome)` */
  | {
      readonly type: 'attach';
      readonly subscription: Subscription;
      readonly need: HistoryNeed;
      readonly events: PresenceEvents | null;
    }
  /** Undo `attach`, whatever of it was done; `announce`: tell the others that it left. */
  | {
      readonly type: 'detach';
      readonly subscription: Subscription;
      readonly announce: boolean;
    }
  /** Tell the others that it joined. */
  | { readonly type: 'announce-join'; readonly subscription: Subscription }
  /** Renew presence. `no-actor` → `unsubscribe` */
  | {
      readonly type: 'renew-presence';
      readonly subscription: Subscription;
      readonly events: PresenceEvents | null;
    }
  /** → `published(effect, error | null)` */
  | {
      readonly type: 'publish';
      readonly id: number;
      readonly cost: number;
      readonly channel: string;
      readonly body: string;
      readonly history: HistoryPolicy;
      readonly options?: PublishOptions;
    }
  /** → `published(effect, error | null)` */
  | {
      readonly type: 'send';
      readonly id: number;
      readonly cost: number;
      readonly channel: string;
      readonly send: Send;
    }
  /** → `answered(effect, reply)` */
  | {
      readonly type: 'presence' | 'presence_stats';
      readonly id: number;
      readonly cost: number;
      readonly channel: string;
    }
  /** → `answered(effect, reply)` */
  | {
      readonly type: 'history';
      readonly id: number;
      readonly cost: number;
      readonly channel: string;
      readonly limit: number;
      readonly since: { readonly offset: number; readonly epoch: string } | null;
      readonly reverse: boolean;
      readonly metaTtlMs: number;
    }
  /** → `answered(effect, reply)` */
  | {
      readonly type: 'rpc';
      readonly id: number;
      readonly cost: number;
      readonly method: string;
      readonly data: string | undefined;
    }
  /** Take tokens of a user out of the store. → `RateLimits.settle` */
  | { readonly type: 'tokens'; readonly shared: SharedBuckets }
  /** Ask a backend. → `proxied(effect, answer)` */
  | {
      readonly type: 'proxy';
      readonly use: ProxyUse;
      /** The command; 0: there is none. */
      readonly id: number;
      readonly cost: number;
      /** `default`, or a name. */
      readonly proxy: string;
      readonly channel: string;
      readonly method: string;
      readonly payload: Payload;
      readonly subscription: Subscription | null;
    }
  /** Tell a backend that something has ended, whatever it says to that. */
  | {
      readonly type: 'hook';
      readonly hook: 'disconnect' | 'unsubscribe';
      readonly proxy: string;
      /** Which the connection was on; for `unsubscribe` the one. */
      readonly channels: readonly string[];
      readonly why: Disconnect | Unsubscribed;
    }
  /** End the older connections of its user, on all Beacons. */
  | { readonly type: 'oust' }
  /** A message without a reply. */
  | { readonly type: 'message'; readonly data: string | undefined }
  /** The session has ended. */
  | { readonly type: 'closed' };

/** The effect of one type. */
export type EffectOf<T extends Effect['type']> = Extract<Effect, { readonly type: T }>;

/** Carries effects out. */
export type Perform = (session: Session, effect: Effect) => void;
