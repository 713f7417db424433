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
  readonly #deliverMs: number;
  #hasAborted = false;
  #isLeaving = false;

  /**
   * @param endAt when what runs is given back
   * @param deliverMs how long results may take to be delivered after that
   */
  constructor(endAt: number, deliverMs: number) {
    this.#endAt = endAt;
    this.#deliverMs = deliverMs;
  }

  get nextAt(): number {
    return this.#hasAborted ? this.#endAt + this.#deliverMs : this.#endAt;
  }

  step(now: number, { running, undelivered, isMember }: Work): DrainStep {
    if (now >= this.#endAt + this.#deliverMs) return 'end';
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
