import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMeta, encodeMeta, NEW_META, type TurnMeta } from './turn-meta.ts';

const count = fc.nat();
const time = fc.double({ min: 0, max: 1e13, noNaN: true }).map(Math.abs);
const text = fc.string({ unit: 'binary' });
const grid = fc.record({
  t0: count,
  k: count,
  hz: fc.double({ min: 0.001, max: 250, noNaN: true }),
});

const metas: fc.Arbitrary<TurnMeta> = fc
  .record({
    now: time,
    life: fc.option(count),
    plan: fc.record({
      n: count,
      grid: fc.option(grid),
      at: fc.option(count),
      once: fc.boolean(),
      skipped: count,
    }),
    rateKnown: fc.boolean(),
    tickFailures: count,
    tickError: fc.option(text),
    head: fc.option(fc.record({ seq: count, attempts: count, error: text, until: count })),
  })
  // A grid is of a rate that is known.
  .map((meta) => (meta.plan.grid === null ? meta : { ...meta, rateKnown: true }));

test('what the engine notes comes back as it was', () => {
  fc.assert(
    fc.property(metas, (meta) => {
      expect(decodeMeta(encodeMeta(meta))).toEqual(meta);
    }),
  );
  expect(decodeMeta(encodeMeta(NEW_META))).toEqual(NEW_META);
});
