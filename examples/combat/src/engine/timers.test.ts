import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cancel,
  clearTimers,
  createTimers,
  firstDue,
  MAX_TIME,
  NEVER,
  schedule,
} from './timers.ts';

test('the first is always the earliest, and of those at once the one whose slot comes first', () => {
  const step = fc.record({
    slot: fc.nat(36),
    time: fc.option(fc.oneof(fc.nat(50), fc.nat(MAX_TIME)), { nil: null }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const timers = createTimers(37);
      const model = new Map<number, number>();
      for (const { slot, time } of steps) {
        if (time === null) {
          cancel(timers, slot);
          model.delete(slot);
        } else {
          schedule(timers, slot, time);
          model.set(slot, time);
        }
        const [first] = [...model].sort(([a, x], [b, y]) => x - y || a - b);
        const due = firstDue(timers);
        if (first === undefined) expect(due).toBe(NEVER);
        else expect([due & 0xff, due >> 8]).toEqual(first);
      }
      clearTimers(timers);
      expect(firstDue(timers)).toBe(NEVER);
    }),
  );
});
