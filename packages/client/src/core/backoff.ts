export interface BackoffRange {
  /** The longest first pause, in ms. */
  readonly minMs: number;
  /** The longest pause, in ms. */
  readonly maxMs: number;
}

/**
 * The pause before another attempt, in ms: it doubles from `minMs` up to `maxMs`, and half of it is random, so that clients that
 * failed together do not come back together.
 *
 * @param attempt how many have failed before, from 0
 * @param random in [0, 1)
 */
export function backoff(attempt: number, { minMs, maxMs }: BackoffRange, random: number): number {
  const whole = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30));
  return whole / 2 + (whole / 2) * random;
}
