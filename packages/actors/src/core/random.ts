/**
 * The random numbers of one turn: sfc32 (Chris Doty-Humphrey, PractRand), seeded by a 128-bit hash of the deployment's secret, the
 * actor, its life (one that is deleted and made again has another) and its version, so that they are the same whenever the turn is run again and cannot be guessed without the secret. Not for
 * keys or tokens: it is no cryptographic generator.
 */
export interface Random {
  /** In [0, 1), with 32 bits. */
  next(): number;
  /** For going back to where it was. */
  save(): RandomState;
  restore(state: RandomState): void;
}

export type RandomState = readonly [number, number, number, number] | null;

export function createRandom(seed: string): Random {
  // Most turns draw none, so hashing waits for the first draw; `null` is the state before it.
  let state: RandomState = null;
  return {
    next() {
      const [a, b, c, counter] = state ?? warmUp(hash128(seed));
      const value = (a + b + counter) | 0;
      state = [
        b ^ (b >>> 9),
        (c + (c << 3)) | 0,
        (((c << 21) | (c >>> 11)) + value) | 0,
        (counter + 1) | 0,
      ];
      return (value >>> 0) / 0x1_0000_0000;
    },
    save: () => state,
    restore(saved) {
      state = saved;
    },
  };
}

/** The first outputs still show the seed's pattern. */
function warmUp(seed: readonly [number, number, number, number]): NonNullable<RandomState> {
  let [a, b, c, counter] = seed;
  for (let i = 0; i < 15; i++) {
    const value = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + value) | 0;
  }
  return [a, b, c, counter];
}

/** Four lanes of multiply-and-rotate over the UTF-16 code units, each with its own odd constant, stirred into each other at the end. */
function hash128(text: string): [number, number, number, number] {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let d = 0xdeadbeef ^ text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(rotate(a ^ unit, 5), 0x85ebca6b) ^ b;
    b = Math.imul(rotate(b ^ unit, 11), 0xc2b2ae35) ^ c;
    c = Math.imul(rotate(c ^ unit, 17), 0x27d4eb2f) ^ d;
    d = Math.imul(rotate(d ^ unit, 23), 0x165667b1) ^ a;
  }
  for (let round = 0; round < 4; round++) {
    a = finish(a ^ d);
    b = finish(b ^ a);
    c = finish(c ^ b);
    d = finish(d ^ c);
  }
  return [a, b, c, d];
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** The finalizer of MurmurHash3 (Austin Appleby). */
function finish(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
