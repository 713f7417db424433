import { BelfryError, toBelfryError } from './belfry-error.ts';
import { SendQueue } from './core/send-queue.ts';
import type { SendQueueOptions } from './core/send-queue.ts';
import { newMessageId } from './message-id.ts';

/** What a message looks like on a control channel. */
export interface Envelope {
  readonly id: string;
  readonly data: unknown;
}

/** Names a message that was accepted; a rejection of the actor's carries the same id. */
export interface Accepted {
  readonly id: string;
}

interface Waiting {
  readonly envelope: Envelope;
  readonly resolve: (accepted: Accepted) => void;
  readonly reject: (error: BelfryError) => void;
}

/** Sends messages to one actor, each under one id however often it is tried, so that the server takes it once. */
export class ActorSender {
  readonly #publish: (envelope: Envelope) => Promise<unknown>;
  readonly #queue: SendQueue;
  readonly #waiting = new Map<string, Waiting>();
  readonly #actor: string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param publish resolves once the message is durable in the actor's inbox */
  constructor(
    actor: string,
    publish: (envelope: Envelope) => Promise<unknown>,
    options: SendQueueOptions,
  ) {
    this.#actor = actor;
    this.#publish = publish;
    this.#queue = new SendQueue(options);
  }

  async send(data: unknown): Promise<Accepted> {
    const envelope = { id: newMessageId(), data };
    if (!this.#queue.add(envelope.id, Date.now())) {
      throw new BelfryError(
        'overloaded',
        `sending to ${this.#actor}: too many messages are under way`,
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.set(envelope.id, { envelope, resolve, reject });
      this.#pump();
    });
  }

  /** Gives up what is under way. */
  close(): void {
    for (const id of this.#queue.clear()) {
      this.#settle(id, new BelfryError('closed', `sending to ${this.#actor}: it was left`));
    }
    clearTimeout(this.#timer);
  }

  #pump(): void {
    const now = Date.now();
    for (const id of this.#queue.expired(now, Math.random())) {
      const message = `sending to ${this.#actor}: no answer in time; whether it was accepted is not known`;
      this.#settle(id, new BelfryError('timeout', message, { temporary: true }));
    }
    for (const id of this.#queue.take(now)) {
      const waiting = this.#waiting.get(id);
      if (waiting !== undefined) void this.#transmit(waiting);
    }
    clearTimeout(this.#timer);
    const wake = this.#queue.nextWake();
    if (wake !== null) this.#timer = setTimeout(() => this.#pump(), Math.max(1, wake - Date.now()));
  }

  async #transmit({ envelope }: Waiting): Promise<void> {
    const { id } = envelope;
    try {
      await this.#publish(envelope);
      this.#queue.accepted(id, Date.now(), Math.random());
      this.#settle(id, null);
    } catch (cause) {
      const error = toBelfryError(cause, `sending to ${this.#actor}`);
      if (error.temporary) this.#queue.failed(id, Date.now(), Math.random());
      else {
        this.#queue.refused(id, Date.now(), Math.random());
        this.#settle(id, error);
      }
    }
    this.#pump();
  }

  #settle(id: string, error: BelfryError | null): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === null) waiting?.resolve({ id });
    else waiting?.reject(error);
  }
}
