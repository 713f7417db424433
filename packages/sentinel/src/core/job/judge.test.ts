import { expect, test } from 'vitest';
import type { Trust } from '../../messages/grant-change.ts';
import { judge, type Hearing } from './judge.ts';

const TRUST: Readonly<Record<string, Trust>> = { o: 'operator', e: 'earned', l: 'lost', m: 'lost' };

/** `ax by`: node a says x, then node b says y. */
function hear(votes: string, more: Partial<Hearing> = {}) {
  return judge({
    votes: votes.split(' ').map((vote) => ({
      node: vote[0] as string,
      owner: 'ann',
      digest: vote[1] as string,
    })),
    trustOf: (node) => TRUST[node] ?? 'none',
    check: false,
    most: 5,
    ...more,
  });
}

test('a node without trust does not decide alone', () => {
  expect(hear('ax')).toEqual({ type: 'ask' });
  expect(hear('ax by')).toEqual({ type: 'ask' });
});

test('two that agree decide, and who said something else is named', () => {
  expect(hear('ax bx')).toEqual({ type: 'accept', agreed: ['a', 'b'], disagreed: [] });
  expect(hear('ax by cx')).toEqual({ type: 'accept', agreed: ['a', 'c'], disagreed: ['b'] });
});

test('a trusted node decides alone unless it is checked, and not against others', () => {
  expect(hear('ex')).toEqual({ type: 'accept', agreed: [], disagreed: [] });
  expect(hear('ex', { check: true })).toEqual({ type: 'ask' });
  expect(hear('ax ey')).toEqual({ type: 'ask' });
  expect(hear('ax ey by')).toMatchObject({ type: 'accept', disagreed: ['a'] });
});

test('a node of the operator decides, also against others', () => {
  expect(hear('ox', { check: true })).toMatchObject({ type: 'accept' });
  expect(hear('ax bx', { most: 2 })).toMatchObject({ type: 'accept' });
  expect(hear('ax ey oz')).toEqual({ type: 'accept', agreed: ['o'], disagreed: ['a', 'e'] });
});

test('two that were caught before do not decide together', () => {
  expect(hear('lx mx')).toEqual({ type: 'ask' });
  expect(hear('lx mx ax')).toMatchObject({ type: 'accept', agreed: ['l', 'm', 'a'] });
});

test('when all say something else it ends', () => {
  expect(hear('av bw cx dy', { most: 5 })).toEqual({ type: 'ask' });
  expect(hear('av bw cx dy ez', { most: 5 })).toEqual({ type: 'hopeless' });
});
