import type { Expiry } from '@belfry/protocol';

/** The whole seconds until `expireAt` (Unix seconds), from `now` in ms. */
export function secondsLeft(expireAt: number, now: number): number {
  return expireAt - Math.floor(now / 1000);
}

/** The most that a client is told, in seconds: a year. It asks again then. */
const LONGEST_TTL = 365 * 24 * 3600;

/** What a reply says of an expiry; `null`: nothing, it never comes. */
export function expiryOf(expireAt: number, now: number): Expiry | null {
  if (expireAt <= 0) return null;
  const left = Math.max(0, secondsLeft(expireAt, now));
  return { expires: true, ttl: Math.min(left, LONGEST_TTL) };
}
