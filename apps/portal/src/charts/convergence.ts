/** How an estimate settled while one watched. Pure. */
export interface Estimate {
  readonly iterations: number;
  readonly mean: number;
  /** Half of the interval that the mean is in, most likely. */
  readonly error: number;
}

const MOST = 240;

/** Adds the latest estimate; one of fewer iterations begins anew. When there are too many, every second one goes. */
export function addEstimate(known: readonly Estimate[], next: Estimate): readonly Estimate[] {
  const last = known.at(-1);
  if (last !== undefined && next.iterations === last.iterations) return known;
  if (last !== undefined && next.iterations < last.iterations) return [next];
  const kept = known.length < MOST ? known : known.filter((_, i) => i % 2 === 0);
  return [...kept, next];
}
