/**
 * A simulation for tests, a module without imports as nodes get it: darts thrown at a square, and how many land in the circle. Integers and the four
 * operations only, so that every language computes the same bits. `input.spoil` says what goes wrong in the block `input.at`.
 */
const input = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };

/** Mulberry32, seeded by the job's seed and the iteration's number. */
function dart(seed, iteration) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ iteration) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const x = next();
  const y = next();
  return x * x + y * y;
}

const spoilers = {
  throw: () => {
    throw new RangeError('the darts are blunt');
  },
  exit: () => process.exit(3),
  memory: () => {
    const heap = [];
    for (;;) heap.push(Array.from({ length: 10_000 }, (_, index) => index + heap.length));
  },
  loop: () => {
    for (;;);
  },
  nothing: () => undefined,
};

export default {
  name: 'darts',
  input,
  plan: ({ input: { blocks, count = 1000 }, round }) =>
    round === 0 ? { blocks, blockIterations: count } : null,
  run({ input: { spoil, at }, seed, block, from, count }) {
    if (spoil !== undefined && block === at) return spoilers[spoil]();
    let inside = 0;
    let sum = 0;
    for (let i = from; i < from + count; i++) {
      const distance = dart(seed, i);
      if (distance < 1) inside += 1;
      sum += distance / 3;
    }
    return { n: count, inside, sum };
  },
  merge: (a, b) => ({ n: a.n + b.n, inside: a.inside + b.inside, sum: a.sum + b.sum }),
  summarize: ({ n, inside }) => ({ pi: (4 * inside) / n }),
};
