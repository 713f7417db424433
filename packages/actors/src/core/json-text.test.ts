import { expect, test } from 'vitest';
import { jsonText } from './json-text.ts';

const loop: Record<string, unknown> = {};
loop['self'] = loop;

test('plain data is written as JSON writes it', () => {
  const data = { a: [1, 'x', null, true], b: { c: -0.5 }, d: undefined };
  expect(jsonText(data, 'x')).toBe(JSON.stringify(data));
  expect(jsonText(Object.create(null), 'x')).toBe('{}');
});

test.each([
  [undefined, 'it is undefined'],
  [{ a: NaN }, 'it.a is NaN'],
  [[1, undefined], 'it[1] is undefined'],
  [{ a: { b: () => 1 } }, 'it.a.b is a function'],
  [{ at: new Date(0) }, 'it.at is an instance of Date'],
  [{ m: new Map() }, 'it.m is an instance of Map'],
  [10n, 'it is a bigint'],
  [loop, 'refers to itself'],
  [{ toJSON: () => 1 }, 'it.toJSON is a method'],
])('%o is refused with its place', (value, problem) => {
  expect(() => jsonText(value, 'it')).toThrow(problem);
});
