import { Retry } from './retry.ts';

const RETRY = { baseMs: 250, capMs: 5_000 };
/** Heartbeats that say something new come no closer than this. */
const LEAST_MS = 500;

/** When a node asks what it holds, and when it says that it lives. */
export class Pulse {
  readonly #retry = new Retry(RETRY);
  #wantsHolds = false;
  #beatAt = Infinity;
  #beatenAt = -Infinity;

  /** When the next of both is to be sent. */
  get nextAt(): number {
    return this.#wantsHolds ? this.#retry.at : Math.max(this.#beatAt, this.#retry.at);
  }

  /** Ask `holds` as soon as may be. */
  ask(): void {
    this.#wantsHolds = true;
  }

  /** Beat at this time. */
  beatAt(at: number): void {
    this.#beatAt = at;
  }

  /** There is something new to say. */
  beatSoon(now: number): void {
    this.#beatAt = Math.min(this.#beatAt, Math.max(now, this.#beatenAt + LEAST_MS));
  }

  /** What is to be sent now, at `nextAt`. */
  take(now: number, heartbeatMs: number): 'holds' | 'heartbeat' {
    if (this.#wantsHolds) {
      this.#wantsHolds = false;
      return 'holds';
    }
    this.#beatenAt = now;
    this.#beatAt = now + heartbeatMs;
    return 'heartbeat';
  }

  answered(): void {
    this.#retry.succeeded();
  }

  /** It is sent again, as soon as it may be tried. */
  failed(
    call: 'holds' | 'heartbeat',
    random: number,
    at: { now: number; atLeastMs?: number },
  ): void {
    if (call === 'holds') this.#wantsHolds = true;
    else this.#beatAt = at.now;
    this.#retry.failed(at.now, random, at.atLeastMs);
  }
}
