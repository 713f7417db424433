import { createHmac } from 'node:crypto';
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { describe, expect, it } from 'vitest';
import type { TokenConfig } from '../config.ts';
import { tokenVerifiers, TokenVerifier } from './token-verifier.ts';

const around = { now: () => 1_000_000_000_000, log: () => {} };
const secret = 'a-secret-for-tests-that-is-long-enough';
const NOW = 1_000_000_000;

function verifier(config: TokenConfig): TokenVerifier {
  return new TokenVerifier(config, around);
}

function sign(
  claims: Record<string, unknown>,
  alg = 'HS256',
  key: CryptoKey | Uint8Array = new TextEncoder().encode(secret),
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(key);
}

describe('TokenVerifier', () => {
  const hmac = verifier({ hmac_secret_key: secret });

  it.each(['HS256', 'HS384', 'HS512'])('takes %s', async (alg) => {
    expect(await hmac.connection(await sign({ sub: 'ann' }, alg))).toMatchObject({ user: 'ann' });
  });

  it.each([
    ['RS256', 'rsa_public_key'],
    ['RS512', 'rsa_public_key'],
    ['ES256', 'ecdsa_public_key'],
    ['EdDSA', 'eddsa_public_key'],
  ] as const)('takes %s by its public key', async (alg, option) => {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    const config = { [option]: await exportSPKI(publicKey) };
    const token = await sign({ sub: 'ann' }, alg, privateKey);
    expect(await verifier(config).connection(token)).toMatchObject({ user: 'ann' });
    const { privateKey: other } = await generateKeyPair(alg);
    expect(await verifier(config).connection(await sign({ sub: 'ann' }, alg, other))).toBe(
      'invalid',
    );
  });

  it('does not take a public key for a secret, nor a token without a signature', async () => {
    const { publicKey } = await generateKeyPair('RS256');
    const pem = await exportSPKI(publicKey);
    const forged = await sign({ sub: 'ann' }, 'HS256', new TextEncoder().encode(pem));
    expect(await verifier({ rsa_public_key: pem }).connection(forged)).toBe('invalid');
    const unsigned = new UnsecuredJWT({ sub: 'ann' }).encode();
    expect(await hmac.connection(unsigned)).toBe('invalid');
  });

  it('refuses a token with anything of it changed, and extensions that must be understood', async () => {
    const token = await sign({ sub: 'ann' });
    expect(await hmac.connection(token)).toMatchObject({ user: 'ann' });
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'A' ? 'B' : 'A';
      const changed = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      expect(await hmac.connection(changed), `at ${at}`).toBe('invalid');
    }
    for (const changed of [`${token}.`, token.slice(0, -1), `.${token}`]) {
      expect(await hmac.connection(changed)).toBe('invalid');
    }
    const [, payload] = token.split('.');
    const header = Buffer.from('{"alg":"HS256","crit":["exp"],"exp":1}').toString('base64url');
    const signature = createHmac('sha256', secret).update(`${header}.${payload}`);
    const critical = `${header}.${payload}.${signature.digest('base64url')}`;
    expect(await hmac.connection(critical)).toBe('invalid');
  });

  it.each(['', 'x', 'a.b.c', '..', 'e30.e30.', 'x'.repeat(10_000)])(
    'refuses what is no token: %s',
    async (token) => {
      expect(await hmac.connection(token)).toBe('invalid');
    },
  );

  it('takes nothing when no key is configured', async () => {
    expect(await verifier({}).connection(await sign({ sub: 'ann' }))).toBe('invalid');
    const empty = verifier({ hmac_secret_key: '' });
    expect(await empty.connection(await sign({ sub: 'ann' }))).toBe('invalid');
  });

  it('tells an expired token from an invalid one', async () => {
    expect(await hmac.connection(await sign({ sub: 'ann', exp: NOW - 1 }))).toBe('expired');
    expect(await hmac.connection(await sign({ sub: 'ann', exp: NOW + 9 }))).toMatchObject({
      expireAt: NOW + 9,
    });
    const forged = await sign({ sub: 'ann', exp: NOW - 1 }, 'HS256', new Uint8Array(32).fill(7));
    expect(await hmac.connection(forged)).toBe('invalid');
  });

  it('lets expire_at say otherwise than exp', async () => {
    const token = (expire_at: number): Promise<string> =>
      sign({ sub: 'ann', exp: NOW + 9, expire_at });
    expect(await hmac.connection(await token(0))).toMatchObject({ expireAt: 0 });
    expect(await hmac.connection(await token(NOW + 99))).toMatchObject({ expireAt: NOW + 99 });
  });

  it('holds tokens to the audience and the issuer', async () => {
    const strict = verifier({ hmac_secret_key: secret, audience: 'a', issuer: 'i' });
    expect(
      await strict.connection(await sign({ sub: 'x', aud: ['a', 'b'], iss: 'i' })),
    ).toMatchObject({ user: 'x' });
    expect(await strict.connection(await sign({ sub: 'x', aud: 'b', iss: 'i' }))).toBe('invalid');
    expect(await strict.connection(await sign({ sub: 'x', aud: 'a' }))).toBe('invalid');
  });

  it('reads info, subscriptions and capabilities', async () => {
    const token = await sign({
      sub: 'ann',
      info: { name: 'Ann' },
      channels: ['a'],
      subs: {
        b: {
          info: 1,
          b64data: Buffer.from('{\n"x":1}').toString('base64'),
          override: { presence: { value: true }, force_recovery: { value: false } },
        },
      },
      caps: [{ channels: ['control:*'], match: 'wildcard', allow: ['pub', 'sub'] }],
    });
    const claims = await hmac.connection(token);
    expect(claims).toMatchObject({
      infoJson: '{"name":"Ann"}',
      subs: new Map<string, object>([
        ['a', { overrides: {} }],
        [
          'b',
          { infoJson: '1', dataJson: '{ "x":1}', overrides: { presence: true, recovery: false } },
        ],
      ]),
      capabilities: [{ abilities: new Set(['pub', 'sub']) }],
    });
  });

  it.each([
    ['sub', { sub: 7 }],
    ['expire_at', { sub: 'a', expire_at: 'x' }],
    ['channels', { sub: 'a', channels: 'x' }],
    ['channels of no names', { sub: 'a', channels: [1] }],
    ['subs', { sub: 'a', subs: [] }],
    ['caps', { sub: 'a', caps: [{ channels: ['x'], allow: ['fly'] }] }],
    ['b64info', { sub: 'a', b64info: 'not base64' }],
  ])('refuses a token whose %s is not what it must be', async (_, claims) => {
    expect(await hmac.connection(await sign(claims))).toBe('invalid');
  });

  it('does not take a subscription token for a connection token, nor the other way round', async () => {
    expect(await hmac.connection(await sign({ sub: 'ann', channel: 'news' }))).toBe('invalid');
    expect(await hmac.subscription(await sign({ sub: 'ann' }))).toBe('invalid');
  });

  it('takes a token whose time has not come for one that has expired', async () => {
    expect(await hmac.connection(await sign({ sub: 'ann', nbf: NOW + 60 }))).toBe('expired');
    expect(await hmac.connection(await sign({ sub: 'ann', nbf: NOW - 60 }))).toMatchObject({
      user: 'ann',
    });
  });

  it('takes the user from the claim that the configuration names', async () => {
    const named = verifier({ hmac_secret_key: secret, user_id_claim: 'uid' });
    expect(await named.connection(await sign({ sub: 'x', uid: 'ann' }))).toMatchObject({
      user: 'ann',
    });
  });

  it('verifies subscription tokens with their own keys where there are any', async () => {
    const own = tokenVerifiers(
      {
        token: { hmac_secret_key: secret },
        subscription_token: {
          enabled: true,
          hmac_secret_key: 'another-secret-that-is-long-enough',
        },
      },
      around,
    );
    const token = await sign({ sub: 'ann', channel: '$a', info: { x: 1 } });
    expect(await own.subscription.subscription(token)).toBe('invalid');
    const shared = tokenVerifiers({ token: { hmac_secret_key: secret } }, around);
    expect(await shared.subscription.subscription(token)).toEqual({
      user: 'ann',
      channel: '$a',
      client: '',
      expireAt: 0,
      infoJson: '{"x":1}',
      overrides: {},
      token: { id: '', issuedAt: 0 },
    });
  });
});
