import {
  disconnects,
  unsubscribes,
  type Command,
  type Disconnect,
  type Reply,
  type ReplyError,
  type Unsubscribed,
} from '@belfry/protocol';
import { Meter } from './buckets.ts';
import { renew, settleAttach } from './attaching.ts';
import type { Capabilities } from './capabilities.ts';
import type { ConnectionClaims, SubscriptionTokenClaims, TokenFault } from './claims.ts';
import { clientInfoJson } from './client-info.ts';
import { costOf } from './command-cost.ts';
import { admitConnection, connect, serverSideAttached } from './connecting.ts';
import { pushFor, sendHeld } from './delivering.ts';
import { dispatch } from './dispatching.ts';
import type { AttachOutcome, Effect, EffectOf } from './effects.ts';
import { farewell, tellUnsubscribed } from './hooks.ts';
import type { Identity } from './permissions.ts';
import { proxied } from './proxied.ts';
import {
  UNSUBSCRIBED_BY_CLIENT,
  UNSUBSCRIBED_BY_DISCONNECT,
  type ProxyAnswer,
} from './proxy-plan.ts';
import { askRefreshInTime } from './proxying.ts';
import type { TokenMark } from './revocations.ts';
import { serverCallAttached } from './server-side.ts';
import type {
  Connecting,
  PassedHeaders,
  SessionContext,
  SessionLimits,
} from './session-context.ts';
import { countOne } from './stats.ts';
import { clientSideAttached } from './subscribing.ts';
import { MAX_BACKLOG, type LivePublication, type Subscription } from './subscription.ts';
import type { Timed } from './timer-wheel.ts';
import { PreparedPush, type Transport } from './transport.ts';
import { tokenVerified } from './verifying.ts';

export type { Connecting, PassedHeaders, SessionContext, SessionLimits };

export type SessionState = 'new' | 'connecting' | 'connected' | 'closed';

const NEVER = Number.POSITIVE_INFINITY;
const NO_SUBSCRIPTIONS: ReadonlyMap<string, Subscription> = new Map();

/** Keeps a publication until its subscription is set up; one more than allowed, so that it shows. */
function keep(subscription: Subscription, live: LivePublication): void {
  const backlog = (subscription.backlog ??= []);
  if (backlog.length <= MAX_BACKLOG) backlog.push(live);
}

/**
 * One connection: takes commands, wants effects, writes replies. Knows neither sockets nor encodings; time comes from its context.
 * The order of replies is the order in which their work ended; commands on a channel that is being subscribed wait for it.
 */
export class Session implements Timed {
  readonly client: string;
  readonly transport: Transport;
  readonly context: SessionContext;
  user = '';
  /** Known to the client alone; `''` until it is connected. */
  sessionId = '';
  /** When it was connected, in ms; where users have single connections, in the order of `Succession`. */
  since = 0;
  /** The token it connected with, or was last refreshed with; `null`: none. */
  token: TokenMark | null = null;
  infoJson: string | undefined = undefined;
  capabilities: Capabilities = [];
  state: SessionState = 'new';
  /** Headers of the request that it came with, in lower case, and those that its client wrote; only what a backend is to get. */
  headers: PassedHeaders | null = null;
  emulatedHeaders: PassedHeaders | null = null;
  /** What is attached to it, for backends. */
  metaJson: string | undefined = undefined;
  /** By channel, what waits until a backend has decided on what was published before. */
  publishLines: Map<string, EffectOf<'proxy'>[]> | null = null;
  /** Why it was ended. */
  ended: Disconnect | null = null;
  /** Commands received, and pushes sent on channels that it is not on any more. */
  received = 0;
  sent = 0;
  connecting: Connecting | null = null;
  slot = -1;
  /** When it is closed unless something happens first: stale, or its token expired. */
  closeAt: number;
  pingAt: number = NEVER;
  /** 0: no pong is owed. */
  pongBy = 0;
  /** When a subscription wants attention. */
  subscriptionsAt: number = NEVER;
  /** Subscriptions of which something is held back until the client has read; see `sendHeld`. */
  held: Set<Subscription> | null = null;
  #subscriptions: Map<string, Subscription> | null = null;
  #waiting: Command[] | null = null;
  #meter: Meter | null = null;
  #load = 0;
  #paused = false;

  constructor(context: SessionContext, transport: Transport) {
    this.context = context;
    this.transport = transport;
    this.client = context.newId();
    this.closeAt = context.now() + context.limits.staleCloseMs;
    context.wheel.schedule(this);
  }

  get subscriptions(): ReadonlyMap<string, Subscription> {
    return this.#subscriptions ?? NO_SUBSCRIPTIONS;
  }

  get identity(): Identity {
    const { user, capabilities } = this;
    return { user, capabilities, insecure: this.context.limits.insecure };
  }

  /** How long a pong may take; 0: none is expected. */
  get pongTimeoutMs(): number {
    return this.transport.info.unidirectional ? 0 : this.context.limits.pongTimeoutMs;
  }

