/** How exact a result shall be. Pure. */

/** 95 % of what is normally distributed lies within so many standard errors. */
const Z95 = 1.96;
/** No fight spreads more than this, as a share of its mean; far less is usual. */
const MOST_SPREAD = 0.1;
const MAX_FIGHTS = 1_000_000;
const MIN_FIGHTS = 1_000;

export interface Precision {
  /** The truth is most likely within so much more or less. */
  readonly percent: number;
  readonly text: string;
}

export type Precisions = readonly [Precision, ...(readonly Precision[])];

/** Of one character; the first is the usual one. */
export const PRECISIONS: Precisions = [
  { percent: 0.1, text: '± 0.1 %' },
  { percent: 0.3, text: '± 0.3 %, a glance' },
  { percent: 0.05, text: '± 0.05 %' },
  { percent: 0.02, text: '± 0.02 %, takes long' },
];

/** Of many that are compared. */
export const COMPARISON_PRECISIONS: Precisions = [
  { percent: 0.3, text: '± 0.3 %' },
  { percent: 1, text: '± 1 %, a glance' },
  { percent: 0.1, text: '± 0.1 %, takes long' },
];

/** The relative standard error to stop at, and how many fights are enough for it however much they spread. */
export function workFor(percent: number): {
  readonly targetError: number;
  readonly iterations: number;
} {
  const targetError = percent / 100 / Z95;
  const fights = Math.ceil((MOST_SPREAD / targetError) ** 2);
  return { targetError, iterations: Math.max(MIN_FIGHTS, Math.min(MAX_FIGHTS, fights)) };
}
