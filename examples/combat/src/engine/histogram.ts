/**
 * Bins for damage per second that are the same for every fight, so that histograms add up exactly, in any order: one bin for less than 1,
 * then 256 to each doubling. A bin is at most 0.4 % of its value wide. Which bin a value is in is read from its bits: no logarithm, whose last
 * digit engines may not agree on.
 */

const BITS_PER_DOUBLING = 8;
const BINS_PER_DOUBLING = 1 << BITS_PER_DOUBLING;
const DOUBLINGS = 40;
/** Of a double, what stands before its fraction when only the upper 32 bits are looked at. */
const FRACTION_BITS = 20;
const EXPONENT_OF_ONE = 1023 << BITS_PER_DOUBLING;

export const BINS: number = 1 + DOUBLINGS * BINS_PER_DOUBLING;

const view = new DataView(new ArrayBuffer(8));

/** The bin of a value ≥ 0. */
export function binOf(value: number): number {
  if (value < 1) return 0;
  view.setFloat64(0, value);
  const bin = 1 + (view.getInt32(0) >>> (FRACTION_BITS - BITS_PER_DOUBLING)) - EXPONENT_OF_ONE;
  return bin < BINS ? bin : BINS - 1;
}

/** The least value of a bin; that of the bin after the last is where the last ends. */
export function binFloor(bin: number): number {
  if (bin <= 0) return 0;
  const doubling = Math.floor((bin - 1) / BINS_PER_DOUBLING);
  const step = (bin - 1) % BINS_PER_DOUBLING;
  let floor = 1 + step / BINS_PER_DOUBLING;
  for (let i = 0; i < doubling; i++) floor *= 2;
  return floor;
}
