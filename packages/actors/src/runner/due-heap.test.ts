import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueHeap } from './due-heap.ts';

const key = fc.integer({ min: 0, max: 20 });
const step = fc.oneof(
  fc.record({ type: fc.constant('set' as const), key, time: fc.integer({ min: 0, max: 50 }) }),
  fc.record({ type: fc.constant('delete' as const), key }),
  fc.record({ type: fc.constant('pop' as const), now: fc.integer({ min: 0, max: 50 }) }),
);

test('property: it does what a sorted map does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new DueHeap<number>();
      const model = new Map<number, number>();
      for (const step of steps) {
        if (step.type === 'set') {
          heap.set(step.key, step.time);
          model.set(step.key, step.time);
        } else if (step.type === 'delete') {
          heap.delete(step.key);
          model.delete(step.key);
        } else {
          const first = Math.min(...model.values());
          const popped = heap.popDue(step.now);
          expect(popped === undefined).toBe(!(first <= step.now));
          if (popped !== undefined) expect(model.get(popped)).toBe(first);
          model.delete(popped ?? -1);
        }
        expect(heap.size).toBe(model.size);
        expect(heap.nextTime() ?? Infinity).toBe(Math.min(...model.values()));
        for (const [key, time] of model) expect(heap.timeOf(key)).toBe(time);
      }
    }),
  );
});
