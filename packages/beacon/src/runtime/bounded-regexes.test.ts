import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { linearRegex } from '../core/linear-regex.ts';
import { boundRegexes } from './bounded-regexes.ts';

// Regression: such a channel_regex, harmless in Go, let one client with one name stop the Beacon.
it.each(['^(a+)+$', '^([a-z]+-?)+$', '^(a|a)*$', '^(?<name>a+)+$', '(a*)*b'])(
  '%s does not hold anybody up, whatever the name',
  (source) => {
    boundRegexes();
    const context = { regex: linearRegex(source), text: `${'a'.repeat(250)}!` };
    expect(runInNewContext('regex.test(text)', context, { timeout: 20_000 })).toBe(false);
    expect(linearRegex(source).test(source.endsWith('b') ? 'aab' : 'aaa')).toBe(true);
  },
);

it('patterns mean what they mean with the flag u, and what is none is refused', () => {
  expect(linearRegex('^\\p{L}+$').test('Straße')).toBe(true);
  expect(linearRegex('^\\u{1F600}$').test('😀')).toBe(true);
  expect(linearRegex('^[a-z]{2,}$').test('ab')).toBe(true);
  for (const bad of ['(', '\\q', 'a{2']) expect(() => linearRegex(bad)).toThrow(SyntaxError);
});
