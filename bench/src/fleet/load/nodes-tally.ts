import type { Attempt } from '@belfry/protocol';
import { Histogram } from '../../beacon/load/histogram.ts';

/** What the nodes of a process did, as they are asked for it. Times are ms of `now`. */
export interface NodesFigures {
  /** Chunks that arrived, that were worked off, and whose results were taken. */
  readonly given: number;
  readonly finished: number;
  readonly settled: number;
  /** Blocks of those that were worked off. */
  readonly blocks: number;
  /** Slots that are at work now, and ms that slots were at work so far, over all of them. */
  readonly busy: number;
  readonly busyMs: number;
  readonly heartbeats: number;
  readonly heartbeatP50Ms: number | null;
  readonly heartbeatP99Ms: number | null;
  /** From handing in results to the arrival of the next chunk. */
  readonly nextP50Ms: number | null;
  readonly nextP99Ms: number | null;
  readonly nextCount: number;
  /** By job: when its first chunk arrived, in ms since 1970. */
  readonly firstAt: Readonly<Record<string, number>>;
  readonly faults: number;
  /** What the first of them was. */
  readonly fault: string;
}

/** Counts for all nodes of a process. */
export class NodesTally {
  #given = 0;
  #finished = 0;
  #settled = 0;
  #blocks = 0;
  #busy = 0;
  #busyMs = 0;
  #busyAt = performance.now();
  #beats = 0;
  #beatMs = new Histogram();
  #nextMs = new Histogram();
  #nexts = 0;
  readonly #sentAt = new Map<string, number>();
  readonly #firstAt = new Map<string, number>();
  #faults = 0;
  #fault = '';

  given(node: string, { job }: Attempt): void {
    this.#given++;
    if (!this.#firstAt.has(job)) this.#firstAt.set(job, performance.timeOrigin + performance.now());
    const sentAt = this.#sentAt.get(node);
    if (sentAt === undefined) return;
    this.#sentAt.delete(node);
    this.#nexts++;
    this.#nextMs.add((performance.now() - sentAt) * 1_000);
  }

  sends(node: string): void {
    this.#sentAt.set(node, performance.now());
  }

  began(): void {
    this.#passed();
    this.#busy++;
  }

  ended(): void {
    this.#passed();
    this.#busy--;
  }

  finished(blocks: number): void {
    this.#finished++;
    this.#blocks += blocks;
  }

  settled(count: number): void {
    this.#settled += count;
  }

  beaten(ms: number): void {
    this.#beats++;
    this.#beatMs.add(ms * 1_000);
  }

  fault(why: string): void {
    this.#faults++;
    if (this.#fault === '') this.#fault = why;
  }

  /** Latencies and counts from now on. */
  reset(): void {
    this.#given = 0;
    this.#finished = 0;
    this.#settled = 0;
    this.#blocks = 0;
    this.#passed();
    this.#busyMs = 0;
    this.#beats = 0;
    this.#beatMs = new Histogram();
    this.#nextMs = new Histogram();
    this.#nexts = 0;
    this.#sentAt.clear();
    this.#firstAt.clear();
    this.#faults = 0;
    this.#fault = '';
  }

  figures(): NodesFigures {
    this.#passed();
    return {
      given: this.#given,
      finished: this.#finished,
      settled: this.#settled,
      blocks: this.#blocks,
      busy: this.#busy,
      busyMs: this.#busyMs,
      heartbeats: this.#beats,
      heartbeatP50Ms: this.#beatMs.quantileMs(0.5),
      heartbeatP99Ms: this.#beatMs.quantileMs(0.99),
      nextP50Ms: this.#nextMs.quantileMs(0.5),
      nextP99Ms: this.#nextMs.quantileMs(0.99),
      nextCount: this.#nexts,
      firstAt: Object.fromEntries(this.#firstAt),
      faults: this.#faults,
      fault: this.#fault,
    };
  }

  #passed(): void {
    const now = performance.now();
    this.#busyMs += this.#busy * (now - this.#busyAt);
    this.#busyAt = now;
  }
}
