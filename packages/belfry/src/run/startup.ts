import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../log/logger.ts';

/** A part of the process that runs. */
export interface Started {
  /** For the log. */
  readonly what: string;
  /** How long stopping it may take. */
  readonly limitMs: number;
  stop(): Promise<void> | void;
}

/** What has been started, to be stopped in the opposite order, each part within its time. */
export class Startup {
  readonly #started: Started[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  onStop(started: Started): void {
    this.#started.push(started);
  }

  /** Stops everything that was started so far; never rejects. */
  async undo(): Promise<void> {
    for (const { what, limitMs, stop } of this.#started.splice(0).reverse()) {
      try {
        const stopped = Promise.resolve(stop()).then(() => true);
        const inTime = await Promise.race([stopped, sleep(limitMs, false, { ref: false })]);
        if (!inTime) this.#log.warn({ what, limitMs }, 'a part did not stop in time');
      } catch (error) {
        this.#log.warn({ what, err: error }, 'a part did not stop as it should');
      }
    }
  }
}
