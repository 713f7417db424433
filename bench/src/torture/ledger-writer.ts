/** A user who sends numbered steps to a ledger, each after the last was accepted. */
import { BelfryError, type ActorHandle, type BelfryClient } from '@belfry/client';
import { connectPatiently } from './connect-patiently.ts';
import type { ledger } from './torture-actors.ts';

export class LedgerWriter {
  readonly user: string;
  readonly ledgerId: string;
  readonly client: BelfryClient;
  /** The last step that was acknowledged. */
  accepted = 0;
  /** Times no answer came in a minute; the step after that may be refused or applied, and the run says so. */
  unknown = 0;
  /** From send to acknowledgement, in ms. */
  readonly latencies: number[] = [];
  #running = true;
  #done: Promise<void> | undefined;

  constructor(options: { url: string; user: string; token: string; ledgerId: string }) {
    this.user = options.user;
    this.ledgerId = options.ledgerId;
    this.client = connectPatiently(options);
  }

  start(): void {
    this.#done = this.#run(this.client.actor<typeof ledger>('ledger', this.ledgerId));
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
    this.client.close();
  }

  async #run(actor: ActorHandle<{ step: number }, unknown, never>): Promise<void> {
    actor.enter().catch(() => undefined);
    while (this.#running) {
      const sentAt = performance.now();
      try {
        await actor.send({ step: this.accepted + 1 });
        this.accepted++;
        this.latencies.push(performance.now() - sentAt);
      } catch (error) {
        const code = error instanceof BelfryError ? error.code : 'unknown';
        if (code === 'timeout') {
          // It may or may not be there: going on would make every later step wrong.
          this.unknown++;
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
