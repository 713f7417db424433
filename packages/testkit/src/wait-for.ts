import { setTimeout as sleep } from 'node:timers/promises';

/** How `waitFor` waits. */
export interface WaitOptions {
  /** When to give up, in ms. Default 5,000. */
  readonly timeoutMs?: number;
  /** How long to wait between two looks, in ms. Default 5. */
  readonly everyMs?: number;
  /** What is waited for, for the error. */
  readonly what?: string;
}

/**
 * Looks until `predicate` yields something truthy, and resolves to that.
 *
 * Throws an Error when `timeoutMs` has passed; its cause is what the predicate threw last, if it threw. A predicate that throws
 * is looked at again.
 */
export async function waitFor<T>(
  predicate: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const { timeoutMs = 5_000, everyMs = 5, what = 'the condition' } = options;
  const giveUpAt = performance.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await predicate();
      if (value) return value as Exclude<T, false | null | undefined | 0 | ''>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= giveUpAt) {
      const options = cause === undefined ? undefined : { cause };
      throw new Error(`${what} did not come about within ${timeoutMs} ms`, options);
    }
    await sleep(everyMs);
  }
}
