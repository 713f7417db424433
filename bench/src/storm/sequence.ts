/** What one client got of one channel, whose messages are numbered 1, 2, 3, … */

export interface SequenceFigures {
  readonly received: number;
  /** Messages that came again. */
  readonly duplicates: number;
  /** Messages that never came, and nobody said so. */
  readonly gaps: number;
  /** How often the client was told that it lost something. */
  readonly flags: number;
  /** Messages that never came, of which the client was told. */
  readonly flagged: number;
}

export class Sequence {
  #last = 0;
  #told = false;
  #received = 0;
  #duplicates = 0;
  #gaps = 0;
  #flags = 0;
  #flagged = 0;

  /** The highest number that came. */
  get last(): number {
    return this.#last;
  }

  accept(number: number): void {
    this.#received++;
    if (number <= this.#last) {
      this.#duplicates++;
      return;
    }
    const missing = number - this.#last - 1;
    if (this.#told) this.#flagged += missing;
    else this.#gaps += missing;
    this.#told = false;
    this.#last = number;
  }

  /** The client is told that something may be missing before the next one. */
  flag(): void {
    this.#flags++;
    this.#told = true;
  }

  figures(): SequenceFigures {
    return {
      received: this.#received,
      duplicates: this.#duplicates,
      gaps: this.#gaps,
      flags: this.#flags,
      flagged: this.#flagged,
    };
  }
}
