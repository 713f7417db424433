import fc from 'fast-check';
import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { areTimely, readSignedClaims } from './signed-claims.ts';

const NOW = 1_000_000_000;

const encoded = (text: string): string => Buffer.from(text).toString('base64url');

/** Whether the library takes claims: what it is asked is the same as of a token with a signature. */
function isTaken(claims: object, audience: string, issuer: string): boolean {
  const token = `${encoded('{"alg":"none"}')}.${encoded(JSON.stringify(claims))}.`;
  try {
    UnsecuredJWT.decode(token, {
      currentDate: new Date(NOW * 1000 + 999),
      ...(audience === '' ? {} : { audience }),
      ...(issuer === '' ? {} : { issuer }),
    });
    return true;
  } catch {
    return false;
  }
}

const time = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: NOW - 2, max: NOW + 2 }) },
  fc.double({ min: NOW - 1, max: NOW + 1, noNaN: true }),
  fc.constantFrom(null, '1000000009', true, {}),
);
const name = fc.constantFrom('a', 'b', '');
const claims = fc.record(
  {
    exp: time,
    nbf: time,
    iat: time,
    iss: fc.oneof(name, fc.constant(7)),
    aud: fc.oneof(name, fc.array(name, { maxLength: 3 }), fc.constant(null)),
  },
  { requiredKeys: [] },
);

describe('claims', () => {
  it('are timely exactly when the library for tokens takes them', () => {
    fc.assert(
      fc.property(claims, name, name, (given, audience, issuer) => {
        const parsed = JSON.parse(JSON.stringify(given)) as object;
        const ours = areTimely({ ...parsed }, { audience, issuer }, NOW * 1000 + 999);
        expect(ours).toBe(isTaken(given, audience, issuer));
      }),
      { numRuns: 2000 },
    );
  });

  it('are read as data and as the text they were', () => {
    const json = '{"sub":"ann", "info":{"big":9223372036854775808,"é":1}}';
    expect(readSignedClaims(encoded(json))).toEqual({ claims: JSON.parse(json) as object, json });
  });

  it.each([
    ['nothing', ''],
    ['a list', encoded('[1]')],
    ['null', encoded('null')],
    ['half of JSON', encoded('{"sub":')],
    ['another alphabet', `${encoded('{"sub":"a"}')}+`],
    ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]).toString('base64url')],
  ])('are not %s', (_, part) => {
    expect(readSignedClaims(part)).toBe(null);
  });
});