  /** The commands of one frame, in order. */
  receive(commands: readonly Command[]): void {
    for (const command of commands) {
      if (this.state === 'closed') return;
      this.#receiveOne(command);
    }
  }

  #receiveOne(command: Command): void {
    this.received++;
    countOne(this.context.stats.commands, command.type);
    if (this.state !== 'new' && this.transport.info.unidirectional) {
      this.close(disconnects.badRequest);
    } else if (this.state === 'connected') {
      this.#admit(command);
    } else if (this.state === 'new') {
      if (command.type !== 'connect') this.close(disconnects.badRequest);
      else connect(this, command.id, command.request);
    } else if (command.type === 'connect' || command.type === 'pong') {
      this.close(disconnects.badRequest);
    } else {
      // SDKs send their first commands together with connect.
      (this.#waiting ??= []).push(command);
      this.begin(costOf(command));
    }
  }

  /** Begins a command, unless it is too much or has to wait. */
  #admit(command: Command): void {
    const { rates } = this.context;
    if (rates === null || command.type === 'pong') {
      dispatch(this, command);
      return;
    }
    const verdict = this.#waiting === null ? rates.admit(this, command) : 'wait';
    if (verdict === 'go') dispatch(this, command);
    if (verdict !== 'wait') return;
    (this.#waiting ??= []).push(command);
    this.begin(costOf(command));
  }

  /** The answer to a `verify`. */
  tokenVerified(
    effect: EffectOf<'verify'>,
    result: ConnectionClaims | SubscriptionTokenClaims | TokenFault,
  ): void {
    tokenVerified(this, effect, result);
  }

  /** The answer to a `proxy`. */
  proxied(effect: EffectOf<'proxy'>, answer: ProxyAnswer): void {
    proxied(this, effect, answer);
  }

  /** The answer to an `attach`. */
  attached(subscription: Subscription, outcome: AttachOutcome): void {
    const result = settleAttach(this, subscription, outcome);
    if (subscription.call !== null) serverCallAttached(this, subscription, result);
    else if (result === null) return;
    else if (subscription.serverSide) serverSideAttached(this, subscription, result);
    else clientSideAttached(this, subscription, result);
  }

  /** The answer to a `publish` or a `send`. */
  published(effect: EffectOf<'publish' | 'send'>, error: ReplyError | null): void {
    this.settle(effect.cost);
    if (error === null) this.reply({ type: 'publish', id: effect.id });
    else this.fail(effect.id, error);
  }

  /** The answer to whatever else has a cost. */
  answered(effect: { readonly cost: number }, reply: Reply): void {
    this.settle(effect.cost);
    this.reply(reply);
  }

  /** A publication on a channel that this session is on. Called for every subscriber of every publication. */
  deliver(subscription: Subscription, live: LivePublication): void {
    if (subscription.state !== 'live') {
      if (subscription.state === 'pending') keep(subscription, live);
      return;
    }
    if (live.offset > 0 && subscription.grant?.positioning === true) {
      if (live.epoch === subscription.epoch && live.offset <= subscription.offset) return;
      if (live.epoch !== subscription.epoch || live.offset !== subscription.offset + 1) {
        this.lost(subscription);
        return;
      }
      subscription.offset = live.offset;
    }
    const { delivery } = subscription;
    if (subscription.namespace.excludePublisher && live.origin === this.client) {
      // It has not got what the next one would be a patch to.
      if (delivery !== null) delivery.base = 0;
      return;
    }
    const push = delivery === null ? live : pushFor(subscription, delivery, live);
    if (push === null) return;
    this.context.stats.pushesSent++;
    subscription.sent++;
    this.transport.push(push);
  }

  /** What waited for the client when its transport was `congested` has been written. */
  eased(): void {
    sendHeld(this);
  }

  /** Something between the store and this subscription was lost: its client must recover. */
  lost(subscription: Subscription): void {
    if (subscription.state !== 'live') return;
    this.context.stats.positionLosses++;
    if (subscription.serverSide) this.close(disconnects.insufficientState);
    else this.unsubscribe(subscription, unsubscribes.insufficientState);
  }

  /** Ends a subscription and tells the client so. */
  unsubscribe(subscription: Subscription, unsubscribed: Unsubscribed): void {
    if (subscription.state !== 'live') return;
    this.end(subscription, unsubscribed);
    countOne(this.context.stats.unsubscribesByCode, unsubscribed.code);
    this.transport.push(
      new PreparedPush({ type: 'unsubscribe', channel: subscription.channel, unsubscribed }),
    );
  }

