import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createRouter } from '../http/router.ts';
import { checkGuestName } from './core/guest-name.ts';
import { createRateLimiter } from './core/rate-limiter.ts';
import { guestRoute } from './guest-endpoint.ts';
import { createTokenSigner } from './token-signer.ts';

describe('a guest’s name', () => {
  test.each([
    ['Ann', 'Ann'],
    ['  Ann ', 'Ann'],
    ['Ann-Sofie Öberg', 'Ann-Sofie Öberg'],
    ['👩‍🚀', '👩‍🚀'],
    ['x'.repeat(40), 'x'.repeat(40)],
  ])('%j is taken as %j', (given, name) => {
    expect(checkGuestName(given)).toEqual({ ok: true, name });
  });

  test.each([
    [undefined, /is missing/],
    [7, /is not a string/],
    ['   ', /is empty/],
    ['x'.repeat(41), /has 41 characters/],
    ['a\u0000b', /control/],
    ['a\nb', /control/],
    ['\u202eevil', /control/],
  ])('%j is refused', (given, problem) => {
    expect(checkGuestName(given)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(problem),
    });
  });
});

describe('a rate limit', () => {
  test('lets a burst through and then so many a minute', () => {
    const limiter = createRateLimiter({ perMinute: 60, burst: 2 });
    expect([limiter.take('a', 0), limiter.take('a', 0), limiter.take('a', 0)]).toEqual([
      0, 0, 1_000,
    ]);
    expect(limiter.take('b', 0)).toBe(0);
    expect(limiter.take('a', 999)).toBe(1);
    expect(limiter.take('a', 1_000)).toBe(0);
  });

  test('forgets the key that was quiet longest when it has too many', () => {
    const limiter = createRateLimiter({ perMinute: 1, burst: 1, maxKeys: 2 });
    for (const key of ['a', 'b', 'c']) expect(limiter.take(key, 0)).toBe(0);
    expect(limiter.take('c', 0)).toBeGreaterThan(0);
    expect(limiter.take('a', 0)).toBe(0);
  });

  test('does not mind a clock that goes back', () => {
    const limiter = createRateLimiter({ perMinute: 60, burst: 1 });
    expect(limiter.take('a', 10_000)).toBe(0);
    expect(limiter.take('a', 0)).toBe(1_000);
  });
});

describe('POST /auth/guest', () => {
  const signer = createTokenSigner('secret-of-the-test-that-is-long-enough', {});
  const closers: (() => void)[] = [];
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });

  async function serve(enabled = true, burst = 100): Promise<string> {
    const route = guestRoute({
      signer: enabled ? signer : undefined,
      limiter: createRateLimiter({ perMinute: 1, burst }),
      tokenTtlMs: 60_000,
      allowedOrigins: ['https://game.example'],
      clientIpHeader: undefined,
    });
    const server = createServer(createRouter({ routes: [route], onError: () => undefined }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/auth/guest`;
  }

  const post = (
    url: string,
    body: string,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  test('gives a token for a user of its own', async () => {
    const url = await serve();
    const response = await post(url, '{"name":" Ann "}');
    expect(response.status).toBe(200);
    const { token, user } = (await response.json()) as { token: string; user: string };
    expect(user).toMatch(/^guest-[\w-]{16}$/);
    const payload = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    expect(payload).toMatchObject({ sub: user, info: { name: 'Ann' } });
    expect(payload.exp - payload.iat).toBe(60);
  });

  test('keeps the user of an earlier token, and of nobody else’s', async () => {
    const url = await serve();
    const first = (await (await post(url, '{"name":"Ann"}')).json()) as {
      token: string;
      user: string;
    };
    const again = await post(url, JSON.stringify({ name: 'Anna', token: first.token }));
    expect(await again.json()).toMatchObject({ user: first.user });
    const expired = await signer.sign({ user: 'guest-old', ttlMs: 1_000 }, Date.now() - 60_000);
    expect(
      await (await post(url, JSON.stringify({ name: 'Old', token: expired }))).json(),
    ).toMatchObject({
      user: 'guest-old',
    });
    const forged = await createTokenSigner('another', {}).sign({ user: first.user }, Date.now());
    const admin = await signer.sign({ user: 'admin' }, Date.now());
    for (const token of [forged, admin, 'x', 7]) {
      expect((await post(url, JSON.stringify({ name: 'Eve', token }))).status).toBe(401);
    }
  });

  test.each([
    ['what is no JSON', '{', 400, 'bad_json'],
    ['a list', '[]', 400, 'bad_json'],
    ['an empty name', '{"name":""}', 400, 'bad_name'],
    ['no name', '{}', 400, 'bad_name'],
    ['a long body', `{"name":"${'x'.repeat(5_000)}"}`, 413, 'too_large'],
  ])('%s is refused', async (_name, body, status, code) => {
    const response = await post(await serve(), body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code, message: expect.any(String) } });
  });

  test('other types, methods and a server without guests get an answer that says so', async () => {
    const url = await serve();
    expect((await post(url, 'name=Ann', { 'content-type': 'text/plain' })).status).toBe(415);
    const get = await fetch(url);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST, OPTIONS']);
    const off = await post(await serve(false), '{"name":"Ann"}');
    expect(off.status).toBe(404);
    expect(await off.json()).toMatchObject({ error: { code: 'guests_disabled' } });
  });

  test('an address that asks too often must wait', async () => {
    const url = await serve(true, 1);
    expect((await post(url, '{"name":"Ann"}')).status).toBe(200);
    const second = await post(url, '{"name":"Ann"}');
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '60']);
  });

  test('a page of an allowed origin may read the answer, another may not', async () => {
    const url = await serve();
    const allowed = await post(url, '{"name":"Ann"}', { origin: 'https://game.example' });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://game.example');
    const other = await post(url, '{"name":"Ann"}', { origin: 'https://evil.example' });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});
