import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { encodePublication } from '@belfry/protocol';
import { openRedisStore } from '@belfry/store';
import { startHaproxy, startNginx, startRedis, waitFor, whyNoProgram } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { EventSource } from 'eventsource';
import { describe, expect, test } from 'vitest';
import { spawnBelfry, temporaryDirectory } from '../testing/belfry-process.ts';

const DEPLOY = new URL('../../../../deploy/', import.meta.url);
const PATH = process.env['PATH'] ?? '';
const HISTORY = { size: 10_000, ttlMs: 300_000, metaTtlMs: 3_600_000 };
const TRANSPORTS = ['websocket', 'sse', 'http_stream'] as const;
const CLIENTS_EACH = 4;
const MESSAGES = 600;

const CONFIG = {
  roles: ['beacon'],
  client: { allow_anonymous_connect_without_token: true, allowed_origins: ['*'] },
  sse: { enabled: true },
  http_stream: { enabled: true },
  http_server: { port: 0, client_ip_header: 'x-real-ip' },
  log: { format: 'json' },
  channel: {
    namespaces: [
      {
        name: 'chat',
        allow_subscribe_for_client: true,
        allow_subscribe_for_anonymous: true,
        allow_publish_for_client: true,
        allow_publish_for_anonymous: true,
        history_size: HISTORY.size,
        history_ttl: '300s',
        force_recovery: true,
      },
    ],
  },
};

interface Proxy extends AsyncDisposable {
  readonly url: string;
}

interface Behind {
  /** URLs of two. */
  readonly beacons: readonly string[];
  /** Whether it takes those who ask here for strangers. */
  readonly isPublic: boolean;
}

/** A file of deploy/ with other ports. */
function deployed(file: string, port: number, { beacons, isPublic }: Behind): string {
  const [one = '', two = ''] = beacons.map((url) => new URL(url).host);
  const text = readFileSync(new URL(file, DEPLOY), 'utf8')
    .replace(/\blisten 80\b/, `listen 127.0.0.1:${port}`)
    .replace(/\bbind :80$/m, `bind 127.0.0.1:${port}`)
    .replace('127.0.0.1:8001', one)
    .replace('127.0.0.1:8002', two)
    // Not more than a test machine allows.
    .replaceAll('65536;', '1024;')
    .replaceAll('maxconn 100000', 'maxconn 1000')
    .replaceAll('maxconn 50000', 'maxconn 1000')
    .replace(/^worker_rlimit_nofile.*$/m, '');
  if (!isPublic) return text;
  return text.replaceAll(/^ *allow .*$/gm, '').replace('src 127.0.0.0/8 ::1', 'src 192.0.2.1');
}

const PROXIES: Readonly<Record<string, (behind: Behind) => Promise<Proxy>>> = {
  nginx: (behind) => startNginx((port) => ({ file: deployed('nginx.conf', port, behind) })),
  haproxy: (behind) => startHaproxy((port) => deployed('haproxy.cfg', port, behind)),
};

const missing = new Map<string, string | null>();
for (const name of Object.keys(PROXIES)) missing.set(name, await whyNoProgram(name, PATH));
for (const [name, why] of missing) {
  if (why !== null) console.warn(`two Beacons behind ${name}: not run: ${why}`);
}
const noHaproxy = missing.get('haproxy') ?? null;

/** Starts the proxy of this name in front of two. */
function startProxy(name: string, behind: Behind): Promise<Proxy> {
  const start = PROXIES[name];
  if (start === undefined) throw new Error(`no proxy ${name}`);
  return start(behind);
}

interface Client {
  readonly transport: string;
  readonly centrifuge: Centrifuge;
  readonly got: unknown[];
  publish(data: unknown): Promise<unknown>;
}

async function clientOf(url: string, transport: (typeof TRANSPORTS)[number]): Promise<Client> {
  const base = transport === 'websocket' ? url.replace('http', 'ws') : url;
  const centrifuge = new Centrifuge([{ transport, endpoint: `${base}/connection/${transport}` }], {
    eventsource: EventSource,
    emulationEndpoint: `${url}/emulation`,
    minReconnectDelay: 10,
    maxReconnectDelay: 200,
  });
  const subscription = centrifuge.newSubscription('chat:1');
  const got: unknown[] = [];
  subscription.on('publication', ({ data }) => got.push(data));
  subscription.subscribe();
  centrifuge.connect();
  await subscription.ready(15_000);
  return { transport, centrifuge, got, publish: (data) => subscription.publish(data) };
}

async function connectionsOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^belfry_beacon_connections (\d+)$/m.exec(text)?.[1]);
}

