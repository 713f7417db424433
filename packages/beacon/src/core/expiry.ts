import type { Expiry } from '@belfry/protocol';

/** The whole seconds until `expireAt` (Unix seconds), from `now` in ms. */
export function secondsLeft(expireAt: number, now: number): number {
  return expireAt - Math.floor(now / 1000);
}

/** What a reply says of an expiry; `null`: nothing, it never comes. */
export function expiryOf(expireAt: number, now: number): Expiry | null {
  return expireAt > 0 ? { expires: true, ttl: Math.max(0, secondsLeft(expireAt, now)) } : null;
}
