import {
  encodeActorMessage,
  hasPrivateChannel,
  MAX_CHANNEL_LENGTH,
  parseActorKey,
  serverChannel,
  userChannel,
} from '@belfry/protocol';
import type { ActorKey } from '@belfry/protocol';
import type { Millis } from '@belfry/store';
import type { ActorRef, PublishExtras, Schema } from '../define-actor.ts';
import { checkSchema } from './check-schema.ts';
import { addPublication, addSend, type Draft } from './draft.ts';
import type { EngineContext, EngineSpec } from './engine-spec.ts';
import { jsonText } from './json-text.ts';
import { publicationBody } from './publication-body.ts';
import { cancelTicks, scheduleOnce, startTicks } from './tick-plan.ts';
import type { TurnOptions } from './turn.ts';

/** The longest that messages may be made to wait for others. */
const MAX_GATHER_MS = 10_000;

/** What `ctx.reject` throws. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a context stands on. */
export interface ContextBase {
  readonly draft: Draft;
  readonly spec: EngineSpec;
  readonly kind: string;
  readonly id: string;
  readonly now: Millis;
  readonly options: TurnOptions;
}

/** The context of one turn: a thin hand on its draft. */
export class DraftContext implements EngineContext {
  readonly id: string;
  readonly key: ActorKey;
  readonly now: Millis;
  /** Set by `reject`, so that a handler that catches what it throws does not get away with it. */
  rejection: Rejection | null = null;
  readonly #base: ContextBase;
  #over = false;

  constructor(base: ContextBase) {
    this.#base = base;
    this.id = base.id;
    this.key = base.draft.key;
    // Whole: it ends up in states and publications, and means a time of day there. Grid points of a rate are not.
    this.now = Math.floor(base.now);
  }

  /** From now on nothing can be done through this context: what came late would be lost. */
  close(): void {
    this.#over = true;
  }

  get state(): unknown {
    return this.#base.draft.state;
  }

  set state(state: unknown) {
    this.#draft('state').state = state;
  }

  random(): number {
    return this.#draft('random()').random.next();
  }

  publish(message: unknown, extras?: PublishExtras): void {
    const draft = this.#draft('publish()');
    this.#check('server', this.#base.spec.server, message);
    const dataJson = jsonText(message, 'publish()');
    this.#publish(draft, serverChannel(this.key), publicationBody(dataJson, extras, 'publish()'));
  }

  publishToUser(user: string, message: unknown, extras?: PublishExtras): void {
    const draft = this.#draft('publishToUser()');
    if (!hasPrivateChannel(user)) {
      throw new TypeError(
        `publishToUser(): user ${JSON.stringify(user)} has no private channel; use users without "#" and ","`,
      );
    }
    this.#check('user', this.#base.spec.user, message);
    const dataJson = jsonText(message, 'publishToUser()');
    const body = publicationBody(dataJson, extras, 'publishToUser()');
    this.#publish(draft, userChannel(user), body);
  }

  publishTo(channel: string, message: unknown, extras?: PublishExtras): void {
    const draft = this.#draft('publishTo()');
    const dataJson = jsonText(message, 'publishTo()');
    this.#publish(draft, channel, publicationBody(dataJson, extras, 'publishTo()'));
  }

  send<Internal>(to: ActorRef<string, Internal>, message: Internal): void {
    const draft = this.#draft('send()');
    const target = parseActorKey(to.key);
    if (target === null) {
      throw new TypeError(
        `send(): ${JSON.stringify(to.key)} names no actor; use kind/id with an id of letters, digits and _ . ~ @ + = -`,
      );
    }
    // Checked here so that the error names send(), and not the receiver's handler much later.
    jsonText(message, 'send()');
    const { options } = this.#base;
    const inboxLimit = options.inboxLimitOf?.(target.kind);
    const body = encodeActorMessage({
      type: 'message',
      from: { type: 'actor', actor: this.key },
      data: message,
    });
    addSend(draft, { to: to.key, body, ...(inboxLimit !== undefined && { inboxLimit }) }, options);
  }

  reply(data: unknown): void {
    this.#draft('reply()').reply = jsonText(data ?? null, 'reply()');
  }

  reject(code: string, message: string): never {
    this.#draft('reject()');
    this.rejection = new Rejection(code, message);
    throw this.rejection;
  }

  scheduleTick(at: Millis): void {
    const draft = this.#draft('scheduleTick()');
    if (!Number.isFinite(at)) throw new TypeError(`scheduleTick(): ${at} is no time in ms`);
    draft.plan = scheduleOnce(draft.plan, at);
  }

  cancelTick(): void {
    const draft = this.#draft('cancelTick()');
    draft.plan = cancelTicks(draft.plan);
    draft.rateKnown = true;
  }

  startTicking(): void {
    const draft = this.#draft('startTicking()');
    const { spec, kind } = this.#base;
    if (spec.tick === undefined) {
      throw new TypeError(
        `startTicking(): actor ${kind} declares no tick rate; add \`tick\` to it`,
      );
    }
    draft.plan = startTicks(draft.plan, spec.tick.hz, this.now);
    draft.rateKnown = true;
  }

  gather(ms: Millis): void {
    const draft = this.#draft('gather()');
    if (!(ms >= 0 && ms <= MAX_GATHER_MS)) {
      throw new TypeError(`gather(): ${ms} is not a time from 0 to ${MAX_GATHER_MS} ms`);
    }
    draft.gatherMs = Math.max(draft.gatherMs, ms);
  }

  destroy(): void {
    this.#draft('destroy()').destroying = true;
  }

  #draft(what: string): Draft {
    if (this.#over) {
      throw new Error(
        `${what}: the turn of ${this.key} is over; a handler must do its work before it returns`,
      );
    }
    return this.#base.draft;
  }

  /** Only checks: were the schema's output published, turning the check off would change what subscribers get. */
  #check(name: 'server' | 'user', schema: Schema | undefined, message: unknown): void {
    if (schema === undefined || this.#base.options.validatePublications === false) return;
    const checked = checkSchema(schema, message, `actor ${this.#base.kind}, ${name}`);
    if (!checked.ok)
      throw new TypeError(`${checked.problem}; it does not fit what the actor declares`);
  }

  #publish(draft: Draft, channel: string, body: string): void {
    if (!isChannel(channel)) {
      throw new TypeError(
        `${JSON.stringify(channel)} names no channel; use 1 to ${MAX_CHANNEL_LENGTH} printable ASCII characters`,
      );
    }
    const { options } = this.#base;
    const history = options.historyFor(channel);
    addPublication(draft, { channel, body, history }, options);
  }
}

/** Whether a channel may have this name. */
export function isChannel(channel: string): boolean {
  return channel.length <= MAX_CHANNEL_LENGTH && /^[\x20-\x7e]+$/.test(channel);
}
