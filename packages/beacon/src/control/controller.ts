import {
  encodeBinaryPublication,
  encodePublication,
  replyErrors,
  unsubscribes,
  withMessage,
  type Disconnect,
  type ReplyError,
} from '@belfry/protocol';
import {
  StoreError,
  type ChannelStore,
  type HistoryPolicy,
  type HistoryReply,
  type PresenceEntry,
  type PresenceStats,
  type PublishOptions,
} from '@belfry/store';
import type {
  AnswerTo,
  BusyQuery,
  ConnectionsPage,
  ConnectionsQuery,
  NodeInfo,
  QuestionOf,
  QuestionType,
  Survey,
  Target,
} from '../bus/messages.ts';
import type { NodeBus } from '../bus/node-bus.ts';
import { channelPattern, PatternError } from '../core/channel-pattern.ts';
import type { Namespace, Namespaces } from '../core/namespaces.ts';
import { publishable } from '../core/publication-format.ts';
import type { Revoked } from '../core/revocations.ts';
import type { ServerRefresh, ServerSubscribe } from '../core/server-side.ts';
import { MAX_REVOKED_NAME, type RevocationKeeper } from '../runtime/revocation-keeper.ts';
import { callWithin, RpcError, type RpcContext, type RpcHandler } from '../runtime/rpc.ts';
import type { BeaconControl, ControlHistory, ControlPublish, Published } from './beacon-control.ts';
import { ControlError } from './control-error.ts';
import { askBusy, askLoad, type Busy, type Load } from './load.ts';

/** How long the other Beacons may take to do what is asked, in ms. */
const ANSWER_MS = 3_000;
/** The most publications that one call brings. */
const MAX_HISTORY = 10_000;
const MAX_TAGS = 64;

const NO_HISTORY: HistoryPolicy = { size: 0, ttlMs: 0, metaTtlMs: 0 };

export interface ControllerOptions {
  readonly bus: NodeBus;
  readonly channels: ChannelStore;
  readonly namespaces: Namespaces;
  readonly revocations: RevocationKeeper;
  readonly rpc: ReadonlyMap<string, RpcHandler>;
  readonly rpcTimeoutMs: number;
  /** What a caller is told of an unexpected error, which is logged and counted. */
  readonly failed: (error: unknown, doing: string) => ReplyError;
  readonly now: () => number;
}

/** Who calls handlers over the API. */
const SERVER: RpcContext = {
  user: '',
  client: '',
  info: undefined,
  server: true,
  mayBeOn: () => true,
};

function bad(problem: string): ControlError {
  return new ControlError(withMessage(replyErrors.badRequest, problem));
}

