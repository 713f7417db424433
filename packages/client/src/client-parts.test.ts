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

/** Answers every guest with a new user whose token lives for `ttl` seconds. */
async function guestServer(ttl: number, status = 200) {
  let guests = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      guests += 1;
      const token = tokenOf({ sub: `g${guests}`, exp: Math.floor(Date.now() / 1000) + ttl });
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(
          status === 200 ? { user: `g${guests}`, token } : { error: { message: 'guests are off' } },
        ),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a guest is kept in the storage, and is somebody new under another name or when the server does not accept the token', async () => {
  await using server = await guestServer(3_600);
  const storage = memory();
  const ann = new GuestSession({ url: server.url, name: 'Ann', storage });
  const [first, same] = await Promise.all([ann.signIn(), ann.signIn()]);
  expect(first).toMatchObject({ user: 'g1', name: 'Ann' });
  expect(same).toEqual(first);
  const again = new GuestSession({ url: server.url, name: 'Ann', storage });
  expect(again.current?.user).toBe('g1');
  expect(await again.getToken({ rejected: false })).toBe(first.token);
  expect(await again.getToken({ rejected: true })).not.toBe(first.token);
  const bea = await new GuestSession({ url: server.url, name: 'Bea', storage }).signIn();
  expect(bea.user).toBe('g3');
});

test('a token that is about to expire is fetched anew', async () => {
  await using server = await guestServer(10);
  const session = new GuestSession({ url: server.url, name: 'Ann' });
  expect((await session.signIn()).user).toBe('g1');
  expect((await session.signIn()).user).toBe('g2');
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
