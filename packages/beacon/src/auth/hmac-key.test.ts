import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HmacKey } from './hmac-key.ts';

describe('an HMAC key', () => {
  it('signs the examples of RFC 4231', () => {
    const key = (name: 'sha256' | 'sha512', secret: string, text: string): string =>
      Buffer.from(new HmacKey(name, secret).sign(text), 'base64url').toString('hex');
    expect(key('sha256', 'Jefe', 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    expect(key('sha512', 'Jefe', 'what do ya want for nothing?')).toMatch(
      /^164b7a7bfcf819e2e395fbe7/,
    );
  });

  it('signs any text with any secret as node:crypto does, one after the other', () => {
    const texts = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 200 }),
        // Below, at and above what is hashed here.
        fc.integer({ min: 4090, max: 4100 }).map((length) => 'é'.repeat(length)),
      ),
      { minLength: 1, maxLength: 4 },
    );
    const secrets = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      fc.integer({ min: 60, max: 140 }).map((length) => 's'.repeat(length)),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('sha256', 'sha384', 'sha512'),
        secrets,
        texts,
        (name, secret, all) => {
          const key = new HmacKey(name, secret);
          for (const text of all) {
            const right = createHmac(name, secret).update(text).digest('base64url');
            expect(key.sign(text)).toBe(right);
          }
        },
      ),
    );
  });
});
