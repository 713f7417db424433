import type { Metrics } from '../run/metrics.ts';
import type { FromChild, ToChild } from './messages.ts';

/** How long the primary may take to collect the metrics of all, in ms. */
const TIMEOUT_MS = 4_000;

/** The connection of one of several processes to their primary. */
export class ChildLink {
  readonly #asking = new Map<number, (text: string) => void>();
  readonly #onOrphaned: () => void;
  #own: Metrics | undefined;
  #asked = 0;

  /** @param onOrphaned the primary has gone */
  constructor(onOrphaned: () => void) {
    process.on('message', (message) => {
      this.#received(message as ToChild);
    });
    this.#onOrphaned = onOrphaned;
    process.once('disconnect', onOrphaned);
    if (!process.connected) queueMicrotask(onOrphaned);
  }

  /** Lets go of the primary, which would keep this process from ending. */
  close(): void {
    process.off('disconnect', this.#onOrphaned);
    if (process.connected) process.disconnect();
  }

  ready(url: string | undefined): void {
    this.#tell({ type: 'ready', ...(url === undefined ? {} : { url }) });
  }

  /** Makes of this process's metrics those of all, with the label `process`. */
  shared(own: Metrics): Metrics {
    this.#own = own;
    return { contentType: own.contentType, text: () => this.#all(own) };
  }

  async #all(own: Metrics): Promise<string> {
    const id = ++this.#asked;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const timer = setTimeout(() => {
      resolve(undefined);
    }, TIMEOUT_MS);
    this.#asking.set(id, resolve);
    this.#tell({ type: 'all-metrics', id });
    try {
      // Without the primary the process has its own at least.
      return (await promise) ?? (await own.text());
    } finally {
      clearTimeout(timer);
      this.#asking.delete(id);
    }
  }

  #received(message: ToChild): void {
    switch (message.type) {
      case 'metrics':
        void this.#tellOwn(message.id);
        return;
      case 'all-metrics':
        this.#asking.get(message.id)?.(message.text);
    }
  }

  async #tellOwn(id: number): Promise<void> {
    let text: string | null = null;
    try {
      text = (await this.#own?.text()) ?? null;
    } catch {
      // The primary goes on with those of the others.
    }
    this.#tell({ type: 'metrics', id, text });
  }

  #tell(message: FromChild): void {
    // The callback takes the error that a primary which has just gone would make of it.
    if (process.connected) process.send?.(message, undefined, {}, () => undefined);
  }
}
