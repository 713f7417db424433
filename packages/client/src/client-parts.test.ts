import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { BelfryError, toBelfryError } from './belfry-error.ts';
import { GuestSession } from './guest.ts';
import type { GuestStorage } from './guest.ts';
import { newMessageId } from './message-id.ts';
import { httpUrl, websocketUrl } from './server-url.ts';
import { tokenClaims } from './token-claims.ts';

const tokenOf = (claims: object): string =>
  `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;

test('the WebSocket address follows from the server’s', () => {
  expect(websocketUrl('http://127.0.0.1:8000')).toBe('ws://127.0.0.1:8000/connection/websocket');
  expect(websocketUrl('https://belfry.example/')).toBe('wss://belfry.example/connection/websocket');
  expect(websocketUrl('wss://belfry.example/own')).toBe('wss://belfry.example/own');
  expect(httpUrl('wss://belfry.example/own', '/auth/guest')).toBe(
    'https://belfry.example/auth/guest',
  );
  expect(() => websocketUrl('localhost:8000')).toThrow(/give the server's address/);
});

test('the claims of a token are read without trusting them', () => {
  expect(tokenClaims(tokenOf({ sub: 'änn', exp: 5, other: 1 }))).toEqual({ sub: 'änn', exp: 5 });
  for (const token of ['', 'abc', 'a.b.c', 'a.bnVsbA.c']) expect(tokenClaims(token)).toEqual({});
});

test('message ids are short, of safe characters and different', () => {
  const ids = new Set(Array.from({ length: 1_000 }, () => newMessageId()));
  expect(ids.size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/);
});

test('the protocol’s errors become codes that say what to do', () => {
  expect(toBelfryError({ code: 106, message: 'limit exceeded' }, 'sending')).toMatchObject({
    code: 'overloaded',
    wireCode: 106,
    temporary: false,
  });
  expect(toBelfryError({ code: 100, message: 'x' }, 'a')).toMatchObject({ temporary: true });
  expect(toBelfryError({ code: 1234, message: 'x', temporary: true }, 'a')).toMatchObject({
    code: 'failed',
    temporary: true,
  });
  expect(toBelfryError(new Error('boom'), 'doing it').message).toBe('doing it: boom');
});

function memory(): GuestStorage {
  const map = new Map<string, string>();
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

/** Answers as a server does: an earlier token that it knows keeps the user. */
async function guestServer(ttl: number, status = 200) {
  let guests = 0;
  const known = new Map<string, string>();
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const old = (JSON.parse(text) as { token?: string }).token;
      const user = old === undefined ? `g${guests + 1}` : known.get(old);
      const code = status === 200 && user === undefined ? 401 : status;
      response.writeHead(code, { 'content-type': 'application/json' });
      if (code !== 200)
        return response.end(JSON.stringify({ error: { message: 'guests are off' } }));
      guests += 1;
      const exp = Math.floor(Date.now() / 1000) + ttl;
      const token = tokenOf({ sub: user, exp, jti: guests });
      known.set(token, user!);
      return response.end(JSON.stringify({ user, token }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The server comes back with another secret. */
    forget: () => known.clear(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a guest is kept in the storage and stays the same user under another name', async () => {
  await using server = await guestServer(3_600);
  const storage = memory();
  const ann = new GuestSession({ url: server.url, name: 'Ann', storage });
  const [first, same] = await Promise.all([ann.signIn(), ann.signIn()]);
  expect(first).toMatchObject({ user: 'g1', name: 'Ann' });
  expect(same).toEqual(first);
  const again = new GuestSession({ url: server.url, name: 'Ann', storage });
  expect(again.current?.user).toBe('g1');
  expect(await again.getToken({ rejected: false })).toBe(first.token);
  const anna = await new GuestSession({ url: server.url, name: 'Anna', storage }).signIn();
  expect(anna).toMatchObject({ user: 'g1', name: 'Anna' });
  expect(anna.token).not.toBe(first.token);
});

test('a guest whose token the server no longer knows becomes somebody new', async () => {
  await using server = await guestServer(3_600);
  const session = new GuestSession({ url: server.url, name: 'Ann' });
  const first = await session.signIn();
  expect(await session.getToken({ rejected: true })).not.toBe(first.token);
  expect(session.current?.user).toBe('g1');
  server.forget();
  await session.getToken({ rejected: true });
  expect(session.current?.user).toBe('g3');
});

test('a token that is about to expire is fetched anew', async () => {
  await using server = await guestServer(10);
  const session = new GuestSession({ url: server.url, name: 'Ann' });
  const first = await session.signIn();
  const second = await session.signIn();
  expect(second.user).toBe(first.user);
  expect(second.token).not.toBe(first.token);
});

test('a sign-in that fails says why', async () => {
  await using server = await guestServer(10, 404);
  const refused = new GuestSession({ url: server.url, name: 'Ann' }).signIn();
  await expect(refused).rejects.toThrow('signing in as a guest: guests are off');
  await expect(refused).rejects.toMatchObject({ code: 'not-found' });
  const nobody = new GuestSession({ url: 'http://127.0.0.1:1', name: 'Ann' }).signIn();
  await expect(nobody).rejects.toMatchObject({ code: 'network', temporary: true });
  await expect(nobody).rejects.toBeInstanceOf(BelfryError);
});
