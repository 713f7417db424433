import type { Store } from '@belfry/store';
import type { Logger } from '../log/logger.ts';
import { askStore, type StoreState } from './health.ts';

const EVERY_MS = 5_000;

/** How the store is now, and what the operator should know of it. */
export interface StoreLook {
  readonly state: StoreState;
  readonly warnings: readonly string[];
}

/**
 * Knows since when a store cannot be reached, however often anybody asks. Logs when it is lost and when it is back, and each of its
 * warnings once.
 */
export class StoreWatch {
  readonly #store: Pick<Store, 'health'>;
  readonly #log: Logger;
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<StoreLook> | undefined;
  #lostAt: Date | undefined;
  #losses = 0;
  /** The last it said of itself. */
  #description = 'unknown';

  constructor(store: Pick<Store, 'health'>, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** How often it was lost. */
  get losses(): number {
    return this.#losses;
  }

  /** Looks now and then from now on. */
  run(): void {
    this.#timer ??= setInterval(() => void this.look(), EVERY_MS).unref();
    void this.look();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Asks it how it is; who asks meanwhile gets the same answer. Never rejects. */
  look(): Promise<StoreLook> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<StoreLook> {
    const { ok, description, warnings } = await askStore(this.#store);
    if (ok) {
      this.#description = description;
      this.#found(warnings);
      return { state: { ok, description }, warnings };
    }
    if (this.#lostAt === undefined) {
      this.#lostAt = new Date();
      this.#losses++;
      this.#log.error({ warnings }, 'the store cannot be reached; clients stay, trying again');
    }
    const state = { ok, description: this.#description, lost_since: this.#lostAt.toISOString() };
    return { state, warnings };
  }

  #found(warnings: readonly string[]): void {
    const store = this.#description;
    if (this.#lostAt !== undefined) {
      const seconds = Math.round((Date.now() - this.#lostAt.getTime()) / 1_000);
      this.#log.info({ store, seconds }, 'the store is back');
      this.#lostAt = undefined;
    }
    for (const warning of warnings) {
      if (!this.#told.has(warning)) this.#log.warn({ store }, warning);
      this.#told.add(warning);
    }
  }
}
