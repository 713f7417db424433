import { isActorKind, type ActorKey } from '@belfry/protocol';
import type { Millis } from '@belfry/store';
import { checkConsumer } from './check-consumer.ts';
import type { ActorDefinition, InternalSender, Output, Schema } from './define-actor.ts';

/** One message as its consumer gets it. */
export interface ConsumerMessage<Data = unknown> {
  readonly data: Data;
  readonly from: InternalSender;
  /**
   * Names the message, the same however often it is handled and wherever: give it to what you call as the idempotency key. One that
   * was a dead letter and is put back gets another.
   */
  readonly key: string;
  /** When the store accepted it. */
  readonly at: Millis;
}

/** What a consumer's handler is told besides its messages. */
export interface ConsumerContext {
  readonly id: string;
  readonly key: ActorKey;
  /** Which attempt at the first message of the batch this is: 1, 2, … */
  readonly attempt: number;
  /**
   * Aborted when the handler's time is up, when another process has the consumer now, and when this process ends without waiting any
   * longer: give it to `fetch` and the like. What the handler returns after that does not count.
   */
  readonly signal: AbortSignal;
  /** Makes a message of the batch a dead letter for this reason, if the handler gets past it; it counts as done. */
  discard(message: ConsumerMessage, reason: string): void;
}

/** What makes a kind of consumers. */
export interface ConsumerSpec<S extends Schema> {
  /** What actors and the deployment send. What does not fit is a dead letter. */
  readonly schema: S;
  /**
   * Does what the messages ask for. Resolves when that is done: for all, or, with a number, for so many from the beginning; the
   * rest comes again at once. When it rejects nothing counts as done.
   */
  readonly handle: (
    batch: readonly ConsumerMessage<Output<S>>[],
    ctx: ConsumerContext,
  ) => Promise<number | void>;
  /** The most messages in one batch, 1 to 10,000; never more than the runner's `maxMessages` (256). Default 100. */
  readonly batch?: number;
  /** How many consumers of the kind one process works on at once, 1 to 1,000. Default 8. */
  readonly concurrency?: number;
  /** How long one batch may take, in ms. Default 30,000. */
  readonly timeoutMs?: number;
  /** How often a message is tried before it becomes a dead letter, 1 to 1,000, or `Infinity`. Default 10. */
  readonly maxAttempts?: number;
  /** The pause after the first attempt that failed, in ms; it doubles with each. Default 200. */
  readonly firstPauseMs?: number;
  /** The longest such pause, in ms. Default 30,000. */
  readonly longestPauseMs?: number;
  /** The most messages that may wait for one consumer; see `ActorSpec`. Default 1,000. */
  readonly inboxLimit?: number;
}

/** A kind of consumers. Made by `defineConsumer`; give it to the config's `actors`. Towards senders it is a kind of actors. */
export interface ConsumerDefinition<Kind extends string, S extends Schema> extends ActorDefinition<
  Kind,
  null,
  undefined,
  undefined,
  undefined,
  S
> {
  readonly consumer: ConsumerSpec<S>;
}

/** Any kind of consumers. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyConsumerDefinition = ConsumerDefinition<string, any>;

/** Whether a definition is of a consumer. */
export function isConsumer(definition: object): definition is AnyConsumerDefinition {
  return 'consumer' in definition;
}

/**
 * Defines a kind of consumers: what does for actors what a turn must not (calls over the network, mail, files). A turn sends to
 * `consumer.ref(id)`; when it has committed, the handler runs, outside of any turn, at least once for every message and in their order. One
 * process at a time works on one id, so different ids are worked on beside each other.
 *
 * @param kind as of `defineActor`
 * @throws TypeError naming all that is wrong
 */
export function defineConsumer<const Kind extends string, S extends Schema>(
  kind: Kind,
  spec: ConsumerSpec<S>,
): ConsumerDefinition<Kind, S> {
  if (!isActorKind(kind)) {
    throw new TypeError(
      `consumer kind ${JSON.stringify(kind)}: use lower-case letters, digits and "-", starting with a letter, at most 32 characters`,
    );
  }
  checkConsumer(kind, spec);
  const { schema, inboxLimit } = spec;
  return {
    kind,
    spec: {
      internal: schema,
      initial: () => null,
      ...(inboxLimit === undefined ? {} : { inboxLimit }),
    },
    consumer: spec,
    ref: (id) => ({ kind, key: `${kind}/${id}` }),
  };
}
