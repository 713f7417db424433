/** How long results may take to be delivered when all else is over, in ms. */
const DELIVER_MS = 10_000;

/** What a drain wants next. */
export type DrainStep = 'wait' | 'abort' | 'leave' | 'end';

interface Work {
  readonly running: number;
  readonly undelivered: number;
  /** Whether there is somebody to take leave of. */
  readonly isMember: boolean;
}

/** A node that is to end: what runs is finished for a while, all else is given back, then it leaves. */
export class Drain {
  readonly #endAt: number;
  #hasAborted = false;
  #isLeaving = false;

  /** @param endAt when what runs is given back */
  constructor(endAt: number) {
    this.#endAt = endAt;
  }

  get nextAt(): number {
    return this.#hasAborted ? this.#endAt + DELIVER_MS : this.#endAt;
  }

  step(now: number, { running, undelivered, isMember }: Work): DrainStep {
    if (now >= this.#endAt + DELIVER_MS) return 'end';
    if (now >= this.#endAt && !this.#hasAborted) {
      this.#hasAborted = true;
      return 'abort';
    }
    if (running > 0 || undelivered > 0 || this.#isLeaving) return 'wait';
    if (!isMember) return 'end';
    this.#isLeaving = true;
    return 'leave';
  }
}
