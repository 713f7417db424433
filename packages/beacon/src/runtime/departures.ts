import { setTimeout as sleep } from 'node:timers/promises';

/** How exactly the moments are kept, in ms. */
const STEP_MS = 20;

/** When each of those who are to leave does so: in random order and at random moments, evenly over a time, so that they do not all come to another place at once. */
export interface Departure<T> {
  readonly who: T;
  /** ms from the beginning. */
  readonly atMs: number;
}

/** Plans it, by time. @param random from 0 to 1 */
export function planDepartures<T>(
  leaving: Iterable<T>,
  spreadMs: number,
  random: () => number,
): Departure<T>[] {
  const order = [...leaving];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] as T, order[i] as T];
  }
  // One in each share of the time: chance alone would send some of them in bunches.
  const shareMs = spreadMs / Math.max(1, order.length);
  return order.map((who, i) => ({ who, atMs: (i + random()) * shareMs }));
}

interface DepartOptions<T> {
  readonly spreadMs: number;
  /** Makes one leave; then, or soon, it is no more among those who are there. */
  readonly leave: (who: T) => void;
  /** Whether anybody may leave now; until then they stay. Default: always */
  readonly mayLeave?: () => boolean;
}

/** Makes all of `there` leave, as `planDepartures` says. Resolves when nobody is there any more. */
export async function depart<T>(
  there: ReadonlySet<T>,
  { spreadMs, leave, mayLeave = (): boolean => true }: DepartOptions<T>,
): Promise<void> {
  const plan = planDepartures(there, spreadMs, Math.random);
  const begin = performance.now();
  while (there.size > 0) {
    const elapsed = performance.now() - begin;
    const due = plan.findIndex(({ atMs }) => atMs > elapsed);
    const leaving = plan.slice(0, due < 0 ? plan.length : due);
    let left = 0;
    for (const { who } of leaving) {
      if (!mayLeave()) break;
      left++;
      if (there.has(who)) leave(who);
    }
    plan.splice(0, left);
    // Whoever was on the way in when it began.
    if (plan.length === 0) for (const who of there) leave(who);
    if (there.size > 0) await sleep(STEP_MS);
  }
}
