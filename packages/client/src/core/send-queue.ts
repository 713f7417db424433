/**
 * Which of the messages to one actor to transmit, and when: each until it is accepted, finally refused or out of time, in the order
 * they were given.
 *
 * All that may go are transmitted without waiting for each other's replies. When one fails for now, nothing more is transmitted until
 * every reply that is still out has come; then all that are left go again, in order. A connection that breaks takes a tail of what
 * was sent with it, so this keeps the order across reconnects.
 */
import { backoff } from './backoff.ts';
import type { BackoffRange } from './backoff.ts';

export interface SendQueueOptions {
  /** How long a message may take from `add` to its acceptance, in ms. */
  readonly timeoutMs: number;
  /** The most messages that may be under way. */
  readonly limit: number;
  /** The pause after a failure. */
  readonly backoff: BackoffRange;
}

interface Entry {
  readonly id: string;
  readonly deadline: number;
  inFlight: boolean;
}

export class SendQueue {
  readonly #options: SendQueueOptions;
  /** In order of `add`. */
  readonly #entries = new Map<string, Entry>();
  /** Rounds of transmission in a row that had a failure. */
  #failedRounds = 0;
  /** Something failed, and replies of the same round are still out. */
  #failing = false;
  #resumeAt = 0;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** False: the queue is full. */
  add(id: string, now: number): boolean {
    if (this.#entries.size >= this.#options.limit) return false;
    this.#entries.set(id, { id, deadline: now + this.#options.timeoutMs, inFlight: false });
    return true;
  }

  /** The messages to transmit now, in order; they are out until `accepted`, `refused` or `failed`. */
  take(now: number): string[] {
    if (this.#failing || now < this.#resumeAt) return [];
    const taken = [...this.#entries.values()].filter(({ inFlight }) => !inFlight);
    for (const entry of taken) entry.inFlight = true;
    return taken.map(({ id }) => id);
  }

  /** False: nobody waits for it any more. */
  accepted(id: string, now: number, random: number): boolean {
    const known = this.#entries.delete(id);
    if (!this.#failing) this.#failedRounds = 0;
    this.#endRound(now, random);
    return known;
  }

  /** It will not be accepted however often it is tried. False: nobody waits for it any more. */
  refused(id: string, now: number, random: number): boolean {
    return this.accepted(id, now, random);
  }

  /** It may be accepted later, or has been and the reply was lost. `random`: in [0, 1). */
  failed(id: string, now: number, random: number): void {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.inFlight = false;
    this.#failing = true;
    this.#endRound(now, random);
  }

  /** Takes out what has run out of time, whether or not a reply is still out. */
  expired(now: number, random: number): string[] {
    const late = [...this.#entries.values()].filter(({ deadline }) => deadline <= now);
    for (const { id } of late) this.#entries.delete(id);
    if (late.length > 0) this.#endRound(now, random);
    return late.map(({ id }) => id);
  }

  /** When to call `expired` and `take` again; `null`: when something else happens. */
  nextWake(): number | null {
    const [first] = this.#entries.values();
    if (first === undefined) return null;
    const waits = !this.#failing && [...this.#entries.values()].some(({ inFlight }) => !inFlight);
    return waits ? Math.min(first.deadline, this.#resumeAt) : first.deadline;
  }

  /** Empties the queue. */
  clear(): string[] {
    const ids = [...this.#entries.keys()];
    this.#entries.clear();
    this.#failing = false;
    return ids;
  }

  #endRound(now: number, random: number): void {
    if (!this.#failing || [...this.#entries.values()].some(({ inFlight }) => inFlight)) return;
    this.#failing = false;
    this.#resumeAt = now + backoff(this.#failedRounds, this.#options.backoff, random);
    this.#failedRounds += 1;
  }
}
