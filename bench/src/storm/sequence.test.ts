import { expect, it } from 'vitest';
import { Sequence } from './sequence.ts';

function after(...steps: readonly (number | 'flag')[]) {
  const sequence = new Sequence();
  for (const step of steps) {
    if (step === 'flag') sequence.flag();
    else sequence.accept(step);
  }
  return sequence.figures();
}

const CLEAN = { duplicates: 0, gaps: 0, flags: 0, flagged: 0 };

it('finds nothing in what came once and in order', () => {
  expect(after(1, 2, 3)).toEqual({ ...CLEAN, received: 3 });
});

it('finds what is missing, also at the beginning, and what came again or late', () => {
  expect(after(2, 5, 4, 5)).toEqual({ ...CLEAN, received: 4, gaps: 3, duplicates: 2 });
});

it('takes a loss that the client was told of for what it is, once', () => {
  expect(after(1, 'flag', 5, 7)).toEqual({ ...CLEAN, received: 3, flags: 1, flagged: 3, gaps: 1 });
  expect(after(1, 'flag', 2, 3)).toEqual({ ...CLEAN, received: 3, flags: 1 });
});
