import { bestOffset } from './core/clock-offset.ts';
import type { ClockOffset, ClockSample } from './core/clock-offset.ts';

/** How often the server is asked at a time; the quickest answer counts. */
const SAMPLES = 5;

/** The server's clock, as far as can be told from here. */
export class ServerClock {
  readonly #ask: () => Promise<number>;
  #offset: ClockOffset | null = null;
  #pending: Promise<void> | null = null;

  /** @param ask the server's time, in ms since the Unix epoch */
  constructor(ask: () => Promise<number>) {
    this.#ask = ask;
  }

  /** The server's time now, in ms since the Unix epoch; our own before the first answer. */
  now(): number {
    return Date.now() + (this.#offset?.offsetMs ?? 0);
  }

  /** `null`: the server has not answered yet. */
  get offset(): ClockOffset | null {
    return this.#offset;
  }

  /** Asks again. Rejects when no answer came at all; then the last known offset stays. */
  async sync(): Promise<void> {
    this.#pending ??= this.#measure().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  async #measure(): Promise<void> {
    const samples: ClockSample[] = [];
    for (let i = 0; i < SAMPLES; i += 1) {
      const sentAt = Date.now();
      try {
        const serverNow = await this.#ask();
        samples.push({ sentAt, receivedAt: Date.now(), serverNow });
      } catch (error) {
        if (samples.length === 0) throw error;
        break;
      }
    }
    this.#offset = bestOffset(samples) ?? this.#offset;
  }
}
