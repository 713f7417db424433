import type { DueEntry } from './due-index.ts';

/** A waiting message. */
export interface Waiting {
  readonly seq: number;
  readonly at: number;
  readonly body: string;
}

/**
 * One actor in the thread's memory. A name of which nothing is stored has one too (blank), so that the first message needs no
 * special case; a blank actor leaves no row.
 */
export class Actor {
  readonly key: string;
  readonly partition: number;
  readonly entry: DueEntry;

  version = 0;
  /** Of the last lease that was given out; 0: none since the actor was blank. */
  fence = 0;
  wakeAt: number | null = null;
  holdUntil: number | null = null;
  /** `null`: no lease is out. One that has run out is out until another is given or it is given back. */
  holder: string | null = null;
  leaseUntil = 0;
  suspended: string | null = null;
  /** Whether `state` is not `null`; known without loading the state. */
  stateful = false;
  /** Waiting: firstSeq ≤ seq < nextSeq. */
  firstSeq = 1;
  nextSeq = 1;
  dead = 0;
  nextDead = 1;

  /** Meaningful only while `stateLoaded`. */
  state: string | null = null;
  meta: string | null = null;
  stateLoaded = true;

  /** The last waiting messages; all that are not rows of the inbox are among them. */
  tail: Waiting[] = [];
  tailBytes = 0;

  /** What the tables hold: `id` is 0 when there is no row. */
  id = 0;
  /** Rows of the inbox: diskFirst ≤ seq < diskNext. */
  diskFirst = 1;
  diskNext = 1;
  stateOnDisk = false;
  dirty = false;
  stateDirty = false;
  /** Rows of the inbox on disk belong to an earlier life, or are too many leftovers. */
  wiped = false;
  leftoverBytes = 0;
  /** What the cache counts for it. */
  weight = 0;

  constructor(key: string, entry: DueEntry) {
    this.key = key;
    this.partition = entry.partition;
    this.entry = entry;
  }

  get waiting(): number {
    return this.nextSeq - this.firstSeq;
  }

  /** The sequence number of the first message of `tail`. */
  get tailFrom(): number {
    return this.nextSeq - this.tail.length;
  }

  get blank(): boolean {
    return (
      !this.stateful &&
      this.firstSeq === this.nextSeq &&
      this.wakeAt === null &&
      this.dead === 0 &&
      this.holder === null
    );
  }

  /** Forgets the life that ended: the next one starts with version 0 and message 1. */
  startOver(): void {
    this.version = 0;
    this.fence = 0;
    this.holdUntil = null;
    this.suspended = null;
    this.setState(null, null);
    this.firstSeq = 1;
    this.nextSeq = 1;
    this.nextDead = 1;
    this.tail = [];
    this.tailBytes = 0;
    if (this.diskNext > this.diskFirst) this.wiped = true;
    this.diskFirst = 1;
    this.diskNext = 1;
    this.leftoverBytes = 0;
  }

  setState(state: string | null, meta: string | null): void {
    // There may be a row that was never read.
    if (!this.stateLoaded) this.stateOnDisk = true;
    this.stateLoaded = true;
    this.stateDirty = true;
    this.state = state;
    this.meta = meta;
    this.stateful = state !== null;
  }

  append(at: number, body: string): void {
    this.tail.push({ seq: this.nextSeq, at, body });
    this.tailBytes += body.length;
    this.nextSeq += 1;
  }

  /** Takes out every message up to `through`. */
  consume(through: number): void {
    const next = Math.min(through + 1, this.nextSeq);
    if (next <= this.firstSeq) return;
    const inTail = next - this.tailFrom;
    if (this.tailFrom > this.firstSeq) this.leftoverBytes = Number.POSITIVE_INFINITY;
    if (inTail > 0) {
      for (const { body } of inTail === this.tail.length ? this.tail : this.tail.slice(0, inTail)) {
        this.tailBytes -= body.length;
        this.leftoverBytes += body.length;
      }
      if (inTail === this.tail.length) this.tail = [];
      else this.tail.splice(0, inTail);
    }
    this.firstSeq = next;
  }
}