export class Controller implements BeaconControl {
  readonly #options: ControllerOptions;

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  #namespace(channel: string): Namespace {
    const { namespaces } = this.#options;
    if (channel === '') throw bad('channel: is empty');
    if (channel.length > namespaces.maxChannelLength) {
      throw bad(`channel: is longer than ${namespaces.maxChannelLength} characters`);
    }
    const namespace = namespaces.of(channel);
    if (namespace === undefined) throw new ControlError(replyErrors.unknownChannel);
    return namespace;
  }

  /** Runs a call of the store; what it rejects with is logged, and an internal error for the caller. */
  async #stored<T>(doing: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      if (cause instanceof StoreError && cause.code === 'invalid') throw bad(cause.message);
      throw new ControlError(this.#options.failed(cause, doing), { cause });
    }
  }

  /** Asks all Beacons, and insists on all of their answers. */
  async #all<T extends QuestionType>(question: QuestionOf<T>): Promise<AnswerTo<T>[]> {
    const { bus } = this.#options;
    const survey: Survey<AnswerTo<T>> = await bus.survey(question, ANSWER_MS);
    if (!survey.complete) {
      const problem =
        survey.missing.length === 0
          ? 'the other Beacons could not be asked'
          : `no answer from ${survey.missing.join(', ')}`;
      throw new ControlError(withMessage(replyErrors.internal, problem));
    }
    return [...survey.answers.values()];
  }

  async #touch(
    question: QuestionOf<'subscribe' | 'unsubscribe' | 'disconnect' | 'refresh'>,
  ): Promise<number> {
    const { user, client = '', session = '' } = question;
    if (user === '' && client === '' && session === '') {
      throw bad(
        'user: is empty; the anonymous can only be meant one by one, with "client" or "session"',
      );
    }
    const answers = await this.#all(question);
    const error = answers.find((each) => each.error !== undefined)?.error;
    if (error !== undefined) throw new ControlError(error);
    return answers.reduce((sum, each) => sum + each.count, 0);
  }

  async publish(publish: ControlPublish): Promise<Published> {
    const { channel, payload, tags, skipHistory = false, delta = false } = publish;
    const { idempotencyKey = '' } = publish;
    const namespace = this.#namespace(channel);
    if (namespace.queue) {
      const problem = `${channel} leads to the inbox of an actor; use the rpc method "send"`;
      throw new ControlError(withMessage(replyErrors.notAvailable, problem));
    }
    if (tags !== undefined && Object.keys(tags).length > MAX_TAGS) {
      throw bad(`tags: there are more than ${MAX_TAGS}`);
    }
    const checked = publishable(namespace.publicationFormat, payload);
    if (checked === null) throw bad('data: is missing');
    if ('code' in checked) throw new ControlError(checked);
    const extras = { ...(tags === undefined ? {} : { tags }), delta };
    const body =
      checked.b64data === undefined
        ? encodePublication(checked.data ?? 'null', extras)
        : encodeBinaryPublication(checked.b64data, extras);
    const history = skipHistory ? NO_HISTORY : namespace.history;
    const versioned = (publish.version ?? 0) > 0 && history.size > 0;
    const options: PublishOptions = {
      ...(idempotencyKey === '' ? {} : { idempotencyKey }),
      ...(versioned
        ? { version: publish.version ?? 0, versionEpoch: publish.versionEpoch ?? '' }
        : {}),
    };
    const { offset, epoch } = await this.#stored('publishing', () =>
      this.#options.channels.publish({ channel, body, origin: '', history }, options),
    );
    return history.size === 0 ? null : { offset, epoch };
  }

  async subscribe(target: Target, channel: string, how: ServerSubscribe): Promise<number> {
    this.#namespace(channel);
    return this.#touch({ type: 'subscribe', ...target, channel, how });
  }

  async unsubscribe(target: Target, channel: string): Promise<number> {
    if (channel !== '') this.#namespace(channel);
    return this.#touch({ type: 'unsubscribe', ...target, channel, why: unsubscribes.server });
  }

  async disconnect(target: Target, why: Disconnect): Promise<number> {
    return this.#touch({ type: 'disconnect', ...target, why });
  }

  async refresh(target: Target, how: ServerRefresh): Promise<number> {
    return this.#touch({ type: 'refresh', ...target, how });
  }

  async presence(channel: string): Promise<readonly PresenceEntry[]> {
    this.#needPresence(channel);
    return this.#stored('reading presence', () => this.#options.channels.presence(channel));
  }

  async presenceStats(channel: string): Promise<PresenceStats> {
    this.#needPresence(channel);
    return this.#stored('reading presence', () => this.#options.channels.presenceStats(channel));
  }

  #needPresence(channel: string): void {
    if (this.#namespace(channel).presence) return;
    throw new ControlError(replyErrors.notAvailable);
  }

  #needHistory(channel: string): Namespace {
    const namespace = this.#namespace(channel);
    if (namespace.history.size === 0) throw new ControlError(replyErrors.notAvailable);
    return namespace;
  }

  async history(channel: string, query: ControlHistory): Promise<HistoryReply> {
    const { metaTtlMs } = this.#needHistory(channel).history;
    const { limit, since, reverse = false } = query;
    const most = limit < 0 || limit > MAX_HISTORY ? MAX_HISTORY : limit;
    const history = await this.#stored('reading history', () =>
      this.#options.channels.history(channel, {
        limit: most,
        reverse,
        metaTtlMs,
        ...(since === undefined ? {} : { since: since.offset }),
      }),
    );
    if (since !== undefined && since.epoch !== '' && since.epoch !== history.epoch) {
      throw new ControlError(replyErrors.unrecoverablePosition);
    }
    return history;
  }

  async removeHistory(channel: string): Promise<void> {
    this.#needHistory(channel);
    await this.#stored('removing history', () => this.#options.channels.removeHistory(channel));
  }

  nodes(): readonly NodeInfo[] {
    return this.#options.bus.nodes();
  }

  load(): Promise<Load> {
    return askLoad(this.#options.bus);
  }

  async busy(query: BusyQuery): Promise<Busy> {
    checkPattern(query.pattern);
    return askBusy(this.#options.bus, query);
  }

  async channels(pattern: string): Promise<ReadonlyMap<string, number>> {
    checkPattern(pattern);
    const counts = new Map<string, number>();
    for (const { channels, cut } of await this.#all({ type: 'channels', pattern })) {
      if (cut) {
        const problem = 'more channels match than an answer holds; give a narrower pattern';
        throw new ControlError(withMessage(replyErrors.limitExceeded, problem));
      }
      for (const [channel, clients] of channels) {
        counts.set(channel, (counts.get(channel) ?? 0) + clients);
      }
    }
    return counts;
  }

  async rpc(method: string, params: string | undefined): Promise<string> {
    const { rpc, rpcTimeoutMs, failed } = this.#options;
    const handler = rpc.get(method);
    if (handler === undefined) throw new ControlError(replyErrors.methodNotFound);
    try {
      const data = params === undefined ? undefined : (JSON.parse(params) as unknown);
      const answer = await callWithin(rpcTimeoutMs, () => handler(data, SERVER));
      const json: string | undefined = JSON.stringify(answer);
      return json ?? 'null';
    } catch (error) {
      const reply = error instanceof RpcError ? error.toReplyError() : failed(error, 'an rpc');
      throw new ControlError(reply, { cause: error });
    }
  }

  async connections(query: ConnectionsQuery): Promise<ConnectionsPage> {
    const pages = await this.#all({ type: 'connections', ...query });
    const all = pages
      .flatMap((page) => page.connections)
      .sort((a, b) => (a.client < b.client ? -1 : 1));
    const more = all.length > query.limit || pages.some((page) => page.more);
    const known = pages.every((page) => page.total !== undefined);
    const total = pages.reduce((sum, page) => sum + (page.total ?? 0), 0);
    return { connections: all.slice(0, query.limit), more, ...(known ? { total } : {}) };
  }

  async revoke(revoked: Revoked, until: number | null): Promise<void> {
    const { revocations, now } = this.#options;
    checkNames(revoked);
    if (until !== null && until <= now()) throw bad('expire_at: is in the past');
    if (revocations.isFull) {
      const problem = 'as much is revoked as can be; let entries expire';
      throw new ControlError(withMessage(replyErrors.limitExceeded, problem));
    }
    const revocation = { revoked, until };
    await this.#stored('revoking', () => revocations.store(revocation));
    await this.#all({ type: 'revoke', revocation });
  }

  async readmit(revoked: Revoked): Promise<void> {
    checkNames(revoked);
    await this.#stored('readmitting', () => this.#options.revocations.unstore(revoked));
    await this.#all({ type: 'readmit', revoked });
  }
}

function checkPattern(pattern: string): void {
  try {
    channelPattern(pattern);
  } catch (error) {
    if (error instanceof PatternError) throw bad(`pattern: ${error.message}`);
    throw error;
  }
}

function checkNames(revoked: Revoked): void {
  const names: readonly (readonly [string, string | null])[] =
    revoked.type === 'token'
      ? [['uid', revoked.id]]
      : [
          ['user', revoked.user],
          ['channel', revoked.type === 'issued' ? revoked.channel : null],
        ];
  for (const [field, name] of names) {
    if (name === '') throw bad(`${field}: is empty`);
    if ((name?.length ?? 0) > MAX_REVOKED_NAME) {
      throw bad(`${field}: is longer than ${MAX_REVOKED_NAME} characters`);
    }
  }
}
