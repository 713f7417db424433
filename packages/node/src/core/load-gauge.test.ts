import { expect, test } from 'vitest';
import { LoadGauge } from './load-gauge.ts';

/** A machine with 4 cores whose load average follows what runs on it, seen every 5 s. */
function watch(
  gauge: LoadGauge,
  phases: readonly { own: number; others: number; s: number }[],
): boolean[] {
  const seen: boolean[] = [];
  let now = 0;
  let loadAverage = 0;
  let ownCpuMs = 0;
  gauge.look({ now, loadAverage, ownCpuMs, cores: 4 });
  for (const { own, others, s } of phases) {
    let isHigh = false;
    for (let passed = 0; passed < s; passed += 5) {
      now += 5_000;
      ownCpuMs += own * 5_000;
      const kept = Math.exp(-5 / 60);
      loadAverage = loadAverage * kept + (own + others) * (1 - kept);
      ({ isHigh } = gauge.look({ now, loadAverage, ownCpuMs, cores: 4 }));
    }
    seen.push(isHigh);
  }
  return seen;
}

test('a node does not pause for its own work, but for that of others', () => {
  const phases = [
    { own: 4, others: 0, s: 600 },
    { own: 4, others: 3, s: 600 },
    { own: 0, others: 3, s: 600 },
    { own: 0, others: 0, s: 600 },
  ];
  expect(watch(new LoadGauge(0.5), phases)).toEqual([false, true, true, false]);
});

test('what was too much must become clearly less before it goes on', () => {
  const phases = [
    { own: 0, others: 2.2, s: 600 },
    { own: 0, others: 1.8, s: 600 },
    { own: 0, others: 1.5, s: 600 },
    { own: 0, others: 1.8, s: 600 },
  ];
  expect(watch(new LoadGauge(0.5), phases)).toEqual([true, true, false, false]);
});

test('the load that people see is that of all, from 0 to 1', () => {
  const gauge = new LoadGauge(Infinity);
  const at = { now: 0, ownCpuMs: 0, cores: 4 };
  expect(gauge.look({ ...at, loadAverage: 1 })).toEqual({ load: 0.25, isHigh: false });
  expect(gauge.look({ ...at, loadAverage: 9 })).toEqual({ load: 1, isHigh: false });
});
