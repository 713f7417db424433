import { describe, expect, it } from 'vitest';
import type { ProxyUse } from '@belfry/protocol';
import { readAnswer } from './read-answer.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function outcome(use: ProxyUse, body: string): unknown {
  return readAnswer(use, body).outcome;
}

describe('readAnswer', () => {
  it.each<[ProxyUse, string, unknown]>([
    ['connect', '{"user":"a"}', { user: 'a', expireAt: 0, subs: new Map(), capabilities: [] }],
    [
      'connect',
      `{"user":"a","expire_at":7,"info":{"big":9223372036854775807},"b64data":"${base64('{"x":1}')}","meta":{"m":1},
        "channels":["c"],"subs":{"d":{"data":{"b": 2},"override":{"presence":{"value":true}},"cache_recover":true}},"caps":[]}`,
      {
        user: 'a',
        expireAt: 7,
        infoJson: '{"big":9223372036854775807}',
        dataJson: '{"x":1}',
        metaJson: '{"m":1}',
        subs: new Map([
          ['c', { overrides: {} }],
          ['d', { dataJson: '{"b": 2}', overrides: { presence: true }, cacheRecover: true }],
        ]),
        capabilities: [],
      },
    ],
    // Bytes that are not JSON stand there as a string.
    [
      'subscribe',
      `{"b64info":"${base64('\u0000')}"}`,
      { infoJson: `"${base64('\u0000')}"`, overrides: {}, expireAt: 0 },
    ],
    ['refresh', '{"expired":true}', { expired: true, expireAt: 0 }],
    [
      'refresh',
      '{"expire_at":9,"info":1,"meta":{}}',
      { expired: false, expireAt: 9, infoJson: '1', metaJson: '{}' },
    ],
    ['sub_refresh', '{"expire_at":9.5}', { expired: false, expireAt: 9 }],
    ['publish', '{}', { payload: null, skipHistory: false, delta: false, options: {} }],
    [
      'publish',
      `{"b64data":"${base64('\u0000')}","skip_history":true,"delta":true,"tags":{"a":"b"},"idempotency_key":"k","version":3,"version_epoch":"e"}`,
      {
        payload: { b64data: base64('\u0000') },
        skipHistory: true,
        delta: true,
        tags: { a: 'b' },
        options: { idempotencyKey: 'k', version: 3, versionEpoch: 'e' },
      },
    ],
    ['rpc', '{"data":{"n":1.0}}', { data: '{"n":1.0}' }],
    ['rpc', '{}', {}],
  ])('reads a result of %s: %s', (use, result, expected) => {
    expect(outcome(use, `{"result":${result}}`)).toEqual({ type: 'result', result: expected });
    // What is beside it and unknown, or null, is nothing.
    expect(outcome(use, `{"error":null,"more":1,"result":${result}}`)).toEqual({
      type: 'result',
      result: expected,
    });
  });

  it.each([
    ['{}', { type: 'result', result: null }],
    ['{"result":null}', { type: 'result', result: null }],
    [
      '{"error":{"code":1999,"message":"m","temporary":true}}',
      { type: 'error', error: { code: 1999, message: 'm', temporary: true } },
    ],
    [
      '{"error":{"code":103}}',
      { type: 'error', error: { code: 103, message: 'permission denied', temporary: false } },
    ],
    [
      '{"disconnect":{"code":4000}}',
      { type: 'disconnect', disconnect: { code: 4000, reason: '' } },
    ],
    [
      `{"disconnect":{"code":4000,"reason":"${'é'.repeat(100)}"}}`,
      { type: 'disconnect', disconnect: { code: 4000, reason: 'é'.repeat(61) } },
    ],
    [
      '{"result":{},"error":{"code":400},"disconnect":{"code":4000}}',
      { type: 'disconnect', disconnect: { code: 4000, reason: '' } },
    ],
  ])('reads %s', (body, expected) => {
    expect(outcome('rpc', body)).toEqual(expected);
  });

  it.each<[ProxyUse, string, string]>([
    ['rpc', '', 'JSON'],
    ['rpc', '7', 'the answer must be an object'],
    ['rpc', '{"result":[]}', 'result must be an object'],
    ['rpc', '{"result":{"b64data":"%"}}', 'b64data'],
    ['rpc', '{"error":{}}', 'error.code must be a number'],
    ['rpc', '{"error":{"code":399}}', '400 to 1999'],
    ['rpc', '{"error":{"code":2000}}', '400 to 1999'],
    ['rpc', '{"disconnect":{"code":5000}}', '4000 to 4999'],
    ['rpc', '{"disconnect":{"code":4000.5}}', '4000 to 4999'],
    ['connect', '{"result":{"user":1}}', 'user must be a string'],
    ['connect', '{"result":{"channels":{}}}', 'channels'],
    ['connect', '{"result":{"caps":[{"channels":["("],"match":"regex","allow":["sub"]}]}}', 'caps'],
    ['refresh', '{"result":{"expire_at":"x"}}', 'expire_at'],
    ['publish', '{"result":{"tags":{"a":1}}}', 'tags'],
    ['publish', '{"result":{"version":1.5}}', 'version'],
  ])('refuses an answer to %s: %s', (use, body, problem) => {
    expect(() => readAnswer(use, body)).toThrow(problem);
  });
});
