import type { Millis } from './actor-store.ts';

/** `rate` tokens in `intervalMs`, and no more than that at once. */
export interface TokenBucket {
  /** A whole number from 1. */
  readonly rate: number;
  readonly intervalMs: Millis;
}

/** What was taken. */
export interface TokenGrant {
  /** From 0 to what was wanted. */
  readonly granted: number;
  /** When nothing was: how long until there is one. Otherwise 0. */
  readonly retryMs: Millis;
}

/**
 * Token buckets that all processes share, for rates that hold across them. A bucket that nobody has used is full, and is forgotten once
 * it is full again. Taking is one atomic step: a token comes out of every bucket of a key, or out of none. Which buckets a key has is
 * the caller's business: give the same ones each time. Buckets may be lost with the store's memory; they are then full. Rejects with
 * `StoreError`.
 */
export interface TokenStore {
  /** Takes up to `want` tokens. */
  take(key: string, buckets: readonly TokenBucket[], want: number): Promise<TokenGrant>;
}
