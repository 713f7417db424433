import type { ChannelStore } from '@belfry/store';

/** What is wanted of one channel, and what is. */
interface Link {
  /** Those who want it wait for this; `null`: nobody wants it. */
  wanted: PromiseWithResolvers<void> | null;
  /** The store delivers it. */
  there: boolean;
  /** Brings about what is wanted; `null`: it is so. */
  work: Promise<void> | null;
}

/**
 * Which channels the store delivers to this process: those that someone here is subscribed to. The store is asked for one thing at a
 * time per channel, and then for what is wanted by then: who comes and goes meanwhile adds nothing to what is to be done.
 */
export class ChannelLinks {
  readonly #store: ChannelStore;
  readonly #onError: (error: unknown) => void;
  readonly #links = new Map<string, Link>();

  constructor(store: ChannelStore, onError: (error: unknown) => void) {
    this.#store = store;
    this.#onError = onError;
  }

  /** Resolves when the channel is delivered, or nobody wants it any more. Rejects with what the store says. */
  ensure(channel: string): Promise<void> {
    let link = this.#links.get(channel);
    if (link === undefined) {
      link = { wanted: null, there: false, work: null };
      this.#links.set(channel, link);
    }
    if (link.wanted === null) {
      link.wanted = Promise.withResolvers();
      // Who asked hears of it; it is no error that nobody does any more.
      link.wanted.promise.catch(() => undefined);
      this.#begin(channel, link);
    }
    return link.wanted.promise;
  }

  /** Nobody wants the channel any more. */
  release(channel: string): void {
    const link = this.#links.get(channel);
    if (link === undefined || link.wanted === null) return;
    link.wanted.resolve();
    link.wanted = null;
    this.#begin(channel, link);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    for (;;) {
      const works = [...this.#links.values()].flatMap(({ work }) => (work === null ? [] : [work]));
      if (works.length === 0) return;
      await Promise.all(works);
    }
  }

  #begin(channel: string, link: Link): void {
    link.work ??= this.#work(channel, link);
  }

  async #work(channel: string, link: Link): Promise<void> {
    while (link.there !== (link.wanted !== null)) {
      const { wanted } = link;
      try {
        if (wanted === null) {
          // Whatever comes of it: it is not to be reckoned with any more.
          link.there = false;
          await this.#store.unsubscribe(channel);
        } else {
          await this.#store.subscribe(channel);
          link.there = true;
        }
      } catch (error) {
        if (wanted === null) this.#onError(error);
        wanted?.reject(error);
        if (link.wanted === wanted) link.wanted = null;
      }
    }
    link.wanted?.resolve();
    link.work = null;
    if (link.wanted === null) this.#links.delete(channel);
  }
}
