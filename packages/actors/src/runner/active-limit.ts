import type { Millis } from '@belfry/store';

/** A kind of call has a usual time of its own: a commit may wait for a disk. */
export type TimedCall = 'claim' | 'commit';

export interface ActiveLimitInput {
  /** Never below. */
  readonly least: number;
  /** Never above; the limit begins here. */
  readonly most: number;
}

/** How long answers may take above the least they ever took: at least so long, so long per message of a turn, and at most so long. */
const QUEUE_MIN_MS = 10;
const QUEUE_PER_MESSAGE_MS = 2;
const QUEUE_MAX_MS = 500;

/** A look at the answers is taken after so long and so many, or after `LOOK_LATEST_MS` with however few. */
const LOOK_MS = 50;
const LOOK_ANSWERS = 5;
const LOOK_LATEST_MS = 1_000;
/** Of how many answers at the most; later ones of the same look change no median that matters. */
const MAX_ANSWERS = 256;

/** The limit falls by at most half, and rises by so much, in one look. */
const MAX_FALL = 0.5;
const RISE = 1.25;
/** It rises when answers take less than so much of what they may, and stands still between. */
const RISE_BELOW = 0.8;

/** How much a turn counts for in the average of how many messages turns take. */
const TURN_WEIGHT = 1 / 128;

/** After so long the least time is forgotten in favour of the least since then, but no more than doubled. */
const BASELINE_MS = 60_000;

/**
 * How many actors may be under way, by how long the store takes to answer: congestion control, as TCP Vegas does it. Past a point more
 * of them are not handled any sooner but wait in the store, each for a turn with one or two messages. Left in their inboxes their
 * messages gather, and a turn with several costs the store little more than a turn with one. So the thinner turns are, the less
 * waiting is allowed.
 *
 * No I/O and no clock: times are arguments, all of one clock that does not go back.
 */
export class ActiveLimit {
  readonly #least: number;
  readonly #most: number;
  #limit: number;
  #messages = 1;
  readonly #baselines: Readonly<Record<TimedCall, Baseline>> = {
    claim: new Baseline(),
    commit: new Baseline(),
  };
  #waits: number[] = [];
  #since: Millis = -Infinity;

  constructor({ least, most }: ActiveLimitInput) {
    this.#most = most;
    this.#least = Math.min(least, most);
    this.#limit = most;
  }

  /** A whole number. */
  get current(): number {
    return Math.floor(this.#limit);
  }

  /** How much longer than the least time an answer may take before the limit falls. */
  get allowedMs(): Millis {
    const wanted = QUEUE_PER_MESSAGE_MS * this.#messages;
    return Math.min(Math.max(wanted, QUEUE_MIN_MS), QUEUE_MAX_MS);
  }

  /** A turn that consumed so many messages was committed. */
  turned(messages: number): void {
    if (messages > 0) this.#messages += (messages - this.#messages) * TURN_WEIGHT;
  }

  /** The store answered a call. True: the limit was reduced for it. */
  answered(call: TimedCall, sentAt: Millis, now: Millis): boolean {
    const tookMs = Math.max(0, now - sentAt);
    const leastMs = this.#baselines[call].hear(tookMs, now);
    // What was sent before the last look tells of the limit of then.
    if (sentAt < this.#since) return false;
    if (this.#waits.length === 0 && this.#since === -Infinity) this.#since = sentAt;
    if (this.#waits.length < MAX_ANSWERS) this.#waits.push(tookMs - leastMs);
    const passed = now - this.#since;
    if (passed < LOOK_MS) return false;
    if (this.#waits.length < LOOK_ANSWERS && passed < LOOK_LATEST_MS) return false;
    return this.#look(now);
  }

  #look(now: Millis): boolean {
    // The median: one partition that is slow for reasons of its own does not count for all.
    const waitMs = medianOf(this.#waits);
    this.#waits = [];
    this.#since = now;
    const share = waitMs / this.allowedMs;
    if (share > 1) {
      const before = this.#limit;
      this.#limit = Math.max(this.#least, before * Math.max(MAX_FALL, 1 / share));
      return this.#limit < before;
    }
    if (share < RISE_BELOW) this.#limit = Math.min(this.#most, this.#limit * RISE + 1);
    return false;
  }
}

/** The least time that answers have taken lately: what they take when nothing waits. */
class Baseline {
  #least = Infinity;
  #next = Infinity;
  #since: Millis | null = null;

  hear(tookMs: Millis, now: Millis): Millis {
    this.#since ??= now;
    this.#next = Math.min(this.#next, tookMs);
    if (now - this.#since >= BASELINE_MS) {
      // A store that was loaded all the time must not pass for a slow one at once.
      this.#least = Math.min(this.#next, 2 * this.#least);
      this.#next = Infinity;
      this.#since = now;
    }
    this.#least = Math.min(this.#least, tookMs);
    return this.#least;
  }
}

function medianOf(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
