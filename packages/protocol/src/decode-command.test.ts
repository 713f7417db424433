import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadFrameError } from './bad-frame-error.ts';
import { decodeCommands } from './decode-command.ts';

const one = (json: string): unknown => {
  const commands = decodeCommands(json);
  expect(commands).toHaveLength(1);
  return commands[0];
};

describe('decodeCommands', () => {
  it('reads the commands of a frame in order', () => {
    const commands = decodeCommands(
      '{"connect":{"token":"t","name":"js"},"id":1}\n{"subscribe":{"channel":"a"},"id":2}\n{}\n',
    );
    expect(commands.map((each) => each.type)).toEqual(['connect', 'subscribe', 'pong']);
  });

  it('passes payloads through byte for byte', () => {
    const data = '{"n":18446744073709551615,"b":1,"a":"\\u0041"}';
    expect(one(`{"id":1,"publish":{"channel":"a","data":${data}}}`)).toEqual({
      type: 'publish',
      id: 1,
      request: { channel: 'a', data },
    });
    expect(one(`{"id":1,"rpc":{"method":"m","data":${data}}}`)).toMatchObject({
      request: { data },
    });
    expect(one(`{"send":{"data":${data}}}`)).toMatchObject({ id: 0, request: { data } });
  });

  it('tells a payload of null from none', () => {
    expect(one('{"id":1,"publish":{"channel":"a","data":null}}')).toMatchObject({
      request: { data: 'null' },
    });
    expect(one('{"id":1,"publish":{"channel":"a"}}')).not.toHaveProperty('request.data');
  });

  it('reads what a client recovers from', () => {
    expect(
      one('{"id":1,"subscribe":{"channel":"a","recover":true,"offset":7,"epoch":"e","flag":3}}'),
    ).toMatchObject({ request: { recover: true, offset: 7, epoch: 'e', flag: 3, type: 0 } });
    expect(one('{"id":1,"connect":{"subs":{"a":{"recover":true},"__proto__":{}}}}')).toMatchObject({
      request: {
        token: '',
        subs: new Map([
          ['a', { recover: true, offset: 0, epoch: '' }],
          ['__proto__', { recover: false, offset: 0, epoch: '' }],
        ]),
      },
    });
  });

  it.each([
    ['nothing', ''],
    ['white space', ' '],
    ['an empty line between commands', '{}\n\n{}'],
    ['garbage', 'hello'],
    ['an array', '[{"id":1,"connect":{}}]'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['truncated JSON', '{"id":1,"connect":{'],
    ['two objects on one line', '{}{}'],
    ['an unknown method', '{"id":1,"explode":{}}'],
    ['an id alone', '{"id":1}'],
    ['a missing id', '{"connect":{}}'],
    ['a negative id', '{"id":-1,"connect":{}}'],
    ['a fractional id', '{"id":1.5,"connect":{}}'],
    ['an id in a string', '{"id":"1","connect":{}}'],
    ['an id beyond 32 bits', '{"id":4294967296,"connect":{}}'],
    ['two methods', '{"id":1,"connect":{},"ping":{}}'],
    ['a request that is no object', '{"id":1,"subscribe":"a"}'],
    ['a channel that is no string', '{"id":1,"subscribe":{"channel":1}}'],
    ['a flag that is no boolean', '{"id":1,"subscribe":{"channel":"a","recover":1}}'],
    ['a negative offset', '{"id":1,"subscribe":{"channel":"a","offset":-1}}'],
  ])('refuses %s', (_, frame) => {
    expect(() => decodeCommands(frame)).toThrow(BadFrameError);
  });

  it('refuses hostile depth without a stack overflow', () => {
    const deep = `{"id":1,"publish":{"channel":"a","data":${'['.repeat(60_000)}`;
    expect(() => decodeCommands(deep)).toThrow(BadFrameError);
    const closed = `${deep}${']'.repeat(60_000)}}}`;
    expect(decodeCommands(closed)).toHaveLength(1);
  });

  it('never throws anything but BadFrameError, whatever is cut off or changed', () => {
    const frame =
      '{"id":1,"publish":{"channel":"a","data":{"x":[1,"\\u00e9"]}}}\n{"id":2,"history":{"channel":"a","since":{"offset":1,"epoch":"e"}}}';
    fc.assert(
      fc.property(fc.nat(frame.length), fc.nat(frame.length), fc.string(), (at, cut, put) => {
        const mutated = frame.slice(0, at) + put + frame.slice(at + cut);
        try {
          decodeCommands(mutated);
        } catch (error) {
          expect(error).toBeInstanceOf(BadFrameError);
        }
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.json(), fc.string({ unit: 'binary' }), (json, text) => {
        for (const frame of [
          json,
          text,
          `{"id":1,"rpc":${json}}`,
          `{"id":1,"connect":{"subs":${json}}}`,
        ]) {
          try {
            decodeCommands(frame);
          } catch (error) {
            expect(error).toBeInstanceOf(BadFrameError);
          }
        }
      }),
    );
  });
});
