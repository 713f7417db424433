/** How much one key may do. */
export interface RateLimit {
  readonly perMinute: number;
  readonly burst: number;
  /** The most keys that are remembered; past it the one that was quiet longest is forgotten. Default 10,000. */
  readonly maxKeys?: number;
}

/** A token bucket per key. */
export interface RateLimiter {
  /** Takes one token of `key`. 0: taken; else how long until there is one, in ms. */
  take(key: string, now: number): number;
}

/** Makes a limiter with bounded memory. `now` is in ms and must not go back; where it does, nothing is refilled. */
export function createRateLimiter({ perMinute, burst, maxKeys = 10_000 }: RateLimit): RateLimiter {
  const perMs = perMinute / 60_000;
  // In the order of last use: a Map keeps insertion order, and each use inserts anew.
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key, now) {
      const last = buckets.get(key);
      const tokens =
        last === undefined
          ? burst
          : Math.min(burst, last.tokens + Math.max(0, now - last.at) * perMs);
      buckets.delete(key);
      if (buckets.size >= maxKeys) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
      }
      const enough = tokens >= 1;
      buckets.set(key, { tokens: enough ? tokens - 1 : tokens, at: now });
      return enough ? 0 : Math.ceil((1 - tokens) / perMs - 1e-6);
    },
  };
}
