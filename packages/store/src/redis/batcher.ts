import { StoreError } from '../store-error.ts';
import type { Counters } from './counters.ts';
import type { Sweeper } from './deadlines.ts';
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

/** Operations that wait for their batch, or for its answer. */
interface Pending<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  /** How many of the most in one call it counts as. */
  readonly weight: number;
  /** On the clock of `performance.now()`. */
  readonly expiresAt: number;
  settled: boolean;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** What one partition has waiting and under way. */
interface Lane<Item, Result> {
  readonly partition: number;
  /** In order; what has timed out stays until its turn comes. */
  queue: Pending<Item, Result>[];
  /** The call under way; empty when there is none. */
  running: readonly Pending<Item, Result>[];
  scheduled: boolean;
}

export interface BatcherOptions<Item, Result> {
  /** Sends a batch to a partition; results in its order. */
  readonly run: (partition: number, items: readonly Item[]) => Promise<readonly Result[]>;
  /** The most operations in one call. */
  readonly maxItems: number;
  /** How many operations an item is. Default 1. */
  readonly weightOf?: (item: Item) => number;
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
export const MAX_BATCH_BYTES: number = 512 * 1024;

/**
 * Puts operations of one event-loop turn on one partition into one call. A partition has one call under way at a time, which keeps the
 * order of operations and lets a batch grow while the server is busy; partitions do not wait for each other.
 */
export class Batcher<Item, Result> implements Sweeper {
  readonly #options: BatcherOptions<Item, Result>;
  readonly #lanes = new Map<number, Lane<Item, Result>>();
  #dirty: Lane<Item, Result>[] = [];
  #pending = 0;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  /** Rejects with a StoreError: 'overloaded' at once, 'timeout' when it waits or takes too long, or what the call throws. */
  add(partition: number, item: Item, bytes: number): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const { link, budget, weightOf } = this.#options;
      link.checkOpen();
      budget.take(bytes);
      const expiresAt = performance.now() + link.deadlines.lifeMs;
      const weight = weightOf === undefined ? 1 : weightOf(item);
      const lane = this.#lane(partition);
      lane.queue.push({ item, bytes, weight, expiresAt, settled: false, resolve, reject });
      if (this.#pending++ === 0) link.deadlines.watch(this);
      this.#schedule(lane);
    });
  }

  /** Rejects what has waited for too long. */
  sweep(now: number): void {
    for (const { running, queue } of this.#lanes.values()) {
      for (const pending of running) if (pending.expiresAt <= now) expire(pending);
      for (const pending of queue) {
        if (pending.expiresAt > now) break;
        expire(pending);
      }
    }
  }

  #lane(partition: number): Lane<Item, Result> {
    let lane = this.#lanes.get(partition);
    if (lane === undefined) {
      lane = { partition, queue: [], running: [], scheduled: false };
      this.#lanes.set(partition, lane);
    }
    return lane;
  }

  #schedule(lane: Lane<Item, Result>): void {
    if (lane.scheduled || lane.running.length > 0) return;
    lane.scheduled = true;
    if (this.#dirty.length === 0) setImmediate(() => this.#flush());
    this.#dirty.push(lane);
  }

  #flush(): void {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const lane of dirty) void this.#drain(lane);
  }

  async #drain(lane: Lane<Item, Result>): Promise<void> {
    for (;;) {
      lane.running = this.#take(lane);
      if (lane.running.length === 0) break;
      await this.#call(lane);
    }
    lane.scheduled = false;
  }

  /** The next batch, without what has timed out while it waited. */
  #take(lane: Lane<Item, Result>): readonly Pending<Item, Result>[] {
    const { queue } = lane;
    if (queue[0]?.settled === true && this.#options.keepsOrder === true) {
      this.#abandon(lane, new StoreError('timeout', 'redis: no answer in time'));
      return [];
    }
    const batch: Pending<Item, Result>[] = [];
    let bytes = 0;
    let weight = 0;
    let taken = 0;
    for (const pending of queue) {
      if (pending.settled) {
        this.#done(pending);
      } else {
        const full =
          weight + pending.weight > this.#options.maxItems ||
          bytes + pending.bytes > MAX_BATCH_BYTES;
        if (batch.length > 0 && full) break;
        batch.push(pending);
        bytes += pending.bytes;
        weight += pending.weight;
      }
      taken += 1;
    }
    if (taken === queue.length) lane.queue = [];
    else queue.splice(0, taken);
    return batch;
  }

  async #call(lane: Lane<Item, Result>): Promise<void> {
    const { run, counters, keepsOrder } = this.#options;
    const batch = lane.running;
    let weight = 0;
    for (const pending of batch) weight += pending.weight;
    counters.add('ops', weight);
    try {
      const results = await run(
        lane.partition,
        batch.map(({ item }) => item),
      );
      let i = 0;
      for (const pending of batch) {
        const result = results[i++] as Result;
        if (pending.settled) continue;
        pending.settled = true;
        pending.resolve(result);
      }
    } catch (error) {
      counters.add('ops_failed', weight);
      for (const pending of batch) reject(pending, error);
      if (keepsOrder === true) this.#abandon(lane, error);
    } finally {
      for (const pending of batch) this.#done(pending);
    }
  }

  /** Rejects what waits for a partition: something before it failed. */
  #abandon(lane: Lane<Item, Result>, cause: unknown): void {
    const { queue } = lane;
    lane.queue = [];
    for (const pending of queue) {
      this.#options.counters.add('ops_failed', pending.weight);
      this.#done(pending);
      reject(pending, unavailable('what was asked before it failed', cause));
    }
  }

  #done(pending: Pending<Item, Result>): void {
    const { budget, link } = this.#options;
    budget.give(pending.bytes);
    if (--this.#pending === 0) link.deadlines.unwatch(this);
  }
}

function reject<Item, Result>(pending: Pending<Item, Result>, error: unknown): void {
  if (pending.settled) return;
  pending.settled = true;
  pending.reject(error);
}

function expire<Item, Result>(pending: Pending<Item, Result>): void {
  reject(pending, new StoreError('timeout', 'redis: no answer in time'));
}
