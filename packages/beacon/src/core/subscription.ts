import { tagsOf, type Command, type SubscribeRequest, type Unsubscribed } from '@belfry/protocol';
import type { Epoch, Publication } from '@belfry/store';
import { DeltaData, DeltaPush } from './deltas.ts';
import type { Delivery } from './delivery.ts';
import type { Namespace } from './namespaces.ts';
import type { TokenMark } from './revocations.ts';
import type { ServerCall } from './server-side.ts';
import type { Session } from './session.ts';
import { PreparedPush, type Transport } from './transport.ts';

/** The most publications that may come while a subscription is being set up. */
export const MAX_BACKLOG = 1000;

let serials = 0;

/** A publication on its way to the subscribers of its channel. */
export class LivePublication extends PreparedPush {
  readonly offset: number;
  readonly epoch: Epoch;
  /** The client that published it; `''`: none. */
  readonly origin: string;
  /** Counts the publications of this process: none has the number of another. */
  readonly serial: number = ++serials;
  readonly #channel: string;
  readonly #publication: Publication;
  #tags: ReadonlyMap<string, string> | null = null;
  #delta: DeltaPush | null;

  /** @param delta how those get it who negotiated deltas, where there are some */
  constructor(
    channel: string,
    publication: Publication,
    { epoch, delta = null }: { readonly epoch: Epoch; readonly delta?: DeltaPush | null },
  ) {
    super({ type: 'publication', channel, publication });
    this.offset = publication.offset;
    this.epoch = epoch;
    this.origin = publication.origin;
    this.#channel = channel;
    this.#publication = publication;
    this.#delta = delta;
  }

  get tags(): ReadonlyMap<string, string> {
    return (this.#tags ??= tagsOf(this.#publication.body));
  }

  get delta(): DeltaPush {
    return (this.#delta ??= new DeltaPush(this.#channel, this.#publication, {
      previous: null,
      current: new DeltaData(this.#publication, this.epoch),
    }));
  }
}

/** What a subscription was granted. */
export interface Grant {
  readonly presence: boolean;
  readonly joinLeave: boolean;
  readonly pushJoinLeave: boolean;
  readonly recovery: boolean;
  /** True whenever `recovery` is. */
  readonly positioning: boolean;
  /** Unix seconds; 0: never. */
  readonly expireAt: number;
  /** It begins with the latest publication although nobody asks for it. */
  readonly cacheRecover?: boolean;
  readonly infoJson: string | undefined;
  readonly dataJson: string | undefined;
}

/**
 * `pending`: it is being set up; publications wait in `backlog`. `live`: delivered. `ended`: it has gone while it was being set up,
 * or after.
 */
export type SubscriptionState = 'pending' | 'live' | 'ended';

/** One connection on one channel. Plain data that the session and the hub work on; there may be millions. */
export class Subscription {
  readonly session: Session;
  readonly channel: string;
  readonly namespace: Namespace;
  /** Made by the server from the connection's token, not by a subscribe command. */
  readonly serverSide: boolean;
  /** Of those, whether the token named it (and not the client). */
  fromToken = false;
  state: SubscriptionState = 'pending';
  /** What `attach` did stands, though it may not be live yet: the connection may wait for others of its subscriptions. */
  isAttached = false;
  grant: Grant | null = null;
  /** Live, and gets everything as it is published: nothing has to be looked at before it is handed on. `null`: the session decides. */
  direct: Transport | null = null;
  /** Publications that were handed on. */
  sent = 0;
  /** What the client has, when `positioning`. */
  offset = 0;
  epoch = '';
  /** Unix seconds; 0: never. */
  expireAt = 0;
  /** When its presence is to be renewed, in ms; 0: it has none. */
  presenceAt = 0;
  /** What it gets otherwise than as it is published; `null`: everything as it is. */
  delivery: Delivery | null = null;
  /** What came while it was being set up. */
  backlog: LivePublication[] | null = null;
  /** The command that asked for it, until it is answered. */
  asked: { readonly id: number; readonly request: SubscribeRequest } | null = null;
  /** A backend said that it may be. */
  isKnown = false;
  /** The token it was made with; `null`: none. */
  token: TokenMark | null = null;
  /** The call of the server that asked for it, until it is answered. */
  call: ServerCall | null = null;
  /** The server has ended it while it was being set up: it goes as soon as it is. */
  ending: Unsubscribed | null = null;
  /** Commands that came for this channel while it was being set up. */
  deferred: Command[] | null = null;

  constructor(
    session: Session,
    at: { readonly channel: string; readonly namespace: Namespace; readonly serverSide: boolean },
  ) {
    this.session = session;
    this.channel = at.channel;
    this.namespace = at.namespace;
    this.serverSide = at.serverSide;
  }
}
