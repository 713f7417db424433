/** Upper bounds of the buckets, in seconds; what is above the last one is in `count` only. */
const BOUNDS_S: readonly number[] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

/** How long calls took: each bucket counts what is at most its bound. */
export interface LatencyFigures {
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
  readonly sum: number;
  readonly count: number;
}

interface Latency {
  readonly counts: number[];
  sum: number;
  count: number;
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Counts what is asked of the fleet's API. */
export class ApiMeter {
  /** By operation. */
  readonly calls: Map<string, number> = new Map();
  /** By operation and code, with a space between. */
  readonly errors: Map<string, number> = new Map();
  /** Requests of nodes that were not let in, by code. */
  readonly signatureFailures: Map<string, number> = new Map();
  /** What became of results and failures that nodes handed in, by outcome. */
  readonly settled: Map<string, number> = new Map();
  readonly #latencies = new Map<string, Latency>();

  note(operation: string, code: string | null, seconds: number): void {
    add(this.calls, operation);
    if (code !== null) add(this.errors, `${operation} ${code}`);
    let latency = this.#latencies.get(operation);
    if (latency === undefined) {
      latency = { counts: BOUNDS_S.map(() => 0), sum: 0, count: 0 };
      this.#latencies.set(operation, latency);
    }
    latency.sum += seconds;
    latency.count++;
    const bucket = BOUNDS_S.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) latency.counts[bucket] = (latency.counts[bucket] ?? 0) + 1;
  }

  refused(code: string): void {
    add(this.signatureFailures, code);
  }

  outcome(outcome: string): void {
    add(this.settled, outcome);
  }

  /** By operation. */
  latencies(): ReadonlyMap<string, LatencyFigures> {
    return new Map(
      [...this.#latencies].map(([operation, { counts, sum, count }]) => {
        let below = 0;
        const buckets = BOUNDS_S.map((le, i) => {
          below += counts[i] ?? 0;
          return { le, count: below };
        });
        return [operation, { buckets, sum, count }];
      }),
    );
  }
}
