import { isActorKind, type ActorKey, type Sender } from '@belfry/protocol';
import type { Millis } from '@belfry/store';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { checkSpec } from './check-spec.ts';

/** A schema of any library that speaks Standard Schema (zod, valibot, arktype, …). It must validate synchronously. */
export type Schema<Out = unknown> = StandardSchemaV1<unknown, Out>;

/** What a schema yields; `never` where there is none, so that publishing or sending it does not compile. */
export type Output<S> = S extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<S> : never;

/** What a schema takes. */
export type Input<S> = S extends StandardSchemaV1 ? StandardSchemaV1.InferInput<S> : never;

/** A client, as the Beacon knows it from its token: `user`, `client` (the connection) and, when it is short, `info`. */
export type ClientSender = Extract<Sender, { type: 'client' }>;

/** Another actor, or the deployment itself (an RPC, an HTTP endpoint, the CLI). */
export type InternalSender = Exclude<Sender, { type: 'client' }>;

/** A user's first connection came to the control channel, or the last one left it (also when its Beacon died). */
export interface PresenceEvent {
  readonly type: 'enter' | 'leave';
  readonly user: string;
  /** The connection's info, as its token gives it. */
  readonly info: unknown;
}

/** One tick. */
export interface Tick {
  /** 1, 2, 3, … never repeated and never going back while the actor lives; what was `skipped` is counted too. */
  readonly n: number;
  /** When it was due, in whole ms; the grid of a rate is absolute, so these do not drift. */
  readonly scheduledAt: Millis;
  /** How long after that it runs, in ms; ≥ 0. */
  readonly lateMs: number;
  /** Ticks of the grid that the late policy left out just before this one. */
  readonly skipped: number;
}

/**
 * What to do when ticks were missed. `skip`: run one tick (the last of those that are due) and go on from the next point of the grid ahead. `catch-up`: run up to
 * `max` missed ticks, one after the other, then skip the rest. `stretch`: run one tick and move the grid, so that the next one comes
 * a whole period after it.
 */
export type LatePolicy = 'skip' | 'stretch' | { readonly catchUp: number };

/** A fixed tick rate. */
export interface TickRate {
  /** Ticks a second, above 0 and up to 250. */
  readonly hz: number;
  /** Default `skip`. */
  readonly late?: LatePolicy;
  /** Start with the actor. Default true; else `ctx.startTicking()`. */
  readonly autostart?: boolean;
}

/** Names an actor to send to: a definition with an id, or the full key where the definition is not at hand. */
export interface ActorRef<Kind extends string = string, Internal = unknown> {
  readonly key: ActorKey;
  readonly kind: Kind;
  /** Carries the type only. */
  readonly __internal?: Internal;
}

/** What goes along with a publication. */
export interface PublishExtras {
  /**
   * Words about the publication that subscribers get beside it and can filter by (`allow_tags_filter`): names and values, both texts.
   * Default none.
   */
  readonly tags?: Readonly<Record<string, string>>;
  /** Who asked for delta compression gets only what changed since the publication before. Default: what the namespace says (`delta_publish`). */
  readonly delta?: boolean;
}

/**
 * What a handler sees and may do. Effects are collected and apply with the state in one step, or not at all. A handler must be
 * synchronous and deterministic: time is `now`, randomness is `random()`.
 */
export interface TurnContext<State, ServerMessage, UserMessage> {
  readonly id: string;
  readonly key: ActorKey;
  /** The store's time of this turn, a whole number of ms; never goes back for one actor. */
  readonly now: Millis;
  /** The actor's state: plain JSON data. Change it in place or assign a new one. */
  state: State;
  /** A number in [0, 1), the same when the turn is run again. Seeded from the deployment's secret, the actor, this life of it and its version. */
  random(): number;
  /** Publishes to everyone on `server:<kind>/<id>`. */
  publish(message: ServerMessage, extras?: PublishExtras): void;
  /** Publishes on `user:#<user>`, which only that user may subscribe to. */
  publishToUser(user: string, message: UserMessage, extras?: PublishExtras): void;
  /** Publishes on any channel. In this actor's partition it appears with the commit, elsewhere once and soon after. */
  publishTo(channel: string, message: unknown, extras?: PublishExtras): void;
  /** Sends to another actor (or to this one). Once, and in order per pair. */
  send<Internal>(to: ActorRef<string, Internal>, message: NoInfer<Internal>): void;
  /** Answers the `ask` that is being handled; without one it does nothing. The last reply counts. */
  reply(data: unknown): void;
  /** Refuses the message: nothing of it applies, and its sender is told `code` and `message`. Does not return. */
  reject(code: string, message: string): never;
  /** Sets the one pending tick to `at` (store time), replacing the one that was pending. A running rate goes on from its grid after it. */
  scheduleTick(at: Millis): void;
  /** Leaves no tick pending. Stops a rate until `startTicking`. */
  cancelTick(): void;
  /** Starts (or restarts) the declared rate from `now`. */
  startTicking(): void;
  /**
   * The messages after this turn wait for `ms` (0 to 10,000) from its time, and then are handled together: for an actor whose turns cost
   * more than its messages do. Ticks do not wait, and a turn for one may take messages along. The longest of several counts, and for this turn alone.
   * After a turn that had as many messages as one may have, nothing waits.
   */
  gather(ms: Millis): void;
  /**
   * Deletes the actor and the history of its server channel when the turn commits; what its handler still publishes is delivered. For
   * the messages that follow in the turn it does not exist.
   */
  destroy(): void;
}

