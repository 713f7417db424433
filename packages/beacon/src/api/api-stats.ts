import { countOne } from '../core/stats.ts';

/** Upper bounds of latencies, in seconds. */
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Counts of the server API since the Beacon was made. */
export class ApiStats {
  /** By method. */
  readonly calls: Map<string, number> = new Map();
  /** By method and code, with a space between. */
  readonly errors: Map<string, number> = new Map();
  readonly #buckets: { readonly le: number; count: number }[] = BOUNDS.map((le) => ({
    le,
    count: 0,
  }));
  #sum = 0;
  #count = 0;

  note(method: string, code: number | null, seconds: number): void {
    countOne(this.calls, method);
    if (code !== null) countOne(this.errors, `${method} ${code}`);
    this.#sum += seconds;
    this.#count++;
    for (const each of this.#buckets) if (seconds <= each.le) each.count++;
  }

  /** How long calls took, in seconds: how many up to each bound, all in all, and their sum. */
  latency(): {
    readonly buckets: readonly { readonly le: number; readonly count: number }[];
    readonly sum: number;
    readonly count: number;
  } {
    return { buckets: this.#buckets, sum: this.#sum, count: this.#count };
  }
}
