/** What comparisons of many characters add up: for each that has fought, how it did. */

/** Index of the candidate, how many fights, their mean damage per second, the sum of squared deviations from it. */
export type Score = readonly [index: number, count: number, mean: number, m2: number];

/** Those that have fought, by their index. Plain JSON, a few dozen bytes each. */
export interface Tally {
  readonly scores: readonly Score[];
}

/** Chan's formula: as if the fights of both had been one lot. */
function add([index, n, mean, m2]: Score, [, m, other, others]: Score): Score {
  const count = n + m;
  const delta = other - mean;
  return [index, count, mean + (delta * m) / count, m2 + others + (delta * delta * n * m) / count];
}

export function mergeTallies(a: Tally, b: Tally): Tally {
  const scores: Score[] = [];
  let [i, k] = [0, 0];
  for (;;) {
    const [left, right] = [a.scores[i], b.scores[k]];
    if (left === undefined) return { scores: [...scores, ...b.scores.slice(k)] };
    if (right === undefined) return { scores: [...scores, ...a.scores.slice(i)] };
    if (left[0] === right[0]) scores.push(add(left, right));
    else scores.push(left[0] < right[0] ? left : right);
    if (left[0] <= right[0]) i++;
    if (right[0] <= left[0]) k++;
  }
}

/** The square of the standard error of a mean; `Infinity`: too few fights to say. */
export function meanVariance([, count, , m2]: Score): number {
  return count > 1 ? m2 / (count - 1) / count : Infinity;
}

/** How much better one is than another: damage per second, and the standard error of that. */
export function gainOver(
  score: Score,
  to: Score,
): { readonly gain: number; readonly error: number } {
  return { gain: score[2] - to[2], error: Math.sqrt(meanVariance(score) + meanVariance(to)) };
}

/** Where the true mean is, as good as certainly: so many standard errors to either side. */
const CERTAIN = 3;

/**
 * Whether it is as good as certain that one is worse than another: the intervals that their means are in do not overlap. The best so far is
 * so partly by luck, the more so the more there are; hence intervals, which are stricter than the error of the difference.
 */
export function isWorse(score: Score, than: Score): boolean {
  const apart = Math.sqrt(meanVariance(score)) + Math.sqrt(meanVariance(than));
  return than[2] - score[2] > CERTAIN * apart;
}

export function bestOf(scores: readonly Score[]): Score | undefined {
  return scores.reduce<Score | undefined>(
    (best, score) => (best === undefined || score[2] > best[2] ? score : best),
    undefined,
  );
}
