import {
  disconnects,
  memberText,
  replyErrors,
  withMessage,
  type ReplyError,
} from '@belfry/protocol';
import {
  StoreError,
  type ActorStore,
  type ChannelStore,
  type HistoryReply,
  type PresenceEvents,
  type SendResult,
  type TokenGrant,
  type TokenStore,
} from '@belfry/store';
import type { TokenVerifier } from '../auth/token-verifier.ts';
import type { AttachOutcome, Effect, EffectOf, HistoryNeed } from '../core/effects.ts';
import type { ConnectionClaims, SubscriptionTokenClaims } from '../core/claims.ts';
import type { Hub } from '../core/hub.ts';
import type { Revocations } from '../core/revocations.ts';
import type { Session } from '../core/session.ts';
import type { Stats } from '../core/stats.ts';
import { mayBeOn } from '../core/subscribing.ts';
import type { Subscription } from '../core/subscription.ts';
import type { Log } from '../log.ts';
import type { Proxies } from '../proxy/proxies.ts';
import type { ChannelLinks } from './channel-links.ts';
import type { PresenceKeeper } from './presence-keeper.ts';
import type { RevocationKeeper } from './revocation-keeper.ts';
import { callWithin, RpcError, type RpcContext, type RpcHandler } from './rpc.ts';
import { SharedReads } from './shared-reads.ts';

interface Options {
  readonly channels: ChannelStore;
  readonly actors: Pick<ActorStore, 'send'>;
  readonly tokens: TokenStore | undefined;
  readonly connectionTokens: TokenVerifier;
  readonly subscriptionTokens: TokenVerifier;
  readonly rpc: ReadonlyMap<string, RpcHandler>;
  readonly rpcTimeoutMs: number;
  readonly onMessage: ((data: unknown, context: RpcContext) => void) | undefined;
  readonly hub: Hub;
  readonly revocations: Revocations;
  readonly revocationKeeper: RevocationKeeper;
  readonly links: ChannelLinks;
  readonly presence: PresenceKeeper;
  readonly proxies: Proxies;
  readonly stats: Stats;
  readonly log: Log;
  readonly onClosed: (session: Session) => void;
  readonly oust: (session: Session) => Promise<void>;
  readonly now: () => number;
}

/** A failing store is worth one line a second, not one per client. */
const LOG_EVERY_MS = 1000;

const SEND_ERRORS: Readonly<Record<SendResult, ReplyError | null>> = {
  accepted: null,
  duplicate: null,
  full: withMessage(replyErrors.limitExceeded, 'the inbox is full'),
  'no-actor': replyErrors.unknownChannel,
};

/** Carries out what sessions want, on the store, and tells them how it went. */
export class Performer {
  readonly #options: Options;
  readonly #reads: SharedReads;
  readonly #attaching = new Set<Promise<void>>();
  /** By what failed: when it was logged, and how often it was not since. */
  readonly #logged = new Map<string, { readonly at: number; unlogged: number }>();

  constructor(options: Options) {
    this.#options = options;
    this.#reads = new SharedReads(options.channels);
  }

  /** Every store call is made within this call, so calls reach the store in the order of the effects. */
  perform(session: Session, effect: Effect): void {
    this.#start(session, effect)?.catch((error: unknown) => this.#broke(session, error));
  }

