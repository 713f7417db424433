import { expect, test } from 'vitest';
import { closest } from './closest.ts';
import { parseDuration } from './duration.ts';
import { maskUrl } from './mask.ts';
import { FOREIGN_OPTIONS } from './centrifugo-options.ts';
import { ALL_FIELDS } from './walk-schema.ts';

test.each([
  ['0', 0],
  ['0s', 0],
  ['300s', 300_000],
  ['1h30m', 5_400_000],
  ['250ms', 250],
  ['1.5s', 1_500],
  ['300', undefined],
  ['', undefined],
  ['5 s', undefined],
  ['-5s', undefined],
  ['s', undefined],
])('the duration %j is %j ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  ['clent', ['client', 'channel'], 'client'],
  ['conf', ['token', 'config'], 'config'],
  ['Port', ['address', 'port'], 'port'],
  ['ulr', ['url', 'prefix'], 'url'],
  ['zzz', ['url', 'prefix'], undefined],
])('%j among %j was meant as %j', (word, candidates, meant) => {
  expect(closest(word, candidates)).toBe(meant);
});

test.each([
  ['redis://host:6379', 'redis://host:6379'],
  ['redis://ann:hunter2@host:6379/1', 'redis://ann:***@host:6379/1'],
  ['redis://:hunter2@host', 'redis://:***@host'],
  ['rediss+cluster://ann:hun@ter/2@a:1,b:2', 'rediss+cluster://ann:***@a:1,b:2'],
])('%s is shown as %s', (url, shown) => {
  expect(maskUrl(url)).toBe(shown);
});

test('every field has a variable of its own, a meaning and what it expects', () => {
  const variables = ALL_FIELDS.map(({ variable }) => variable);
  expect(new Set(variables).size).toBe(variables.length);
  for (const { doc, expects } of ALL_FIELDS) {
    expect(doc).not.toBe('');
    expect(expects).not.toBe('');
  }
});

test('no field is on the list of those that only Centrifugo has', () => {
  expect(ALL_FIELDS.map(({ path }) => path).filter((path) => path in FOREIGN_OPTIONS)).toEqual([]);
});
