/**
 * The dice of a fight: sfc32, a small fast counter-based generator (period ≥ 2^32, passes the usual batteries), on integer operations alone.
 * Every iteration of a job has a stream of its own, fixed by the job's seed and the iteration's number: whoever runs it throws the same dice.
 */

/** Four words of state. */
export type Random = Int32Array;

/** Results are below this: 30 bits, so that they stay small integers in every engine. */
export const RANDOM_RANGE = 0x4000_0000;

const MIX_ROUNDS = 12;

export function createRandom(): Random {
  return new Int32Array(4);
}

/** Spreads every bit of a word over all of it. */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x21f0_aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a_2d97);
  return h ^ (h >>> 15);
}

/** An integer, 0 ≤ n < 2^30. */
export function nextRandom(random: Random): number {
  const a = random[0] as number;
  const b = random[1] as number;
  const c = random[2] as number;
  const d = random[3] as number;
  const sum = (((a + b) | 0) + d) | 0;
  random[3] = d + 1;
  random[0] = b ^ (b >>> 9);
  random[1] = c + (c << 3);
  random[2] = ((c << 21) | (c >>> 11)) + sum;
  return sum >>> 2;
}

/**
 * Begins the stream of one iteration.
 *
 * @param seed of the job, a whole number, 0 ≤ seed < 2^53
 * @param iteration its number, a whole number, 0 ≤ iteration < 2^53
 */
export function seedRandom(random: Random, seed: number, iteration: number): void {
  const seedLow = seed | 0;
  const seedHigh = (seed / 0x1_0000_0000) | 0;
  const low = iteration | 0;
  const high = (iteration / 0x1_0000_0000) | 0;
  const first = mix(seedLow ^ mix(low + 0x9e37_79b9));
  random[0] = first;
  random[1] = mix(seedHigh ^ mix(high + 0x7f4a_7c15));
  random[2] = mix(first ^ mix(low ^ seedHigh));
  random[3] = 1;
  for (let i = 0; i < MIX_ROUNDS; i++) nextRandom(random);
}