/** What makes a kind of actors. */
export interface ActorSpec<
  State,
  Control extends Schema | undefined,
  Server extends Schema | undefined,
  User extends Schema | undefined,
  Internal extends Schema | undefined,
> {
  /** What clients may send on `control:<kind>/<id>`. Without it clients cannot reach this kind at all. */
  readonly control?: Control;
  /** What the actor publishes on `server:<kind>/<id>`. */
  readonly server?: Server;
  /** What the actor publishes to single users. */
  readonly user?: User;
  /** What other actors, RPCs and the deployment may send. */
  readonly internal?: Internal;
  /**
   * `on-demand`: the first message or presence brings the actor into being. `explicit`: only a create does (`createRoom`, the runtime's
   * `create`), and what is sent to one that does not exist is refused, so that a deleted actor does not come back. Default `on-demand`.
   */
  readonly creation?: 'on-demand' | 'explicit';
  /** The state of a new actor. */
  readonly initial: (birth: {
    readonly id: string;
    readonly now: Millis;
    random(): number;
  }) => State;
  /** Runs once, in the turn that creates the actor, before its first message. */
  readonly onCreate?: (ctx: TurnContext<State, Input<Server>, Input<User>>) => void;
  /** A client's message. */
  readonly onMessage?: (
    ctx: TurnContext<State, Input<Server>, Input<User>>,
    message: Output<Control>,
    from: ClientSender,
  ) => void;
  /** A message from another actor or the deployment. */
  readonly onInternal?: (
    ctx: TurnContext<State, Input<Server>, Input<User>>,
    message: Output<Internal>,
    from: InternalSender,
  ) => void;
  /** A user came or went. */
  readonly onPresence?: (
    ctx: TurnContext<State, Input<Server>, Input<User>>,
    event: PresenceEvent,
  ) => void;
  /** Time passed: the rate's next tick, or the one that `scheduleTick` set. */
  readonly onTick?: (ctx: TurnContext<State, Input<Server>, Input<User>>, tick: Tick) => void;
  /**
   * Runs before the commit of a turn that handled something: for what is to be done once for many messages. It is a part of what it
   * follows: normally of all messages and ticks of the turn; where one of them fails or is refused (or this itself throws), it runs after each of
   * them, so that they fail one by one. `ctx.reply` has no effect in it.
   */
  readonly onTurnEnd?: (ctx: TurnContext<State, Input<Server>, Input<User>>) => void;
  readonly tick?: TickRate;
  /** The most messages that may wait for one actor; past it a client gets error 106. Default 1,000. */
  readonly inboxLimit?: number;
  /** How often a message is tried before it becomes a dead letter. Default 5. */
  readonly maxAttempts?: number;
  /** How many ticks in a row may throw before the actor is suspended. Default 10. */
  readonly maxTickFailures?: number;
  /** The longest state, in characters of JSON text. Default what the runner allows, 1,048,576. */
  readonly maxStateLength?: number;
}

/** A kind of actors. Made by `defineActor`; give it to the config's `actors`. */
export interface ActorDefinition<
  Kind extends string,
  State,
  Control extends Schema | undefined,
  Server extends Schema | undefined,
  User extends Schema | undefined,
  Internal extends Schema | undefined,
> {
  readonly kind: Kind;
  readonly spec: ActorSpec<State, Control, Server, User, Internal>;
  /** Names one actor of this kind. */
  ref(id: string): ActorRef<Kind, Input<Internal>>;
}

/** Any definition: what lists of kinds hold. The engine checks what it hands to the handlers by the schemas, not by these types. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyActorDefinition = ActorDefinition<string, any, any, any, any, any>;

/** What clients of a definition send: `ControlOf<typeof match>`. */
export type ControlOf<D> =
  D extends ActorDefinition<string, infer _S, infer C, infer _V, infer _U, infer _I>
    ? Input<C>
    : never;

/** What a definition publishes on its server channel. */
export type ServerOf<D> =
  D extends ActorDefinition<string, infer _S, infer _C, infer V, infer _U, infer _I>
    ? Output<V>
    : never;

/** The state of a definition. */
export type StateOf<D> =
  D extends ActorDefinition<string, infer S, infer _C, infer _V, infer _U, infer _I> ? S : never;

/**
 * Defines a kind of actors.
 *
 * @param kind lower-case letters, digits and `-`, starting with a letter, at most 32 characters
 * @throws TypeError naming all that is wrong: the kind, a key that there is not, a handler that is no plain function, a schema that is none
 */
export function defineActor<
  const Kind extends string,
  State,
  Control extends Schema | undefined = undefined,
  Server extends Schema | undefined = undefined,
  User extends Schema | undefined = undefined,
  Internal extends Schema | undefined = undefined,
>(
  kind: Kind,
  spec: ActorSpec<State, Control, Server, User, Internal>,
): ActorDefinition<Kind, State, Control, Server, User, Internal> {
  if (!isActorKind(kind)) {
    throw new TypeError(
      `actor kind ${JSON.stringify(kind)}: use lower-case letters, digits and "-", starting with a letter, at most 32 characters`,
    );
  }
  checkSpec(kind, spec);
  return { kind, spec, ref: (id) => ({ kind, key: `${kind}/${id}` }) };
}
