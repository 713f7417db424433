import type { FailureReason } from './proxy-failure.ts';

/** Upper bounds of the buckets, in ms; what is above the last one is in `count` only. */
const BOUNDS_MS: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/** How long requests took, in ms, as Prometheus wants it: each bucket counts what is at most its bound. */
export interface DurationFigures {
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
  readonly sum: number;
  readonly count: number;
}

/** The figures of one use of one proxy. Counters only grow. */
export interface ProxyFigures {
  /** Requests, also those that were never sent because too many waited. */
  readonly calls: number;
  /** Those without an answer, by why. */
  readonly failures: Readonly<Record<string, number>>;
  /** How long the others took. */
  readonly durations: DurationFigures;
  /** Under way now, and waiting for their turn; with other uses of the same named proxy. */
  readonly active: number;
  readonly waiting: number;
}

/** Counts the requests of one use of one proxy. */
export class ProxyMeter {
  readonly #counts: number[] = BOUNDS_MS.map(() => 0);
  readonly #failures = new Map<FailureReason, number>();
  #calls = 0;
  #sum = 0;
  #count = 0;

  began(): void {
    this.#calls++;
  }

  answered(ms: number): void {
    this.#sum += ms;
    this.#count++;
    const bucket = BOUNDS_MS.findIndex((bound) => ms <= bound);
    if (bucket >= 0) this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  failed(reason: FailureReason): void {
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
  }

  figures(): Omit<ProxyFigures, 'active' | 'waiting'> {
    let below = 0;
    const buckets = BOUNDS_MS.map((le, i) => {
      below += this.#counts[i] ?? 0;
      return { le, count: below };
    });
    return {
      calls: this.#calls,
      failures: Object.fromEntries(this.#failures),
      durations: { buckets, sum: this.#sum, count: this.#count },
    };
  }
}