  /** Notes a subscription that is being set up. */
  track(subscription: Subscription): void {
    (this.#subscriptions ??= new Map()).set(subscription.channel, subscription);
  }

  /** Ends a subscription, whatever state it is in. @param why for backends. Default: the client's wish */
  end(subscription: Subscription, why: Unsubscribed = UNSUBSCRIBED_BY_CLIENT): void {
    if (subscription.state === 'ended') return;
    const wasLive = subscription.state === 'live';
    subscription.state = 'ended';
    subscription.direct = null;
    this.sent += subscription.sent;
    subscription.backlog = null;
    this.held?.delete(subscription);
    this.#subscriptions?.delete(subscription.channel);
    this.context.hub.remove(subscription);
    // One that is still being attached is detached when that has ended.
    if (subscription.isAttached) {
      const announce = wasLive && subscription.grant?.joinLeave === true;
      this.perform({ type: 'detach', subscription, announce });
    }
    if (wasLive || subscription.isKnown) tellUnsubscribed(this, subscription, why);
  }

  /** Runs the commands that waited for a subscription. */
  runDeferred(subscription: Subscription): void {
    const { deferred } = subscription;
    subscription.deferred = null;
    if (deferred !== null) this.#run(deferred);
  }

  /** Runs the commands that waited for the connection. */
  runWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    for (const command of waiting ?? []) {
      this.settle(costOf(command));
      if (this.state === 'connected') this.#admit(command);
    }
  }

  /** What waited for a limit may be tried again. */
  resumeCommands(): void {
    if (this.state === 'connecting') admitConnection(this);
    else if (this.state === 'connected') this.runWaiting();
  }

  /** How much this connection has done. */
  meter(): Meter {
    return (this.#meter ??= new Meter());
  }

  #run(commands: readonly Command[]): void {
    for (const command of commands) {
      this.settle(costOf(command));
      if (this.state === 'connected') dispatch(this, command);
    }
  }

  /** Something is under way. */
  begin(cost: number): void {
    this.#load += cost;
    if (this.#load <= this.context.limits.loadLimit || this.#paused) return;
    this.#paused = true;
    this.context.stats.readPauses++;
    this.transport.pause();
  }

  /** It is done. */
  settle(cost: number): void {
    this.#load -= cost;
    if (!this.#paused || this.#load > this.context.limits.loadLimit / 2) return;
    this.#paused = false;
    if (this.state === 'closed') return;
    // A pong may have been waiting to be read all the while.
    if (this.pongBy !== 0) this.pongBy = this.context.now() + this.context.limits.pongTimeoutMs;
    this.reschedule();
    this.transport.resume();
  }

  perform(effect: Effect): void {
    this.context.perform(this, effect);
  }

  reply(reply: Reply): void {
    if (this.state === 'closed') return;
    if (reply.type === 'error') countOne(this.context.stats.errorsByCode, reply.error.code);
    this.context.stats.repliesSent++;
    this.transport.reply(reply);
    if (reply.type === 'error') this.context.rates?.errored(this, reply.error.code);
  }

  fail(id: number, error: ReplyError): void {
    this.reply({ type: 'error', id, error });
  }

  /** Who it is, for others on the channel. */
  infoFor(subscription: Subscription | undefined): string {
    return clientInfoJson(this, subscription?.grant?.infoJson);
  }

  dueAt(): number {
    if (this.state === 'closed') return NEVER;
    const pongBy = this.pongBy === 0 || this.#paused ? NEVER : this.pongBy;
    return Math.min(this.closeAt, this.pingAt, pongBy, this.subscriptionsAt);
  }

  tick(now: number): void {
    const { limits } = this.context;
    if (now >= this.closeAt && !askRefreshInTime(this, now)) {
      this.close(this.state === 'connected' ? disconnects.expired : disconnects.stale);
      return;
    }
    // One that is not read cannot be blamed for a pong that was not seen.
    if (this.pongBy !== 0 && now >= this.pongBy && !this.#paused) {
      this.close(disconnects.noPong);
      return;
    }
    if (now >= this.pingAt) {
      this.pingAt = now + limits.pingIntervalMs;
      if (this.pongTimeoutMs > 0) this.pongBy = now + this.pongTimeoutMs;
      this.transport.ping();
    }
    if (now >= this.subscriptionsAt) renew(this, now);
  }

  /** The client is there: it answered a ping of the transport's own. Unlike the protocol's pong it may come unasked. */
  ponged(): void {
    this.pongBy = 0;
  }

  /** Puts the session where its times now say. */
  reschedule(): void {
    this.context.wheel.schedule(this);
  }

  /** Ends the connection and tells the client why. */
  close(disconnect: Disconnect): void {
    if (this.state === 'closed') return;
    countOne(this.context.stats.disconnectsByCode, disconnect.code);
    this.#finish(disconnect);
    this.transport.close(disconnect);
  }

  /** The connection has gone by itself. */
  transportClosed(): void {
    if (this.state !== 'closed') this.#finish(disconnects.connectionClosed);
  }

  #finish(why: Disconnect): void {
    const { wheel, hub } = this.context;
    const tell = farewell(this, why);
    this.ended = why;
    this.state = 'closed';
    this.connecting = null;
    this.#waiting = null;
    wheel.cancel(this);
    for (const subscription of this.subscriptions.values()) {
      this.end(subscription, UNSUBSCRIBED_BY_DISCONNECT);
    }
    hub.leave(this);
    tell?.();
    this.perform({ type: 'closed' });
  }
}
