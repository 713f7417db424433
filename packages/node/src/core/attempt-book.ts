import type { Attempt } from '@belfry/protocol';

export interface HeldAttempt {
  readonly attempt: Attempt;
  /** `aborting`: it takes its slot until whoever runs it says that it has ended. */
  state: 'waiting' | 'running' | 'aborting';
  /** The number of the event that it came with. */
  readonly arrivedWith: number;
  /** Its result or failure is on its way. */
  isSettled: boolean;
  /** Blocks done. */
  blocks: number;
  /** When it was started; `null`: not yet. */
  startedAt: number | null;
  /** When its code began to run or its last block was done; `null`: not yet. */
  progressAt: number | null;
  /** When its progress was last told on the job's channel. */
  saidAt: number;
}

/** How an attempt ended, for when one hears of it again. */
interface Ended {
  /** Its result or failure is with the Sentinel or on its way. Else it was taken away, and may be given again. */
  readonly settled: boolean;
  /** The number of the event that ended it. */
  readonly endedWith: number;
}

/** How many ended attempts are remembered. */
const MEMORY = 8_192;

/** What a node holds: attempts that wait for a slot, those that take one, and, for a while, those that have ended. */
export class AttemptBook {
  readonly #held = new Map<string, HeldAttempt>();
  readonly #waiting = new Set<HeldAttempt>();
  readonly #ended = new Map<string, Ended>();
  /** The chunks that take a slot. */
  readonly #chunks = new Set<string>();

  get size(): number {
    return this.#held.size;
  }

  get slotsTaken(): number {
    return this.#held.size - this.#waiting.size;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  all(): Iterable<HeldAttempt> {
    return this.#held.values();
  }

  get(attempt: string): HeldAttempt | undefined {
    return this.#held.get(attempt);
  }

  /**
   * Whether an attempt that one is told of is to be taken.
   *
   * @param asOf the number of the event after which whoever told it knew of it; `null`: as for a push, which may be as old as can be
   */
  isNew(attempt: string, asOf: number | null): boolean {
    if (this.#held.has(attempt)) return false;
    const ended = this.#ended.get(attempt);
    if (ended === undefined) return true;
    return !ended.settled && asOf !== null && ended.endedWith < asOf;
  }

  add(attempt: Attempt, arrivedWith: number): HeldAttempt {
    const held: HeldAttempt = {
      attempt,
      state: 'waiting',
      arrivedWith,
      isSettled: false,
      blocks: 0,
      startedAt: null,
      progressAt: null,
      saidAt: 0,
    };
    this.#ended.delete(attempt.attempt);
    this.#held.set(attempt.attempt, held);
    this.#waiting.add(held);
    return held;
  }

  /** Gives a slot to the first that waits and whose chunk does not run already, for another attempt. */
  startNext(now: number): HeldAttempt | undefined {
    for (const held of this.#waiting) {
      if (this.#chunks.has(chunkOf(held.attempt))) continue;
      this.#waiting.delete(held);
      this.#chunks.add(chunkOf(held.attempt));
      held.state = 'running';
      held.startedAt = now;
      return held;
    }
    return undefined;
  }

  /** It is held no more. */
  end(held: HeldAttempt, endedWith: number): void {
    const { attempt, isSettled } = held;
    this.#held.delete(attempt.attempt);
    if (!this.#waiting.delete(held)) this.#chunks.delete(chunkOf(attempt));
    this.remember(attempt.attempt, { settled: isSettled, endedWith });
  }

  /** Keeps in mind that an attempt has ended. One that is settled stays so. */
  remember(attempt: string, ended: Ended): void {
    const before = this.#ended.get(attempt);
    this.#ended.delete(attempt);
    this.#ended.set(attempt, before?.settled === true ? before : ended);
    if (this.#ended.size <= MEMORY) return;
    const [oldest] = this.#ended.keys();
    if (oldest !== undefined) this.#ended.delete(oldest);
  }
}

function chunkOf({ job, round, from, blocks }: Attempt): string {
  return `${job} ${round} ${from} ${blocks}`;
}
