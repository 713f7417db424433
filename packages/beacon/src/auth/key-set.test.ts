import { openEmbeddedStore, type Store } from '@belfry/store';
import { waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { TokenConfig } from '../config.ts';
import { SECRET, startBeacon, tokenFor } from '../testing/beacon-rig.ts';
import { signingKey, startJwksServer, type JwksServer } from '../testing/jwks-server.ts';
import { TokenVerifier } from './token-verifier.ts';

/** A verifier whose clock a test sets. */
class Rig {
  now = 1_000_000_000_000;
  failures = 0;
  readonly verifier: TokenVerifier;

  constructor(config: TokenConfig) {
    this.verifier = new TokenVerifier(config, {
      now: () => this.now,
      log: () => {},
      onKeysFailure: () => this.failures++,
    });
  }
}

function rigOf(jwks: JwksServer, config: TokenConfig = {}): Rig {
  return new Rig({ jwks_public_endpoint: `${jwks.url}/certs`, ...config });
}

describe('keys from an endpoint', () => {
  it.each(['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    'verify %s',
    async (alg) => {
      await using jwks = await startJwksServer();
      const [key, other] = await Promise.all([signingKey(alg, 'one'), signingKey(alg, 'one')]);
      jwks.sets.set('/certs', [key.jwk]);
      const { verifier } = rigOf(jwks);
      expect(await verifier.connection(await key.sign({ sub: 'ann' }))).toMatchObject({
        user: 'ann',
      });
      expect(await verifier.connection(await other.sign({ sub: 'ann' }))).toBe('invalid');
    },
  );

  it('are fetched once for many tokens at a time, and kept for an hour', async () => {
    await using jwks = await startJwksServer();
    const key = await signingKey('ES256', 'one');
    jwks.sets.set('/certs', [key.jwk]);
    const rig = rigOf(jwks);
    const token = await key.sign({ sub: 'ann' });
    const verify = (): Promise<unknown> => rig.verifier.connection(token);
    await Promise.all(Array.from({ length: 20 }, verify));
    expect(jwks.requests).toEqual(['/certs']);
    rig.now += 3_599_000;
    await verify();
    expect(jwks.requests).toHaveLength(1);
    rig.now += 2_000;
    await verify();
    expect(jwks.requests).toHaveLength(2);
  });

  it('are fetched again for a key that is new, but not for every one that does not exist', async () => {
    await using jwks = await startJwksServer();
    const [first, second, unknown] = await Promise.all(
      ['one', 'two', 'never'].map((kid) => signingKey('ES256', kid)),
    );
    if (!first || !second || !unknown) throw new Error('no keys');
    jwks.sets.set('/certs', [first.jwk]);
    const rig = rigOf(jwks);
    expect(await rig.verifier.connection(await first.sign({ sub: 'a' }))).toMatchObject({
      user: 'a',
    });
    // Rotated: the old key is gone, a new one is there.
    jwks.sets.set('/certs', [second.jwk]);
    rig.now += 31_000;
    expect(await rig.verifier.connection(await second.sign({ sub: 'b' }))).toMatchObject({
      user: 'b',
    });
    expect(await rig.verifier.connection(await first.sign({ sub: 'a' }))).toBe('invalid');
    for (let i = 0; i < 10; i++) {
      expect(await rig.verifier.connection(await unknown.sign({ sub: 'x' }))).toBe('invalid');
    }
    expect(jwks.requests).toHaveLength(2);
  });

  it('go on while the endpoint is down, which costs a try now and then', async () => {
    await using jwks = await startJwksServer();
    const key = await signingKey('ES256', 'one');
    jwks.sets.set('/certs', [key.jwk]);
    const rig = rigOf(jwks);
    const token = await key.sign({ sub: 'ann' });
    await rig.verifier.connection(token);
    for (const mode of ['error', 'garbage'] as const) {
      jwks.mode = mode;
      rig.now += 3_700_000;
      const before = jwks.requests.length;
      for (let i = 0; i < 5; i++) {
        expect(await rig.verifier.connection(token)).toMatchObject({ user: 'ann' });
      }
      expect(jwks.requests).toHaveLength(before + 1);
    }
    expect(rig.failures).toBe(2);
  });

  it('that were never there say nothing of a token: the client is to try again', async () => {
    await using jwks = await startJwksServer();
    const key = await signingKey('ES256', 'one');
    const rig = rigOf(jwks);
    const token = await key.sign({ sub: 'ann' });
    expect(await rig.verifier.connection(token)).toBe('unavailable');
    expect(await rig.verifier.connection(token)).toBe('unavailable');
    expect(jwks.requests).toHaveLength(1);
    jwks.sets.set('/certs', [key.jwk]);
    rig.now += 2_000;
    expect(await rig.verifier.connection(token)).toMatchObject({ user: 'ann' });
  });

  it('are found by name: a token that names none is invalid, and nothing is fetched for it', async () => {
    await using jwks = await startJwksServer();
    const key = await signingKey('ES256', 'one');
    jwks.sets.set('/certs', [key.jwk]);
    const token = await key.signUnnamed({ sub: 'ann' });
    expect(await rigOf(jwks).verifier.connection(token)).toBe('invalid');
    expect(jwks.requests).toEqual([]);
  });

  it('are no secrets: a token signed with what everybody can read is invalid', async () => {
    await using jwks = await startJwksServer();
    const bytes = new TextEncoder().encode('public-knowledge-of-thirty-two-bytes');
    const k = Buffer.from(bytes).toString('base64url');
    jwks.sets.set('/certs', [{ kty: 'oct', k, kid: 'one', alg: 'HS256' }]);
    const token = await new SignJWT({ sub: 'eve' })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(bytes);
    expect(await rigOf(jwks).verifier.connection(token)).toBe('invalid');
    expect(await rigOf(jwks, { hmac_secret_key: SECRET }).verifier.connection(token)).toBe(
      'invalid',
    );
  });
});

describe('the endpoint of a realm', () => {
  const config = (jwks: JwksServer): TokenConfig => ({
    jwks_public_endpoint: `${jwks.url}/{{realm}}/{{ app }}/certs`,
    issuer_regex: '^https://auth\\.example/(?P<realm>.+)$',
    audience_regex: '^app-(?<app>[a-z]+)$',
  });

  it('follows from issuer and audience, and each realm has its keys', async () => {
    await using jwks = await startJwksServer();
    const [north, south] = await Promise.all([signingKey('ES256', 'n'), signingKey('ES256', 's')]);
    jwks.sets.set('/north/web/certs', [north.jwk]).set('/south/web/certs', [south.jwk]);
    const { verifier } = new Rig(config(jwks));
    const aud = ['other', 'app-web'];
    const claims = (realm: string): object => ({ iss: `https://auth.example/${realm}`, aud });
    const ann = await north.sign({ sub: 'ann', ...claims('north') });
    expect(await verifier.connection(ann)).toMatchObject({ user: 'ann' });
    const bob = await south.sign({ sub: 'bob', ...claims('south') });
    expect(await verifier.connection(bob)).toMatchObject({ user: 'bob' });
    // A key of one realm is nothing in another.
    expect(await verifier.connection(await south.sign({ sub: 'eve', ...claims('north') }))).toBe(
      'invalid',
    );
  });

  it.each([
    ['another issuer', { iss: 'https://evil.example/north', aud: 'app-web' }],
    ['no issuer', { aud: 'app-web' }],
    ['another audience', { iss: 'https://auth.example/north', aud: ['app-', 'x'] }],
    ['dots for a realm', { iss: 'https://auth.example/..', aud: 'app-web' }],
  ])('is not asked for %s', async (_name, claims) => {
    await using jwks = await startJwksServer();
    const key = await signingKey('ES256', 'n');
    const { verifier } = new Rig(config(jwks));
    expect(await verifier.connection(await key.sign({ sub: 'x', ...claims }))).toBe('invalid');
    expect(jwks.requests).toEqual([]);
  });

  it('cannot be led elsewhere by what a token says', async () => {
    await using jwks = await startJwksServer();
    const key = await signingKey('ES256', 'n');
    const { verifier } = new Rig(config(jwks));
    const iss = 'https://auth.example/../evil?x=#y/@z';
    expect(await verifier.connection(await key.sign({ sub: 'x', iss, aud: 'app-web' }))).toBe(
      'unavailable',
    );
    expect(jwks.requests).toEqual(['/..%2Fevil%3Fx%3D%23y%2F%40z/web/certs']);
  });
});

it('a secret that was changed goes on until its time is over', async () => {
  const config = { hmac_secret_key: 'the-new-secret-that-is-long-enough-too' };
  const token = await tokenFor('ann');
  const still = new Rig({ ...config, hmac_previous_secret_key: SECRET });
  expect(await still.verifier.connection(token)).toMatchObject({ user: 'ann' });
  const until = new Rig({
    ...config,
    hmac_previous_secret_key: SECRET,
    hmac_previous_secret_key_valid_until: 1_000_000_010,
  });
  expect(await until.verifier.connection(token)).toMatchObject({ user: 'ann' });
  until.now += 10_000;
  expect(await until.verifier.connection(token)).toBe('invalid');
});

it('a client whose keys do not come does not keep others waiting, and comes in when they do', async () => {
  await using jwks = await startJwksServer();
  const key = await signingKey('ES256', 'one');
  jwks.sets.set('/certs', [key.jwk]);
  jwks.mode = 'hang';
  const store: Store = await openEmbeddedStore({ dataDir: ':memory:' });
  await using _closing = { [Symbol.asyncDispose]: () => store.close() };
  await using rig = await startBeacon(store, {
    client: {
      token: { hmac_secret_key: SECRET, jwks_public_endpoint: `${jwks.url}/certs` },
    },
  });
  const options = { minReconnectDelay: 50, maxReconnectDelay: 100 };
  const slow = new Centrifuge(rig.url, { token: await key.sign({ sub: 'ann' }), ...options });
  using _slow = { [Symbol.dispose]: () => slow.disconnect() };
  const errors: number[] = [];
  slow.on('error', ({ error }) => errors.push(error.code));
  slow.connect();
  await waitFor(() => jwks.requests.length === 1);
  const quick = new Centrifuge(rig.url, { token: await tokenFor('bob') });
  using _quick = { [Symbol.dispose]: () => quick.disconnect() };
  quick.connect();
  await quick.ready(1_500);
  // The keys were asked for before and are still being waited for, or that has just failed.
  expect(slow.state).toBe('connecting');
  await waitFor(() => errors.includes(100), { timeoutMs: 10_000 });
  jwks.mode = 'ok';
  await slow.ready(10_000);
  expect(rig.beacon.snapshot().counters.key_failures).toBeGreaterThan(0);
});
