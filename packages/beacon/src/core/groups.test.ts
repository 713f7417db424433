import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Groups } from './groups.ts';

const VALUES = [{ n: 0 }, { n: 1 }, { n: 2 }];

describe('Groups', () => {
  it('are as a set for each key, whatever comes and goes', () => {
    const step = fc.record({
      add: fc.boolean(),
      key: fc.constantFrom('a', 'b'),
      value: fc.constantFrom(...VALUES),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const groups = new Groups<string, { n: number }>();
        const model = new Map<string, Set<{ n: number }>>();
        for (const { add, key, value } of steps) {
          const there = model.get(key) ?? new Set();
          if (add) {
            expect(groups.add(key, value)).toBe(there.size === 0);
            model.set(key, there.add(value));
          } else {
            expect(groups.delete(key, value)).toBe(there.delete(value));
            if (there.size === 0) model.delete(key);
          }
          expect(groups.size).toBe(model.size);
          for (const each of ['a', 'b']) {
            const expected = model.get(each) ?? new Set();
            expect([...groups.of(each)]).toEqual([...expected]);
            expect(groups.count(each)).toBe(expected.size);
            expect(groups.has(each)).toBe(expected.size > 0);
          }
          expect([...groups.keys()].toSorted()).toEqual([...model.keys()].toSorted());
        }
      }),
    );
  });

  it('pass over what is deleted while they are walked', () => {
    const groups = new Groups<string, { n: number }>();
    for (const value of VALUES) groups.add('a', value);
    const seen: number[] = [];
    for (const { n } of groups.of('a')) {
      seen.push(n);
      for (const value of VALUES) groups.delete('a', value);
    }
    expect(seen).toEqual([0]);
  });
});