describe.for([...missing])('two Beacons behind %s', ([name, why]) => {
  test.skipIf(why !== null)(
    'when one is killed, every client on every transport gets every message once and in order',
    async () => {
      await using redis = await startRedis();
      using directory = temporaryDirectory();
      writeFileSync(
        join(directory.path, 'belfry.config.json'),
        JSON.stringify({ ...CONFIG, redis: { url: redis.url } }),
      );
      await using one = spawnBelfry(['start'], { cwd: directory.path });
      await using two = spawnBelfry(['start'], { cwd: directory.path });
      const beacons = [await one.url(), await two.url()];
      await using proxy = await startProxy(name, { beacons, isPublic: true });
      const store = await openRedisStore({ url: redis.url });
      const clients: Client[] = [];
      try {
        for (const transport of TRANSPORTS) {
          for (let i = 0; i < CLIENTS_EACH; i++) clients.push(await clientOf(proxy.url, transport));
        }
        const spread = await Promise.all(beacons.map(connectionsOf));
        expect(spread.reduce((sum, count) => sum + count)).toBe(clients.length);
        expect(Math.min(...spread)).toBeGreaterThanOrEqual(clients.length / 3);
        for (let n = 0; n < MESSAGES; n++) {
          await store.channels.publish({
            channel: 'chat:1',
            body: encodePublication(String(n)),
            origin: '',
            history: HISTORY,
          });
          if (n === MESSAGES / 3) one.signal('SIGKILL');
          await new Promise((resolve) => setTimeout(resolve, 3));
        }
        await waitFor(() => clients.every(({ got }) => got.at(-1) === MESSAGES - 1), {
          timeoutMs: 30_000,
          what: 'the last message at every client',
        });
        const published = Array.from({ length: MESSAGES }, (_, n) => n);
        for (const { transport, got } of clients)
          expect([transport, got]).toEqual([transport, published]);
        expect(await connectionsOf(beacons[1] ?? '')).toBe(clients.length);
        // Emulation goes that way too, and clients see their own.
        for (const each of clients) await each.publish(each.transport);
        await waitFor(() => clients.every(({ got }) => got.length === MESSAGES + clients.length), {
          timeoutMs: 15_000,
        });
        for (const path of ['/api/info', '/metrics', '/admin/v1', '/health']) {
          const { status } = await fetch(`${proxy.url}${path}`);
          expect([path, status]).toEqual([path, 403]);
        }
      } finally {
        for (const { centrifuge } of clients) centrifuge.disconnect();
        await store.close();
      }
    },
    120_000,
  );

  test.skipIf(why !== null)(
    'on every path they hear the host with its port, and the address of a client who claims another',
    async () => {
      const heard = new Map<string, IncomingHttpHeaders>();
      await using server = createServer(({ url, headers }, response) => {
        heard.set(url ?? '', headers);
        response.end('{}');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await using proxy = await startProxy(name, { beacons: [here, here], isPublic: false });
      const paths = ['/', '/emulation', '/api/info', ...TRANSPORTS.map((t) => `/connection/${t}`)];
      for (const path of paths) {
        // HAProxy finds out at its first checks that they are there.
        await waitFor(async () => {
          const headers = { 'x-real-ip': '192.0.2.7' };
          return (await fetch(`${proxy.url}${path}`, { headers })).status === 200;
        });
        const { host, 'x-real-ip': address } = heard.get(path) ?? {};
        expect([path, host, address]).toEqual([path, new URL(proxy.url).host, '127.0.0.1']);
      }
    },
    60_000,
  );

  test.skipIf(why !== null)(
    'one that stops sends nobody away who then finds no other',
    async () => {
      await using redis = await startRedis();
      using directory = temporaryDirectory();
      const shutdown = { timeout: '8s', spread: '1s' };
      writeFileSync(
        join(directory.path, 'belfry.config.json'),
        JSON.stringify({ ...CONFIG, shutdown, redis: { url: redis.url } }),
      );
      await using one = spawnBelfry(['start'], { cwd: directory.path });
      await using two = spawnBelfry(['start'], { cwd: directory.path });
      const beacons = [await one.url(), await two.url()];
      await using proxy = await startProxy(name, { beacons, isPublic: false });
      // From this machine, what is private is served.
      expect((await fetch(`${proxy.url}/health`)).status).toBe(200);
      const clients = await Promise.all(
        TRANSPORTS.flatMap((each) => [each, each]).map((each) => clientOf(proxy.url, each)),
      );
      const codes: number[] = [];
      for (const { centrifuge } of clients) {
        centrifuge.on('connecting', ({ code }) => codes.push(code));
      }
      one.signal('SIGTERM');
      expect((await one.ended).code).toBe(0);
      await waitFor(async () => (await connectionsOf(beacons[1] ?? '')) === clients.length, {
        timeoutMs: 20_000,
        everyMs: 50,
      });
      // Told to go elsewhere, and never that something broke.
      expect(new Set(codes)).toEqual(new Set([3001]));
      for (const { centrifuge } of clients) centrifuge.disconnect();
    },
    60_000,
  );
});

test.skipIf(noHaproxy !== null)('HAProxy finds nothing wrong with its config', async () => {
  const file = fileURLToPath(new URL('haproxy.cfg', DEPLOY));
  const { stderr } = await promisify(execFile)('haproxy', ['-c', '-f', file]);
  expect(stderr).not.toContain('WARNING');
});
