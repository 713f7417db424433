import { Buckets, Meter } from '../core/buckets.ts';
import { ConnectionCap, type OtherClaim } from '../core/connection-cap.ts';
import type { Refusal } from '../ws/upgrader.ts';

interface Options {
  /** Connections of this process; 0: any number. As the rest. */
  readonly connectionLimit: number;
  /** Per second. */
  readonly connectionRateLimit: number;
  /** Of all Beacons. */
  readonly totalConnectionLimit: number;
  /** This Beacon's id. */
  readonly node: string;
}

/** Decides whether there is room for one more connection. */
export class Admission {
  readonly #options: Options;
  readonly #meter = new Meter();
  readonly #rate: Buckets | null;
  readonly #cap: ConnectionCap | null;
  #isKnown = false;

  constructor(options: Options) {
    this.#options = options;
    const { connectionRateLimit: rate, totalConnectionLimit: total } = options;
    this.#rate = rate === 0 ? null : new Buckets('connections', [{ rate, intervalMs: 1_000 }]);
    this.#cap = total === 0 ? null : new ConnectionCap(total, options.node);
  }

  /** What others must know; `undefined`: nothing. */
  get claim(): number | undefined {
    return this.#cap?.claim;
  }

  /** This Beacon is about to announce itself. At first it knows nobody, and claims nothing. */
  announcing(connections: number, others: readonly OtherClaim[]): void {
    if (this.#isKnown) this.#cap?.renew(connections, others);
    this.#isKnown = true;
  }

  /** Why there is no room; `null`: there is, and it is taken. */
  refusal(connections: number, now: number): Refusal | null {
    const { connectionLimit } = this.#options;
    if (connectionLimit > 0 && connections >= connectionLimit) {
      const problem = 'the limit of connections is reached (client.connection_limit)';
      return { status: 503, problem, reason: 'connection_limit' };
    }
    if (this.#cap?.admits(connections) === false) {
      const problem = 'the limit of all connections is reached (client.total_connection_limit)';
      return { status: 503, problem, reason: 'total_connection_limit' };
    }
    if (this.#rate === null) return null;
    if (!this.#meter.has(this.#rate, now)) {
      const problem = 'too many connections at once (client.connection_rate_limit)';
      return { status: 503, problem, reason: 'connection_rate_limit' };
    }
    this.#meter.take(this.#rate, now);
    return null;
  }
}
