import { setTimeout as sleep } from 'node:timers/promises';
import { encodePublication } from '@belfry/protocol';
import { StoreError, type HistoryPolicy, type Store } from '@belfry/store';
import { channelName } from './protocol.ts';

interface PublisherOptions {
  readonly store: Store;
  readonly channels: number;
  /** Messages a second, over all channels. */
  readonly rate: number;
  readonly history: HistoryPolicy;
}

const TICK_MS = 10;
/** The most messages that wait for the store; past it the publisher falls behind its rate. */
const MAX_WAITING = 4_000;

/** Publishes `{"n":1}`, `{"n":2}`, … on every channel, in order, each exactly once. */
export class Publisher {
  readonly #options: PublisherOptions;
  /** How many were begun, by channel. */
  readonly #counts: number[];
  readonly #chains: Promise<void>[];
  #waiting = 0;
  #next = 0;
  #isRunning = true;
  #failure: unknown;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#counts = Array.from({ length: options.channels }, () => 0);
    this.#chains = Array.from({ length: options.channels }, () => Promise.resolve());
  }

  /** Runs until `stop`. Rejects when the store fails for good. */
  async run(): Promise<void> {
    const { rate } = this.#options;
    const begin = performance.now();
    let due = 0;
    let sent = 0;
    while (this.#isRunning && this.#failure === undefined) {
      due = ((performance.now() - begin) / 1_000) * rate;
      for (; sent < due; sent++) {
        if (this.#waiting < MAX_WAITING) this.#publishNext();
      }
      await sleep(TICK_MS);
    }
    await Promise.all(this.#chains);
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** How many were published, by channel; final once `run` has resolved. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  stop(): void {
    this.#isRunning = false;
  }

  #publishNext(): void {
    const channel = this.#next++ % this.#options.channels;
    const number = (this.#counts[channel] ?? 0) + 1;
    this.#counts[channel] = number;
    this.#waiting++;
    this.#chains[channel] = (this.#chains[channel] ?? Promise.resolve())
      .then(() => this.#publish(channel, number))
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#waiting--;
      });
  }

  async #publish(channel: number, n: number): Promise<void> {
    const { store, history } = this.#options;
    const publication = {
      channel: channelName(channel),
      body: encodePublication(JSON.stringify({ n, note: 'x'.repeat(80) })),
      origin: '',
      history,
    };
    for (;;) {
      try {
        // Under its key a second one is taken for the first, so an unknown outcome is simply tried again.
        await store.channels.publish(publication, { idempotencyKey: `${channel}:${n}` });
        return;
      } catch (error) {
        if (!(error instanceof StoreError) || !error.temporary) throw error;
        await sleep(50);
      }
    }
  }
}
