import { expect, test } from 'vitest';
import { ChannelMeter } from './channel-meter.ts';

test('a channel’s rate is that of the last window, and only measured while somebody asks', () => {
  const meter = new ChannelMeter();
  meter.count('a');
  meter.advance(1_000);
  expect(meter.rates(1_000)).toBeNull();
  for (let i = 0; i < 40; i++) meter.count('a');
  meter.count('b');
  meter.advance(2_000);
  expect(meter.rates(2_000)).toBeNull();
  meter.advance(3_000);
  expect(meter.rates(3_000)).toEqual(
    new Map([
      ['a', 20],
      ['b', 0.5],
    ]),
  );
  meter.advance(5_000);
  expect(meter.rates(5_000)).toEqual(new Map());
  meter.advance(17_001);
  expect(meter.rates(17_001)).toBeNull();
});

test('a clock that was set back begins anew', () => {
  const meter = new ChannelMeter();
  meter.rates(100_000);
  meter.count('a');
  meter.advance(50_000);
  meter.count('a');
  meter.rates(52_000);
  meter.advance(52_000);
  expect(meter.rates(52_000)).toEqual(new Map([['a', 0.5]]));
});
