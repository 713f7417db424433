import { StoreError } from '../store-error.ts';
import type { TokenBucket, TokenGrant, TokenStore } from '../token-store.ts';
import { checkInteger } from './checks.ts';

/** How many keys there are when those whose buckets are full are looked for. */
const SWEEP_AT = 10_000;
/** Of a token. What doubles lose when such times are added up must not cost one. */
const EPSILON = 0.001;

const MAX = Number.MAX_SAFE_INTEGER;

/** Token buckets of the one process that has the data open: they need not outlive it. */
export class EmbeddedTokens implements TokenStore {
  readonly #now: () => number;
  /** For each key when each of its buckets is full again, in ms. */
  readonly #fullAt = new Map<string, number[]>();
  #sweepAt = SWEEP_AT;
  #closed = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  close(): void {
    this.#closed = true;
    this.#fullAt.clear();
  }

  async take(key: string, buckets: readonly TokenBucket[], want: number): Promise<TokenGrant> {
    if (this.#closed) throw new StoreError('closed', 'the store has been closed');
    checkInteger('want', want, [1, MAX]);
    for (const { rate, intervalMs } of buckets) {
      checkInteger('rate', rate, [1, MAX]);
      checkInteger('intervalMs', intervalMs, [1, MAX]);
    }
    const now = Math.floor(this.#now());
    const fullAt = this.#fullAt.get(key) ?? [];
    let granted = want;
    let retryMs = 0;
    buckets.forEach(({ rate, intervalMs }, i) => {
      const step = intervalMs / rate;
      const full = Math.max(fullAt[i] ?? 0, now);
      const there = Math.floor((now + intervalMs - full) / step + EPSILON);
      if (there < 1) retryMs = Math.max(retryMs, Math.ceil(full + step - intervalMs - now), 1);
      granted = Math.min(granted, there);
    });
    if (granted < 1) return { granted: 0, retryMs: Math.max(retryMs, 1) };
    const next = buckets.map(
      ({ rate, intervalMs }, i) => Math.max(fullAt[i] ?? 0, now) + granted * (intervalMs / rate),
    );
    this.#fullAt.set(key, next);
    if (this.#fullAt.size >= this.#sweepAt) this.#sweep(now);
    return { granted, retryMs: 0 };
  }

  /** Forgets what is full; what is left may double before it is looked through again. */
  #sweep(now: number): void {
    for (const [key, fullAt] of this.#fullAt) {
      if (fullAt.every((at) => at <= now)) this.#fullAt.delete(key);
    }
    this.#sweepAt = Math.max(SWEEP_AT, this.#fullAt.size * 2);
  }
}
