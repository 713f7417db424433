import { expect, test } from 'vitest';
import { RateMeter } from './rate-meter.ts';

test('the rate is that of the last 20 seconds, and what was told never becomes less', () => {
  const meter = new RateMeter();
  expect(meter.look(0, 0)).toEqual({ total: 0, rate: 0 });
  for (let s = 1; s <= 60; s++) {
    meter.add(100, s * 1_000);
    meter.look(0, s * 1_000);
  }
  expect(meter.look(50, 60_000)).toEqual({ total: 6_050, rate: expect.closeTo(100, -1) });
  // What ran was taken away.
  expect(meter.look(0, 61_000).total).toBe(6_050);
  for (let s = 62; s <= 90; s++) meter.look(0, s * 1_000);
  expect(meter.look(0, 91_000)).toEqual({ total: 6_050, rate: 0 });
  meter.reset();
  expect(meter.look(0, 100_000)).toEqual({ total: 0, rate: 0 });
});
