import {
  encodeActorMessage,
  type ActorKey,
  type ActorMessage,
  type AskReply,
  type Sender,
} from '@belfry/protocol';
import type { Send, SendResult, Store } from '@belfry/store';
import { AskError } from './ask-error.ts';
import { ReplyChannels } from './reply-channels.ts';

/** Asks actors and waits for their answers. */
export interface Asker {
  /**
   * Sends `data` to an actor and resolves to what its handler replies. Rejects with `AskError`. When it rejects with `timeout` or
   * `unavailable` the message may still be handled; nothing else is handled after the rejection.
   */
  ask(actor: ActorKey, data: unknown, options?: AskOptions): Promise<unknown>;
  /**
   * Brings an actor into being; resolves to what it replies to that, or `null`. `data` other than `null` is also its first internal
   * message. Rejects with `exists` when there is one already, else as `ask` does.
   */
  create(actor: ActorKey, data?: unknown, options?: AskOptions): Promise<unknown>;
  /** Rejects what is still asked, and gives the reply channels up. */
  close(): Promise<void>;
}

export interface AskOptions {
  /** Who asks. Default the deployment itself. */
  readonly from?: Sender;
  /** How long to wait for the answer, in ms. Default 5,000. */
  readonly timeoutMs?: number;
  /** The most messages that may wait for the actor. Default the store's. */
  readonly inboxLimit?: number;
  /** Refuse with `no-actor` at once, without a turn, when the actor does not exist. Default false. */
  readonly mustExist?: boolean;
}

export interface AskerInput {
  /** `channels` is the asker's alone: where others listen in the same process, one of `shareChannels`. */
  readonly store: Pick<Store, 'actors' | 'channels' | 'partitions'>;
  /** Unique to the process's life; letters, digits and `-`. */
  readonly id: string;
  /** The most questions that wait at once; past it they are rejected with `full`. Default 10,000. */
  readonly maxPending?: number;
}

interface Question {
  readonly actor: ActorKey;
  readonly resolve: (data: unknown) => void;
  readonly reject: (error: AskError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Makes an asker. Throws a TypeError when `id` would not do in a channel's name. */
export function createAsker({ store, id, maxPending = 10_000 }: AskerInput): Asker {
  if (!/^[A-Za-z0-9-]{1,100}$/.test(id)) {
    throw new TypeError(
      `asker id ${JSON.stringify(id)}: use 1 to 100 letters, digits and "-", unique to the process's life`,
    );
  }
  const questions = new Map<string, Question>();
  const channels = new ReplyChannels(store, id, onReply);
  let asked = 0;
  let closed = false;

  function onReply(reply: AskReply): void {
    const question = questions.get(reply.ask);
    if (question === undefined) return;
    settle(reply.ask);
    if (reply.ok) question.resolve(reply.data);
    else question.reject(new AskError(reply.code, reply.message, { reason: reply.reason }));
  }

  function settle(ask: string): void {
    clearTimeout(questions.get(ask)?.timer);
    questions.delete(ask);
  }

  function question(
    actor: ActorKey,
    options: AskOptions,
    message: (ask: string, replyTo: string) => ActorMessage,
  ): Promise<unknown> {
    if (closed) return Promise.reject(new AskError('closed', 'the asker has been closed'));
    if (questions.size >= maxPending) {
      return Promise.reject(
        new AskError('full', `${maxPending} questions wait for their answers already`),
      );
    }
    const ask = `${id}.${++asked}`;
    const { timeoutMs = 5_000 } = options;
    return new Promise((resolve, reject) => {
      const fail = (error: AskError): void => {
        settle(ask);
        reject(error);
      };
      const timer = setTimeout(
        () => fail(new AskError('timeout', `${actor} did not answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      questions.set(ask, { actor, resolve, reject, timer });
      send(actor, options, (replyTo) => message(ask, replyTo)).then(
        (result) => {
          const refusal = refusalOf(result, actor);
          if (refusal !== null) fail(refusal);
        },
        (cause: unknown) => {
          const why = cause instanceof Error ? cause.message : String(cause);
          fail(new AskError('unavailable', `${actor} cannot be asked now: ${why}`, { cause }));
        },
      );
    });
  }

  async function send(
    actor: ActorKey,
    { inboxLimit, mustExist }: AskOptions,
    message: (replyTo: string) => ActorMessage,
  ): Promise<SendResult> {
    // Subscribed before anything is sent: an answer that comes first would be lost.
    const replyTo = await channels.open(actor);
    const send: Send = {
      to: actor,
      body: encodeActorMessage(message(replyTo)),
      ...(inboxLimit !== undefined && { inboxLimit }),
      ...(mustExist !== undefined && { mustExist }),
    };
    return await store.actors.send(send);
  }

  return {
    ask(actor, data, options = {}) {
      const { from = { type: 'system' } } = options;
      return question(actor, options, (ask, replyTo) => ({
        type: 'ask',
        from,
        ask,
        replyTo,
        data: data ?? null,
      }));
    },

    create(actor, data = null, options = {}) {
      const { from = { type: 'system' } } = options;
      return question(actor, options, (ask, replyTo) => ({
        type: 'create',
        from,
        ask,
        replyTo,
        data,
      }));
    },

    async close() {
      closed = true;
      const left = [...questions];
      questions.clear();
      for (const [, { timer, reject }] of left) {
        clearTimeout(timer);
        reject(new AskError('closed', 'the asker has been closed'));
      }
      await channels.close();
    },
  };
}

function refusalOf(result: SendResult, actor: ActorKey): AskError | null {
  switch (result) {
    case 'accepted':
    case 'duplicate':
      return null;
    case 'full':
      return new AskError('full', `${actor} has as many messages waiting as it may`);
    case 'no-actor':
      return new AskError('no-actor', `${actor} does not exist`);
  }
}
