import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementTexts, memberText } from './json-member.ts';

describe('memberText', () => {
  it('cuts a payload out exactly as it was written', () => {
    const data = '{"b":9223372036854775807, "a" : "\\u00e9\\/\\"}", "c":[1.0,-0,1e400]}';
    expect(memberText(`{"channel":"x","data":${data}}`, 'data')).toBe(data);
    expect(memberText(`{ "data" : ${data} , "channel":"x"}`, 'data')).toBe(data);
  });

  it('reads every kind of value', () => {
    for (const value of ['null', 'true', '0', '-1.5e-9', '""', '"\\\\"', '"\\\\\\""', '[]', '{}']) {
      expect(memberText(`{"data":${value}}`, 'data')).toBe(value);
      expect(memberText(`{"data":${value} ,"z":1}`, 'data')).toBe(value);
    }
  });

  it('takes the last of several members of one name, as JSON.parse does', () => {
    expect(memberText('{"data":1,"data":2}', 'data')).toBe('2');
  });

  it('sees through escapes in names', () => {
    expect(memberText('{"d\\u0061ta":7}', 'data')).toBe('7');
    expect(memberText('{"d\\\\ta":7}', 'data')).toBeUndefined();
  });

  it('is not fooled by names and braces inside strings and nested objects', () => {
    expect(
      memberText('{"a":"\\"data\\":1","b":{"data":2},"c":["data",3]}', 'data'),
    ).toBeUndefined();
  });

  it('finds nothing in what is not an object', () => {
    for (const json of ['', '[]', '1', '"data"', 'null', '{', '{"data"', '{"data":']) {
      expect(memberText(json, 'other')).toBeUndefined();
    }
  });

  it('agrees with JSON.parse on any object, however it is spaced', () => {
    const key = fc.oneof(fc.constant('data'), fc.string({ unit: 'grapheme' }));
    const members = fc.array(fc.tuple(key, fc.jsonValue()), { maxLength: 6 });
    fc.assert(
      fc.property(members, fc.constantFrom('', ' ', '\t\r\n '), (members, gap) => {
        const inner = members.map(
          ([name, value]) =>
            `${gap}${JSON.stringify(name)}${gap}:${gap}${JSON.stringify(value, null, gap)}${gap}`,
        );
        const json = `${gap}{${inner.join(',')}${gap}}`;
        const found = memberText(json, 'data');
        const parsed = JSON.parse(json) as Record<string, unknown>;
        expect(found === undefined ? undefined : JSON.parse(found)).toEqual(parsed['data']);
      }),
    );
  });

  it('ends on any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,\\ a1'.split('')) }), (text) => {
        memberText(`{"data"${text}`, 'data');
        memberText(text, 'data');
      }),
    );
  });
});

describe('elementTexts', () => {
  it('cuts the elements of an array out exactly as they were written', () => {
    expect(elementTexts('[ {"n": 9007199254740993} ,[1, 2],"a,]" , 1e400]')).toEqual([
      '{"n": 9007199254740993}',
      '[1, 2]',
      '"a,]"',
      '1e400',
    ]);
    expect(elementTexts('[ ]')).toEqual([]);
    expect(elementTexts('{}')).toEqual([]);
  });

  it('reads every kind of value', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom('', ' ', '\t\r\n '), (values, gap) => {
        const found = elementTexts(JSON.stringify(values, null, gap));
        expect(found.map((each) => JSON.parse(each) as unknown)).toEqual(
          JSON.parse(JSON.stringify(values)),
        );
      }),
    );
  });

  it('ends on any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,\\ a1'.split('')) }), (text) => {
        elementTexts(`[${text}`);
      }),
    );
  });
});
