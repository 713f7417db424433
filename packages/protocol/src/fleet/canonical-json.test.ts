import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

test('the order of members does not show', () => {
  expect(canonicalJson({ b: [1, { d: null, c: '"' }], a: 1e-7 })).toBe(
    '{"a":1e-7,"b":[1,{"c":"\\"","d":null}]}',
  );
  expect(canonicalJson({ é: 1, z: 2, Z: 3, 10: 4, 9: 5 })).toBe('{"10":4,"9":5,"Z":3,"z":2,"é":1}');
});

test('what JSON does not carry is told as what JSON makes of it', () => {
  expect(canonicalJson({ a: -0, b: Number.NaN, c: undefined, d: [undefined] })).toBe(
    '{"a":0,"b":null,"d":[null]}',
  );
});

test('what is nested too deep, or refers to itself, is refused before it takes the stack', () => {
  const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
  expect(canonicalJson(nested(200))).toHaveLength(400);
  expect(() => canonicalJson(nested(201))).toThrow('nested more than 200 deep');
  expect(() => canonicalJson(nested(5_000))).toThrow('nested more than 200 deep');
  const itself: { self?: unknown } = {};
  itself.self = itself;
  expect(() => canonicalJson(itself)).toThrow('nested more than 200 deep');
});

test('property: it is made of what JSON says, whatever there is besides', () => {
  const anything = fc.anything({ withDate: true, withSparseArray: true, maxDepth: 3 });
  fc.assert(
    fc.property(anything, (value) => {
      const json = JSON.stringify({ value });
      expect(canonicalJson({ value })).toBe(canonicalJson(JSON.parse(json)));
    }),
  );
});

test('it says the same as the data it was made from', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});
