import { describe, expect, it } from 'vitest';
import {
  reconnectsAfter,
  resubscribesAfter,
  unsubscribes,
  disconnects,
} from './disconnect-code.ts';
import { encodePush, encodeReply } from './encode-reply.ts';
import { replyErrors } from './error-code.ts';
import { encodePublication } from './publication.ts';

describe('encodeReply', () => {
  it('leaves out what is empty', () => {
    const result = {
      recoverable: false,
      positioned: false,
      offset: 0,
      epoch: '',
      publications: [],
      wasRecovering: false,
      recovered: false,
    };
    expect(encodeReply({ type: 'subscribe', id: 3, result })).toBe('{"id":3,"subscribe":{}}');
    expect(encodeReply({ type: 'publish', id: 4 })).toBe('{"id":4,"publish":{}}');
  });

  it('marks temporary errors', () => {
    expect(encodeReply({ type: 'error', id: 1, error: replyErrors.internal })).toBe(
      '{"id":1,"error":{"code":100,"message":"internal server error","temporary":true}}',
    );
    expect(encodeReply({ type: 'error', id: 1, error: replyErrors.unknownChannel })).toBe(
      '{"id":1,"error":{"code":102,"message":"unknown channel"}}',
    );
  });

  it('writes recovered publications with their payloads unchanged', () => {
    const body = encodePublication('{"n":9223372036854775807}');
    const text = encodeReply({
      type: 'history',
      id: 1,
      result: { publications: [{ body, offset: 5 }], offset: 5, epoch: 'e' },
    });
    expect(text).toBe(
      '{"id":1,"history":{"publications":[{"data":{"n":9223372036854775807},"offset":5}],"epoch":"e","offset":5}}',
    );
  });

  it('keeps a payload that was written on several lines on one', () => {
    const body = encodePublication('{\n  "a": "x\\ny"\n}');
    const push = encodePush({
      type: 'publication',
      channel: 'a',
      publication: { body, offset: 0 },
    });
    expect(push).not.toContain('\n');
    expect(JSON.parse(push)).toEqual({
      push: { channel: 'a', pub: { data: { a: 'x\ny' } } },
    });
  });

  it('escapes names that clients choose', () => {
    const push = encodePush({
      type: 'unsubscribe',
      channel: 'a"\n',
      unsubscribed: unsubscribes.insufficientState,
    });
    expect(JSON.parse(push)).toEqual({
      push: { channel: 'a"\n', unsubscribe: { code: 2500, reason: 'insufficient state' } },
    });
    const presence = encodeReply({ type: 'presence', id: 1, presence: [['c"', '{"user":"u"}']] });
    expect(JSON.parse(presence)).toEqual({
      id: 1,
      presence: { presence: { 'c"': { user: 'u' } } },
    });
  });
});

describe('the codes', () => {
  it('carry the retry policy in their ranges', () => {
    const terminal = Object.values(disconnects).filter((each) => !reconnectsAfter(each.code));
    expect(terminal.map((each) => each.code)).toEqual([
      3500, 3501, 3502, 3503, 3504, 3505, 3506, 3507, 3508, 3509,
    ]);
    expect([4000, 4499, 1001, 1006].every(reconnectsAfter)).toBe(true);
    expect([4500, 4999, 1009].some(reconnectsAfter)).toBe(false);
    expect(Object.values(unsubscribes).map((each) => resubscribesAfter(each.code))).toEqual([
      false,
      true,
      true,
    ]);
  });
});
