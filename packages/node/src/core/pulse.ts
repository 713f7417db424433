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
  #isFirst = false;

  /** When the next of both is to be sent. */
  get nextAt(): number {
    return this.#wantsHolds && !this.#isFirst
      ? this.#retry.at
      : Math.max(this.#beatAt, this.#retry.at);
  }

  /** Ask `holds` as soon as may be. */
  ask(): void {
    this.#wantsHolds = true;
  }

  /** It is known to the Sentinel: it says at once how it is, which also tells it what it holds. */
  start(now: number): void {
    this.#beatAt = now;
    this.#isFirst = true;
  }

  /** There is something new to say. */
  beatSoon(now: number): void {
    this.#beatAt = Math.min(this.#beatAt, Math.max(now, this.#beatenAt + LEAST_MS));
  }

  /**
   * What is to be sent now, at `nextAt`.
   *
   * @param random in [0, 1)
   */
  take(now: number, heartbeatMs: number, random: number): 'holds' | 'heartbeat' {
    if (this.#wantsHolds && !this.#isFirst) {
      this.#wantsHolds = false;
      return 'holds';
    }
    this.#beatenAt = now;
    // Nodes that came together do not beat together from then on.
    this.#beatAt = now + heartbeatMs * (this.#isFirst ? random : 1);
    this.#isFirst = false;
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
