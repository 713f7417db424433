import type { AckRequest, Attempt } from '@belfry/protocol';
import { Retry } from './retry.ts';

/** The attempts that have arrived and of which the Sentinel has not been told. */
export class Acks {
  readonly #retry = new Retry({ baseMs: 200, capMs: 5_000 });
  #waiting: Pick<Attempt, 'attempt' | 'job'>[] = [];
  #sent: Pick<Attempt, 'attempt' | 'job'>[] = [];

  /** When `take` has something; `Infinity`: not before something happens. */
  get nextAt(): number {
    return this.#waiting.length > 0 && this.#sent.length === 0 ? this.#retry.at : Infinity;
  }

  add(attempts: readonly Attempt[]): void {
    for (const { attempt, job } of attempts) this.#waiting.push({ attempt, job });
  }

  take(): AckRequest {
    this.#sent = this.#waiting;
    this.#waiting = [];
    return { attempts: this.#sent };
  }

  answered(): void {
    this.#sent = [];
    this.#retry.succeeded();
  }

  /** @param again whether it may be taken later; else the heartbeat says what is held */
  failed(again: boolean, random: number, at: { now: number; atLeastMs: number }): void {
    if (again) this.#waiting.unshift(...this.#sent);
    this.#sent = [];
    this.#retry.failed(at.now, random, at.atLeastMs);
  }

  /** Forgets those that `isHeld` does not hold to. */
  keepOnly(isHeld: (attempt: string) => boolean): void {
    this.#waiting = this.#waiting.filter(({ attempt }) => isHeld(attempt));
  }
}
