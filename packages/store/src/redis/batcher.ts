import { StoreError } from '../store-error.ts';
import type { Counters } from './counters.ts';
import type { Timed } from './deadlines.ts';
import { unavailable } from './failure.ts';
import type { Link } from './link.ts';

/** The bytes of work that wait for the server, against their limit. */
export class Budget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Throws a StoreError 'overloaded' when it would be exceeded. */
  take(bytes: number): void {
    if (this.#used + bytes > this.#limit) {
      throw new StoreError(
        'overloaded',
        `redis: ${this.#used} bytes are queued and maxQueuedBytes is ${this.#limit}; slow down or raise it`,
      );
    }
    this.#used += bytes;
  }

  get used(): number {
    return this.#used;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}

/** One operation that waits for its batch. */
export class Pending<Item, Result> implements Timed {
  readonly item: Item;
  readonly bytes: number;
  expiresAt = 0;
  settled = false;
  readonly #resolve: (result: Result) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    item: Item,
    bytes: number,
    callbacks: { resolve: (result: Result) => void; reject: (error: unknown) => void },
  ) {
    this.item = item;
    this.bytes = bytes;
    this.#resolve = callbacks.resolve;
    this.#reject = callbacks.reject;
  }

  resolve(result: Result): void {
    if (this.settled) return;
    this.settled = true;
    this.#resolve(result);
  }

  reject(error: unknown): void {
    if (this.settled) return;
    this.settled = true;
    this.#reject(error);
  }

  expire(): void {
    this.reject(new StoreError('timeout', 'redis: no answer in time'));
  }
}

export interface BatcherOptions<Item, Result> {
  /** Sends a batch to a partition; results in its order. */
  readonly run: (partition: number, items: readonly Item[]) => Promise<readonly Result[]>;
  /** The most operations in one call. */
  readonly maxItems: number;
  readonly budget: Budget;
  readonly link: Link;
  readonly counters: Counters;
  /**
   * What fails takes along what waits behind it for the same partition, rejected as 'unavailable': else a caller that has several
   * under way and tries the failed one again would find it behind the others. Default false.
   */
  readonly keepsOrder?: boolean;
}

/** The most bytes of one call, so that no script holds the server for long. */
const MAX_BATCH_BYTES = 512 * 1024;

/**
 * Puts operations of one event-loop turn on one partition into one call. A partition has one call under way at a time, which keeps the
 * order of operations and lets a batch grow while the server is busy; partitions do not wait for each other.
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  readonly #queues = new Map<number, Pending<Item, Result>[]>();
  readonly #running = new Set<number>();
  #dirty = new Set<number>();

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  /** Rejects with a StoreError: 'overloaded' at once, 'timeout' when it waits or takes too long, or what the call throws. */
  add(partition: number, item: Item, bytes: number): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      this.#options.link.checkOpen();
      this.#options.budget.take(bytes);
      const pending = new Pending<Item, Result>(item, bytes, { resolve, reject });
      this.#options.link.deadlines.add(pending);
      const queue = this.#queues.get(partition);
      if (queue === undefined) this.#queues.set(partition, [pending]);
      else queue.push(pending);
      this.#schedule(partition);
    });
  }

  #schedule(partition: number): void {
    if (this.#running.has(partition)) return;
    if (this.#dirty.size === 0) setImmediate(() => this.#flush());
    this.#dirty.add(partition);
  }

  #flush(): void {
    const dirty = this.#dirty;
    this.#dirty = new Set();
    for (const partition of dirty) void this.#drain(partition);
  }

  async #drain(partition: number): Promise<void> {
    this.#running.add(partition);
    for (;;) {
      const batch = this.#take(partition);
      if (batch.length === 0) break;
      await this.#call(partition, batch);
    }
    this.#running.delete(partition);
  }

  /** The next batch, without what has timed out while it waited. */
  #take(partition: number): Pending<Item, Result>[] {
    const queue = this.#queues.get(partition) ?? [];
    const [first] = queue;
    if (first?.settled === true && this.#options.keepsOrder === true) {
      this.#abandon(partition, new StoreError('timeout', 'redis: no answer in time'));
      return [];
    }
    const batch: Pending<Item, Result>[] = [];
    let bytes = 0;
    let taken = 0;
    for (const pending of queue) {
      if (pending.settled) {
        this.#options.budget.give(pending.bytes);
      } else {
        if (batch.length === this.#options.maxItems) break;
        if (batch.length > 0 && bytes + pending.bytes > MAX_BATCH_BYTES) break;
        batch.push(pending);
        bytes += pending.bytes;
      }
      taken += 1;
    }
    if (taken === queue.length) this.#queues.delete(partition);
    else queue.splice(0, taken);
    return batch;
  }

  async #call(partition: number, batch: readonly Pending<Item, Result>[]): Promise<void> {
    const { run, budget, link, counters } = this.#options;
    counters.add('ops', batch.length);
    try {
      const results = await run(
        partition,
        batch.map(({ item }) => item),
      );
      for (const [i, pending] of batch.entries()) {
        pending.resolve(results[i] as Result);
      }
    } catch (error) {
      counters.add('ops_failed', batch.length);
      for (const pending of batch) pending.reject(error);
      if (this.#options.keepsOrder === true) this.#abandon(partition, error);
    } finally {
      for (const pending of batch) {
        link.deadlines.remove(pending);
        budget.give(pending.bytes);
      }
    }
  }

  /** Rejects what waits for a partition: something before it failed. */
  #abandon(partition: number, cause: unknown): void {
    const { budget, link, counters } = this.#options;
    const queue = this.#queues.get(partition) ?? [];
    this.#queues.delete(partition);
    counters.add('ops_failed', queue.length);
    for (const pending of queue) {
      link.deadlines.remove(pending);
      budget.give(pending.bytes);
      pending.reject(unavailable('what was asked before it failed', cause));
    }
  }
}
