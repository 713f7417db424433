import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { bestOffset } from './clock-offset.ts';

test('the true offset lies within the uncertainty, whichever way the delays fall', () => {
  const delay = fc.integer({ min: 0, max: 5_000 });
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.array(fc.record({ at: fc.nat(), there: delay, back: delay }), { minLength: 1 }),
      (offset, trips) => {
        const samples = trips.map(({ at, there, back }) => ({
          sentAt: at,
          receivedAt: at + there + back,
          serverNow: at + there + offset,
        }));
        const best = bestOffset(samples)!;
        expect(Math.abs(best.offsetMs - offset)).toBeLessThanOrEqual(best.uncertaintyMs);
        const shortest = Math.min(...trips.map(({ there, back }) => there + back));
        expect(best.uncertaintyMs).toBe(shortest / 2);
      },
    ),
  );
});

test('a sample during which our own clock was set back says nothing', () => {
  expect(bestOffset([{ sentAt: 10, receivedAt: 5, serverNow: 7 }])).toBeNull();
  expect(bestOffset([])).toBeNull();
});
