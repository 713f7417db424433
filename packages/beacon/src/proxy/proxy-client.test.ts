import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '@belfry/testkit';
import { describe, expect, it } from 'vitest';
import { startBackend, type Backend } from '../testing/backend.ts';
import { ProxyClient, type Post, type Posted } from './proxy-client.ts';
import type { ProxySettings } from './proxy-settings.ts';

const post: Post = { use: 'rpc', body: '{}', headers: {}, repeatable: false };

function clientOf(
  backend: Backend,
  settings: Partial<ProxySettings> = {},
): ProxyClient & Disposable {
  const client = new ProxyClient({
    endpoint: new URL(`${backend.url}/x`),
    timeoutMs: 5_000,
    headers: [],
    emulatedHeaders: [],
    staticHeaders: {},
    signSecret: '',
    binary: false,
    includeMeta: false,
    concurrency: 2,
    queueSize: 3,
    responseSizeLimit: 1000,
    transforms: new Map(),
    tls: null,
    backend: null,
    ...settings,
  });
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

/** Why a request failed, or its status. */
async function endOf(posted: Promise<Posted>): Promise<unknown> {
  return posted.then(
    ({ status }) => status,
    (error: { readonly reason: string }) => error.reason,
  );
}

describe('ProxyClient', () => {
  it('sends so many at once, lets so many wait, and refuses the rest', async () => {
    await using backend = await startBackend();
    await backend.answer('/x', { afterMs: 300, times: 2 });
    using client = clientOf(backend);
    const ends = Array.from({ length: 7 }, () => endOf(client.post(post)));
    expect(client.load).toEqual({ active: 2, waiting: 3 });
    expect(await Promise.all(ends)).toEqual([200, 200, 200, 200, 200, 'full', 'full']);
    expect(client.load).toEqual({ active: 0, waiting: 0 });
    expect(backend.requests).toHaveLength(5);
  });

  it('counts the time of waiting, and is free again when all have run out of time', async () => {
    await using backend = await startBackend();
    await backend.answer('/x', { hang: true, times: 2 });
    using client = clientOf(backend, { timeoutMs: 300 });
    const ends = Array.from({ length: 5 }, () => endOf(client.post(post)));
    expect(await Promise.all(ends)).toEqual(Array.from({ length: 5 }, () => 'timeout'));
    await waitFor(() => client.load.active === 0 && client.load.waiting === 0);
    expect(await endOf(client.post(post))).toBe(200);
  });

  it('keeps its connections', async () => {
    await using backend = await startBackend();
    using client = clientOf(backend);
    for (let i = 0; i < 5; i++) await client.post(post);
    expect(backend.requests).toHaveLength(5);
    expect(new Set(backend.requests.map(({ peer }) => peer)).size).toBe(1);
  });

  it.each([
    ['too much', { bytes: 1001 }, 'too_large'],
    ['a connection that is cut', { cut: true }, 'network'],
    ['a body that ends too early', { bytes: 10, headers: { 'content-length': '11' } }, 'timeout'],
    ['a redirect', { status: 307, headers: { location: '/elsewhere' } }, 307],
  ])('makes of %s what it is', async (_, answer, end) => {
    await using backend = await startBackend();
    await backend.answer('/x', answer);
    using client = clientOf(backend, { timeoutMs: 1000 });
    expect(await endOf(client.post(post))).toBe(end);
    expect(backend.at('/elsewhere')).toEqual([]);
  });

  it('sends again what may be sent twice when a kept connection was closed under it', async () => {
    await using backend = await startBackend();
    using client = clientOf(backend);
    await client.post(post);
    await backend.answer('/x', { cut: true, times: 1 });
    expect(await endOf(client.post({ ...post, repeatable: true }))).toBe(200);
    await backend.answer('/x', { cut: true, times: 1 });
    expect(await endOf(client.post(post))).toBe('stale');
  });

  it('leaves the event loop alone while a backend hangs', async () => {
    await using backend = await startBackend();
    await backend.answer('/x', { hang: true });
    using client = clientOf(backend, { concurrency: 100, queueSize: 1000, timeoutMs: 400 });
    const ends = Array.from({ length: 1000 }, () => endOf(client.post(post)));
    let turns = 0;
    const all = Promise.all(ends).then(() => true);
    while (!(await Promise.race([all, sleep(1, false)]))) turns++;
    expect(turns).toBeGreaterThan(10);
  });
});