  #start(session: Session, effect: Effect): Promise<void> | undefined {
    switch (effect.type) {
      case 'verify':
        return this.#verify(session, effect);
      case 'attach':
        return this.#tracked(this.#attach(session, effect));
      case 'detach':
        this.#detach(session, effect);
        return undefined;
      case 'announce-join':
        this.#announce(session, effect.subscription, 'join');
        return undefined;
      case 'renew-presence':
        return this.#renew(session, effect);
      case 'publish':
        return this.#publish(session, effect);
      case 'send':
        return this.#send(session, effect);
      case 'presence':
      case 'presence_stats':
      case 'history':
      case 'rpc':
        return this.#answer(session, effect);
      case 'tokens':
        return this.#tokens(session, effect);
      case 'proxy':
        return this.#options.proxies.ask(session, effect);
      case 'hook':
        this.#options.proxies.tell(session, effect);
        return undefined;
      case 'oust':
        return this.#oust(session);
      case 'message':
        this.#message(session, effect.data);
        return undefined;
      case 'closed':
        this.#options.onClosed(session);
        return undefined;
    }
  }

  async #oust(session: Session): Promise<void> {
    try {
      await this.#options.oust(session);
    } catch (error) {
      this.failed(error, 'ending the older connections of a user');
    }
  }

  /** A mistake of our own: it costs the connection, not the process. */
  #broke(session: Session, error: unknown): void {
    const fields = { error: stackOf(error) };
    this.#options.log({ level: 'error', message: 'an unexpected error', fields });
    session.close(disconnects.serverError);
  }

  /** What the client is told of an error, which is counted, and logged unless the same was a moment ago. */
  failed(error: unknown, doing: string): ReplyError {
    this.#options.stats.storeErrors++;
    const now = this.#options.now();
    const last = this.#logged.get(doing);
    if (last !== undefined && now - last.at < LOG_EVERY_MS) {
      last.unlogged++;
      return replyErrors.internal;
    }
    this.#logged.set(doing, { at: now, unlogged: 0 });
    const known = error instanceof StoreError;
    const unlogged = last === undefined || last.unlogged === 0 ? {} : { more: last.unlogged };
    this.#options.log({
      level: known && error.temporary ? 'warn' : 'error',
      message: `${doing} failed`,
      fields: known
        ? { code: error.code, error: error.message, ...unlogged }
        : { error: stackOf(error), ...unlogged },
    });
    return replyErrors.internal;
  }

  async #verify(session: Session, effect: EffectOf<'verify'>): Promise<void> {
    const { connectionTokens, subscriptionTokens } = this.#options;
    const forConnection = effect.use === 'connect' || effect.use === 'refresh';
    const result = await (forConnection
      ? connectionTokens.connection(effect.token)
      : subscriptionTokens.subscription(effect.token));
    const { firstLoad } = this.#options.revocationKeeper;
    if (firstLoad !== null) await firstLoad;
    const revoked = typeof result !== 'string' && this.#isRevoked(effect, result);
    session.tokenVerified(effect, revoked ? 'invalid' : result);
  }

  #isRevoked(
    { use }: EffectOf<'verify'>,
    claims: ConnectionClaims | SubscriptionTokenClaims,
  ): boolean {
    const { revocations, now } = this.#options;
    const channel = 'channel' in claims ? claims.channel : null;
    const { user, token } = claims;
    if (use === 'refresh' && revocations.isBlocked(user, now())) return true;
    return token !== undefined && revocations.isRevoked(token, { user, channel }, now());
  }

  async #tracked(attaching: Promise<void>): Promise<void> {
    this.#attaching.add(attaching);
    try {
      await attaching;
    } finally {
      this.#attaching.delete(attaching);
    }
  }

  /** Resolves when nothing is being set up any more: what has been given up meanwhile is undone as far as the store has been asked. */
  async attached(): Promise<void> {
    while (this.#attaching.size > 0) await Promise.allSettled(this.#attaching);
  }

  async #attach(session: Session, effect: EffectOf<'attach'>): Promise<void> {
    const { subscription } = effect;
    let outcome: AttachOutcome;
    try {
      outcome = await this.#setUp(session, effect);
    } catch (error) {
      outcome = { ok: false, error: this.failed(error, 'subscribing') };
    }
    session.attached(subscription, outcome);
  }

  async #setUp(
    session: Session,
    { subscription, need, events }: EffectOf<'attach'>,
  ): Promise<AttachOutcome> {
    const { links } = this.#options;
    const { channel, namespace, grant } = subscription;
    if (!namespace.queue) await links.ensure(channel);
    // The client has gone: what follows would only have to be undone.
    if (subscription.state === 'ended') return { ok: true, history: null };
    const entering = grant?.presence === true ? this.#enter(session, subscription, events) : null;
    const [history, entered] = await Promise.all([this.#read(subscription, need), entering]);
    if (entered === 'no-actor') return { ok: false, error: replyErrors.unknownChannel };
    return { ok: true, history };
  }

  #enter(
    session: Session,
    subscription: Subscription,
    events: PresenceEvents | null,
  ): ReturnType<PresenceKeeper['update']> {
    return this.#options.presence.update({
      channel: subscription.channel,
      client: session.client,
      user: session.user,
      infoJson: session.infoFor(subscription),
      ttlMs: subscription.namespace.presenceTtlMs,
      ...(events === null ? {} : { events }),
    });
  }

  async #read(subscription: Subscription, need: HistoryNeed): Promise<HistoryReply | null> {
    const reads = this.#reads;
    const { channel, namespace } = subscription;
    const { askedPositionMs } = subscription.session.context.limits;
    const metaTtlMs = Math.min(namespace.history.metaTtlMs, askedPositionMs);
    switch (need.type) {
      case 'none':
        return null;
      case 'top':
        return reads.history(channel, { limit: 0, metaTtlMs });
      case 'latest':
        return reads.history(channel, { limit: need.limit, reverse: true, metaTtlMs });
      case 'since':
        return reads.history(channel, { limit: need.limit, since: need.offset, metaTtlMs });
    }
  }

  #detach(session: Session, { subscription, announce }: EffectOf<'detach'>): void {
    const { hub, links, presence } = this.#options;
    const { channel, namespace, grant } = subscription;
    if (announce) this.#announce(session, subscription, 'leave');
    if (grant?.presence === true) {
      presence
        .remove(channel, session.client)
        .catch((error: unknown) => this.failed(error, 'leaving'));
    }
    if (!namespace.queue && !hub.has(channel)) links.release(channel);
  }

  #announce(session: Session, subscription: Subscription, type: 'join' | 'leave'): void {
    const body = `{"${type}":{"info":${session.infoFor(subscription)}}}`;
    this.#options.channels
      .signal(subscription.channel, body)
      .catch((error: unknown) => this.failed(error, `announcing a ${type}`));
  }

  async #renew(
    session: Session,
    { subscription, events }: EffectOf<'renew-presence'>,
  ): Promise<void> {
    const { stats } = this.#options;
    stats.presenceRenewals++;
    try {
      const result = await this.#enter(session, subscription, events);
      if (result === 'no-actor') {
        session.unsubscribe(subscription, { code: 2000, reason: 'the actor does not exist' });
      }
    } catch (error) {
      stats.presenceFailures++;
      this.failed(error, 'renewing presence');
    }
  }

  async #publish(session: Session, effect: EffectOf<'publish'>): Promise<void> {
    const { channel, body, history, options } = effect;
    let error: ReplyError | null = null;
    try {
      await this.#options.channels.publish(
        { channel, body, origin: session.client, history },
        options,
      );
    } catch (cause) {
      error = this.failed(cause, 'publishing');
    }
    session.published(effect, error);
  }

  async #send(session: Session, effect: EffectOf<'send'>): Promise<void> {
    let error: ReplyError | null;
    try {
      error = SEND_ERRORS[await this.#options.actors.send(effect.send)];
    } catch (cause) {
      error = this.failed(cause, 'sending to an actor');
    }
    session.published(effect, error);
  }

  async #answer(
    session: Session,
    effect: EffectOf<'presence' | 'presence_stats' | 'history' | 'rpc'>,
  ): Promise<void> {
    const { id } = effect;
    try {
      switch (effect.type) {
        case 'presence':
          session.answered(effect, await this.#presence(effect));
          return;
        case 'presence_stats': {
          const stats = await this.#options.channels.presenceStats(effect.channel);
          session.answered(effect, { type: 'presence_stats', id, ...stats });
          return;
        }
        case 'history':
          await this.#history(session, effect);
          return;
        case 'rpc':
          await this.#rpc(session, effect);
      }
    } catch (cause) {
      const error = this.failed(cause, effect.type);
      session.answered(effect, { type: 'error', id, error });
    }
  }

  async #tokens(session: Session, { shared }: EffectOf<'tokens'>): Promise<void> {
    const { key, buckets, want } = shared;
    let grant: TokenGrant | null = null;
    try {
      grant = (await this.#options.tokens?.take(key, buckets.list, want)) ?? null;
    } catch (cause) {
      this.failed(cause, 'counting operations');
    }
    const { rates, now } = session.context;
    rates?.settle(shared, grant, now());
  }

  async #presence({ id, channel }: EffectOf<'presence' | 'presence_stats'>): Promise<{
    type: 'presence';
    id: number;
    presence: (readonly [string, string])[];
  }> {
    const entries = await this.#options.channels.presence(channel);
    const presence = entries.map((each) => [each.client, each.infoJson] as const);
    return { type: 'presence', id, presence };
  }

  async #history(session: Session, effect: EffectOf<'history'>): Promise<void> {
    const { id, channel, limit, since, reverse, metaTtlMs } = effect;
    const history = await this.#options.channels.history(channel, {
      limit,
      reverse,
      metaTtlMs,
      ...(since === null ? {} : { since: since.offset }),
    });
    if (since !== null && since.epoch !== '' && since.epoch !== history.epoch) {
      const error = replyErrors.unrecoverablePosition;
      session.answered(effect, { type: 'error', id, error });
    } else {
      session.answered(effect, { type: 'history', id, result: history });
    }
  }

  async #rpc(session: Session, effect: EffectOf<'rpc'>): Promise<void> {
    const { id, method } = effect;
    const handler = this.#options.rpc.get(method);
    try {
      if (handler === undefined) throw new RpcError(replyErrors.methodNotFound.code, method);
      const data = parsed(effect.data);
      const answer = await callWithin(this.#options.rpcTimeoutMs, () =>
        handler(data, contextOf(session)),
      );
      const dataJson = (JSON.stringify(answer) as string | undefined) ?? 'null';
      session.answered(effect, { type: 'rpc', id, dataJson });
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      session.answered(effect, { type: 'error', id, error: error.toReplyError() });
    }
  }

  #message(session: Session, data: string | undefined): void {
    try {
      this.#options.onMessage?.(parsed(data), contextOf(session));
    } catch (error) {
      this.failed(error, 'taking a message');
    }
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function parsed(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json);
}

function contextOf(session: Session): RpcContext {
  const { user, client, infoJson } = session;
  return { user, client, info: parsed(infoJson), mayBeOn: (name) => mayBeOn(session, name) };
}

/** Reads what `announce-join` and `detach` signalled; `null`: it is something else. */
export function readAnnouncement(body: string): { type: 'join' | 'leave'; info: string } | null {
  for (const type of ['join', 'leave'] as const) {
    if (!body.startsWith(`{"${type}":`)) continue;
    const info = memberText(memberText(body, type) ?? '', 'info');
    return info === undefined ? null : { type, info };
  }
  return null;
}
