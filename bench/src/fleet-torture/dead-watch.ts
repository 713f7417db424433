/** Attempts of dead nodes that jobs still wait for: how long is too long. All times are ms on one clock. */

export interface LiveAttempt {
  readonly attempt: string;
  readonly node: string;
}

export interface DeadWatchOptions {
  /** How long after a node fell silent nothing may wait for it any more. */
  readonly limitMs: number;
}

interface Period {
  readonly from: number;
  /** `null`: it lasts. */
  to: number | null;
}

/** Who is dead is known to whoever killed it. */
export class DeadWatch {
  readonly #limitMs: number;
  readonly #silent = new Map<string, number>();
  /** When nobody was there who could have done something about it. */
  readonly #unattended: Period[] = [];
  readonly #told = new Set<string>();
  /** The longest that any attempt was seen to wait for a dead node, less the time that nobody was there. */
  longestMs = 0;

  constructor({ limitMs }: DeadWatchOptions) {
    this.#limitMs = limitMs;
  }

  /** From now on nothing is heard of the node. */
  fellSilent(node: string, at: number): void {
    if (!this.#silent.has(node)) this.#silent.set(node, at);
  }

  /** It may be heard again. */
  spoke(node: string): void {
    this.#silent.delete(node);
  }

  /** Whether there is a Sentinel that works. */
  attended(isAttended: boolean, at: number): void {
    const last = this.#unattended.at(-1);
    const lasts = last !== undefined && last.to === null;
    if (isAttended && lasts) last.to = at;
    else if (!isAttended && !lasts) this.#unattended.push({ from: at, to: null });
  }

  /** The attempts that a job waits for; what is wrong with that, each attempt once. */
  seen(job: string, attempts: readonly LiveAttempt[], at: number): string[] {
    return attempts.flatMap(({ attempt, node }) => {
      const since = this.#silent.get(node);
      if (since === undefined || this.#told.has(attempt)) return [];
      const waited = at - since - this.#unattendedSince(since, at);
      this.longestMs = Math.max(this.longestMs, waited);
      if (waited <= this.#limitMs) return [];
      this.#told.add(attempt);
      return [
        `job ${job}: waited ${Math.round(waited)} ms for ${node}, which is dead; ${this.#limitMs} ms are allowed`,
      ];
    });
  }

  #unattendedSince(since: number, at: number): number {
    return this.#unattended.reduce(
      (sum, { from, to }) => sum + Math.max(0, (to ?? at) - Math.max(from, since)),
      0,
    );
  }
}
