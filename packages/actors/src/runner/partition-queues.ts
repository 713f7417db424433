import { allPartitions, type Millis, type Partition } from '@belfry/store';
import type { HeldActor } from './held-actor.ts';
import type { Patience } from './patience.ts';
import type { RunnerOptions } from './runner-options.ts';
import type { StoreClock } from './store-clock.ts';

/** The actors of one partition that have work, and what is on its way to the store for it. */
export interface PartitionQueue {
  readonly partition: Partition;
  /** First in, first out; those that were dropped meanwhile are passed over. */
  ready: HeldActor[];
  /** Actors with a commit or a read of their inbox on its way. */
  busy: number;
  /** Actors that were claimed and have not come to rest since. */
  claimed: number;
  /** Groups of commits on their way. */
  groups: number;
  /** Groups and reads on their way. */
  calls: number;
  /** Since when calls are on their way without any answer, on the local clock. */
  since: Millis;
  /** The partition does not answer, and has not yet since: what it holds up does not count against the others. */
  slow: boolean;
}

export interface PartitionQueuesInput {
  readonly partitions: number;
  readonly clock: StoreClock;
  readonly patience: Patience;
  readonly options: RunnerOptions;
  /** A partition turned slow, and what it held up counts no more. */
  readonly onSlow: () => void;
}

/**
 * Who has a turn to run, by partition. Each partition has calls of its own under way, so that none waits for another; all share a
 * limit, out of which those that do not answer fall.
 */
export class PartitionQueues {
  readonly #input: PartitionQueuesInput;
  readonly #queues: readonly PartitionQueue[];
  /** Those with ready actors that may send, in the order of their turn. */
  readonly #runnable = new Set<PartitionQueue>();
  readonly #calling = new Set<PartitionQueue>();
  readonly #slow = new Set<PartitionQueue>();
  #ready = 0;
  #busy = 0;
  #claimed = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(input: PartitionQueuesInput) {
    this.#input = input;
    this.#queues = allPartitions(input.partitions).map((partition) => ({
      partition,
      ready: [],
      busy: 0,
      claimed: 0,
      groups: 0,
      calls: 0,
      since: 0,
      slow: false,
    }));
  }

  /** Actors with a turn to run or a call on its way. */
  get active(): number {
    return this.#ready + this.#busy;
  }

  /** Actors that were claimed and have not come to rest since, without those of partitions that do not answer. */
  get claimed(): number {
    let claimed = this.#claimed;
    for (const queue of this.#slow) claimed -= queue.claimed;
    return claimed;
  }

  /** Whether an actor could be run now. */
  get runnable(): boolean {
    return this.#runnable.size > 0 && this.#sharedBusy() < this.#input.options.maxCommits;
  }

  of(partition: Partition): PartitionQueue {
    return this.#queues[partition] as PartitionQueue;
  }

  /** How many more actors of a partition may be taken: none while we wait for one that does not answer, few to try it again. */
  room(partition: Partition): number {
    const { maxActive, batchLimit } = this.#input.options;
    const { slow, calls, ready } = this.of(partition);
    if (slow) return calls > 0 ? 0 : batchLimit - ready.length;
    let shared = this.active;
    for (const queue of this.#slow) shared -= queue.ready.length + queue.busy;
    return maxActive - shared;
  }

  /** It has been claimed. */
  claim(held: HeldActor): void {
    held.claimed = true;
    this.of(held.partition).claimed++;
    this.#claimed++;
  }

  /** It waits for its next tick, or is held no more. */
  rest(held: HeldActor): void {
    if (!held.claimed) return;
    held.claimed = false;
    this.of(held.partition).claimed--;
    this.#claimed--;
  }

  push(held: HeldActor): void {
    const queue = this.of(held.partition);
    queue.ready.push(held);
    this.#ready++;
    this.#consider(queue);
  }

  /** The partition whose turn it is, which goes to the end of the line; `undefined`: nothing may be sent now. */
  next(): PartitionQueue | undefined {
    if (!this.runnable) return undefined;
    for (const queue of this.#runnable) {
      this.#runnable.delete(queue);
      return queue;
    }
    return undefined;
  }

  /** How many commits may go out in the next group. */
  get groupLimit(): number {
    const { batchLimit, maxCommits } = this.#input.options;
    return Math.min(batchLimit, maxCommits - this.#sharedBusy());
  }

  /** Takes the first `count` ready ones out of the queue that `next` gave, once they were looked at. */
  shift(queue: PartitionQueue, count: number): void {
    queue.ready = count < queue.ready.length ? queue.ready.slice(count) : [];
    this.#ready -= count;
    this.#consider(queue);
  }

  /** A call about `actors` of its actors goes out. `group`: it is one of commits. */
  sent(queue: PartitionQueue, actors: number, group: boolean): void {
    if (queue.calls++ === 0) queue.since = this.#input.clock.local();
    if (group) queue.groups++;
    queue.busy += actors;
    this.#busy += actors;
    this.#calling.add(queue);
    this.#watch();
    this.#consider(queue);
  }

  /** The store answered such a call. */
  answered(queue: PartitionQueue): void {
    this.#input.patience.answered(queue.since, this.#input.clock.local());
    queue.slow = false;
    this.#slow.delete(queue);
  }

  /** Such a call has ended, in whatever way. */
  ended(queue: PartitionQueue, actors: number, group: boolean): void {
    queue.since = this.#input.clock.local();
    if (group) queue.groups--;
    queue.busy -= actors;
    this.#busy -= actors;
    if (--queue.calls === 0) this.#calling.delete(queue);
    this.#consider(queue);
  }

  /** Forgets who is ready. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const queue of this.#queues) queue.ready = [];
    this.#runnable.clear();
    this.#ready = 0;
  }

  /**
   * One group at a time, so that the next one grows meanwhile: a call costs the store more than a commit. A second one goes out when
   * it is worth a call already.
   */
  #consider(queue: PartitionQueue): void {
    const { ready, groups, slow } = queue;
    const may = groups === 0 || (groups === 1 && !slow && ready.length >= SECOND_GROUP);
    if (ready.length > 0 && may) this.#runnable.add(queue);
    else this.#runnable.delete(queue);
  }

  #sharedBusy(): number {
    let busy = this.#busy;
    for (const queue of this.#slow) busy -= queue.busy;
    return busy;
  }

  #watch(): void {
    const { clock, patience, onSlow } = this.#input;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const now = clock.local();
      const before = this.#slow.size;
      for (const queue of this.#calling) {
        if (!patience.isOver(queue.since, now)) continue;
        queue.slow = true;
        this.#slow.add(queue);
        this.#consider(queue);
      }
      if (this.#calling.size > 0) this.#watch();
      if (this.#slow.size > before) onSlow();
    }, patience.checkMs);
  }
}

/** How many ready actors make a second group worth sending while the first is on its way. */
const SECOND_GROUP = 32;
