import { waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { temporaryDirectory } from '../testing/belfry-process.ts';
import { startBelfry } from './start-belfry.ts';

const CLIENTS = 60;

test('a stop is told to load balancers first, then clients leave over a while, and nobody new comes in', async () => {
  using directory = temporaryDirectory();
  const belfry = await startBelfry({
    roles: ['beacon', 'worker', 'ticker'],
    data_dir: directory.path,
    http_server: { port: 0 },
    log: { level: 'silent' },
    client: { allow_anonymous_connect_without_token: true, allowed_origins: ['*'] },
    shutdown: { notice: '1500ms', timeout: '20s', spread: '3s' },
  });
  const url = belfry.url ?? '';
  const left: { at: number; code: number }[] = [];
  const join = async (): Promise<Centrifuge> => {
    const client = new Centrifuge(`${url.replace('http', 'ws')}/connection/websocket`, {
      websocket: WebSocket,
      // They are not to come back while it goes on.
      minReconnectDelay: 60_000,
      maxReconnectDelay: 60_000,
    });
    client.on('connecting', ({ code }) => {
      if (code !== 0) left.push({ at: performance.now(), code });
    });
    client.connect();
    await client.ready(10_000);
    return client;
  };
  const clients = await Promise.all(Array.from({ length: CLIENTS }, join));
  try {
    const stopped = belfry.stop();
    // A load balancer that has not looked yet still sends clients here, and they are served.
    const health = await fetch(`${url}/health`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ status: 'stopping', store: { ok: true } });
    expect(left).toEqual([]);
    clients.push(await join());
    expect(left).toEqual([]);
    await waitFor(() => left.length > 0, { timeoutMs: 10_000 });
    const refused = await new Promise<string>((resolve) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/connection/websocket`);
      socket.on('error', (error) => {
        resolve(error.message);
      });
      socket.on('open', () => {
        resolve('open');
      });
    });
    expect(refused).toContain('503');
    await stopped;
    expect(left).toHaveLength(CLIENTS + 1);
    expect(new Set(left.map(({ code }) => code))).toEqual(new Set([3001]));
    const first = left[0]?.at ?? 0;
    const quarters = [0, 0, 0, 0];
    for (const { at } of left) quarters[Math.min(3, Math.floor((at - first) / 750))]! += 1;
    // A busy machine may shift some, but not bring all of them at once.
    expect(Math.max(...quarters)).toBeLessThan(CLIENTS / 2);
    expect(quarters.filter((count) => count > 0)).toHaveLength(4);
  } finally {
    for (const client of clients) client.disconnect();
    await belfry.stop();
  }
}, 60_000);
