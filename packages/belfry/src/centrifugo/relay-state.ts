import type { Logger } from '../log/logger.ts';

/** The same refusal is worth one line in so many ms. */
const LOG_EVERY_MS = 10_000;

/** What is known of the way to Centrifugo: for `/health`, `/metrics` and the log. */
export class RelayState {
  readonly counters = {
    /** Publications that Centrifugo took, and those it refused for good. */
    published: 0,
    refused: 0,
    /** Requests, and those that failed. */
    requests: 0,
    failures: 0,
  };
  readonly #url: string;
  readonly #log: Logger;
  #lostAt: Date | undefined;
  #reason = '';
  #loggedAt = Number.NEGATIVE_INFINITY;

  /** @param url without a password */
  constructor(url: string, log: Logger) {
    this.#url = url;
    this.#log = log;
  }

  worked(): void {
    if (this.#lostAt === undefined) return;
    const seconds = Math.round((Date.now() - this.#lostAt.getTime()) / 1_000);
    this.#log.info({ centrifugo: this.#url, seconds }, 'Centrifugo is back');
    this.#lostAt = undefined;
  }

  failed(reason: string): void {
    this.counters.failures++;
    this.#reason = reason;
    if (this.#lostAt !== undefined) return;
    this.#lostAt = new Date();
    this.#log.error(
      { centrifugo: this.#url, reason },
      'nothing can be published through Centrifugo; publications wait in the store',
    );
  }

  refused(channel: string, reason: string): void {
    this.counters.refused++;
    const now = performance.now();
    if (now - this.#loggedAt < LOG_EVERY_MS) return;
    this.#loggedAt = now;
    this.#log.error(
      { channel, reason },
      'Centrifugo refused a publication; it is a dead letter of its relay',
    );
  }

  /** @param waiting how many publications do */
  warnings(waiting: number): string[] {
    if (this.#lostAt === undefined) return [];
    return [
      `nothing can be published through Centrifugo at ${this.#url} since ${this.#lostAt.toISOString()} (${this.#reason}); ${waiting} publications wait.`,
    ];
  }

  /** 1: it works, as far as is known. */
  get up(): number {
    return this.#lostAt === undefined ? 1 : 0;
  }
}
