import { startRedis, waitFor, type RedisServer } from '@belfry/testkit';
import { Centrifuge, State, type TransportName } from 'centrifuge';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  type BelfryProcess,
  runBelfry,
  spawnBelfry,
  temporaryDirectory,
} from '../testing/belfry-process.ts';

const CONFIG = {
  roles: ['beacon'],
  client: { allow_anonymous_connect_without_token: true, allowed_origins: ['*'] },
  http_stream: { enabled: true },
  http_server: { port: 0 },
  log: { format: 'json' },
  channel: {
    namespaces: [
      {
        name: 'chat',
        allow_subscribe_for_client: true,
        allow_subscribe_for_anonymous: true,
        allow_publish_for_client: true,
        allow_publish_for_anonymous: true,
        history_size: 1_000,
        history_ttl: '300s',
        force_recovery: true,
      },
    ],
  },
};

interface Deployment extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly primary: BelfryProcess;
  readonly url: string;
  /** The value of each sample of a metric, by its labels. */
  metric(name: string): Promise<Map<string, number>>;
  /** The pids of the processes, by what the log says; the last ones that ran. */
  pids(): number[];
}

async function deploy(processes: number, config: object = {}): Promise<Deployment> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const directory = stack.use(temporaryDirectory());
  writeFileSync(
    join(directory.path, 'belfry.config.json'),
    JSON.stringify({ ...CONFIG, redis: { url: redis.url }, ...config }),
  );
  const primary = stack.use(
    spawnBelfry(['start', '--processes', String(processes)], { cwd: directory.path }),
  );
  const url = await primary.url();
  const owned = stack.move();
  return {
    redis,
    primary,
    url,
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text();
      const samples = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (.+)$`, 'gm'));
      return new Map([...samples].map(([, labels = '', value]) => [labels, Number(value)]));
    },
    pids() {
      const started = [...primary.stderr().matchAll(/^\{.*"msg":"started"\}$/gm)].map(
        ([line]) => JSON.parse(line) as { pid: number; process: string },
      );
      return started.map(({ pid }) => pid).filter(isRunning);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

interface Listener extends Disposable {
  readonly client: Centrifuge;
  readonly got: unknown[];
  publish(data: unknown): Promise<unknown>;
}

async function listenTo(url: string, transport: TransportName = 'websocket'): Promise<Listener> {
  const paths = { websocket: 'websocket', http_stream: 'http_stream' } as Record<string, string>;
  const base = transport === 'websocket' ? url.replace('http', 'ws') : url;
  const client = new Centrifuge(
    [{ transport, endpoint: `${base}/connection/${paths[transport]}` }],
    {
      websocket: WebSocket,
      emulationEndpoint: `${url}/emulation`,
      minReconnectDelay: 10,
      maxReconnectDelay: 200,
    },
  );
  const subscription = client.newSubscription('chat:1');
  const got: unknown[] = [];
  subscription.on('publication', ({ data }) => got.push(data));
  subscription.subscribe();
  client.connect();
  await subscription.ready(15_000);
  return {
    client,
    got,
    publish: (data) => subscription.publish(data),
    [Symbol.dispose]: () => client.disconnect(),
  };
}

describe('several processes', () => {
  test('share a port, tell the metrics of all, and stop with the primary', async () => {
    await using all = await deploy(2);
    const clients = await Promise.all(Array.from({ length: 24 }, () => listenTo(all.url)));
    const counts = await all.metric('belfry_beacon_connections');
    expect([...counts.keys()].toSorted()).toEqual(['process="1"', 'process="2"']);
    // The system spreads them by their addresses: all 24 on one side would be a wonder.
    expect([...counts.values()].every((count) => count > 0)).toBe(true);
    expect([...counts.values()].reduce((sum, count) => sum + count)).toBe(24);
    expect(await all.metric('belfry_processes')).toEqual(new Map([['', 2]]));
    await clients[0]?.publish('all');
    await waitFor(() => clients.every(({ got }) => got.length === 1), { timeoutMs: 10_000 });
    const pids = all.pids();
    expect(pids).toHaveLength(2);
    all.primary.signal('SIGTERM');
    const { code, stderr } = await all.primary.ended;
    for (const { client } of clients) client.disconnect();
    expect(code).toBe(0);
    expect(stderr.match(/"process":[12],.*"msg":"stopped"/g)).toHaveLength(2);
    expect(pids.filter(isRunning)).toEqual([]);
  }, 60_000);

  test('what a client posts reaches its stream in whichever process it lands', async () => {
    await using all = await deploy(2);
    using ann = await listenTo(all.url, 'http_stream');
    // Requests share few connections; without keep-alive each may land anywhere.
    for (let n = 0; n < 30; n++) await ann.publish(n);
    await waitFor(() => ann.got.length === 30, { timeoutMs: 10_000 });
    expect(ann.got).toEqual(Array.from({ length: 30 }, (_, n) => n));
  }, 60_000);

  test('one that is killed is started again, and its clients recover everything', async () => {
    await using all = await deploy(2);
    const clients = await Promise.all(Array.from({ length: 12 }, () => listenTo(all.url)));
    const [killed = 0] = all.pids();
    let n = 0;
    const publishUntil = async (end: number): Promise<void> => {
      while (n < end) {
        // Whoever publishes may be on the one that is killed: then the next one does.
        const each = clients[n % clients.length];
        const published = each?.client.state === State.Connected && each.publish(n);
        if (published === false) await new Promise((resolve) => setTimeout(resolve, 5));
        else if (
          await Promise.resolve(published).then(
            () => true,
            () => false,
          )
        )
          n++;
      }
    };
    await publishUntil(20);
    process.kill(killed, 'SIGKILL');
    await publishUntil(200);
    await waitFor(() => clients.every(({ got }) => got.at(-1) === 199), { timeoutMs: 20_000 });
    for (const { got, client } of clients) {
      // One whose answer was lost with the process may have been published twice.
      expect([...new Set(got)]).toEqual(Array.from({ length: 200 }, (_, i) => i));
      client.disconnect();
    }
    await waitFor(() => all.pids().length === 2, { timeoutMs: 20_000 });
    await waitFor(async () => (await all.metric('belfry_process_restarts_total')).get('') === 1, {
      timeoutMs: 10_000,
    });
    expect(all.pids()).not.toContain(killed);
  }, 90_000);

  test('end when the primary is killed', async () => {
    await using all = await deploy(2);
    const pids = all.pids();
    expect(pids).toHaveLength(2);
    all.primary.signal('SIGKILL');
    await waitFor(() => pids.every((pid) => !isRunning(pid)), { timeoutMs: 20_000 });
  }, 60_000);

  test('are not started again and again when they cannot start', async () => {
    await using redis = await startRedis();
    using directory = temporaryDirectory();
    const args = ['start', '--processes', '2', '--redis', redis.url, '--port', '0'];
    const { code, stderr } = await runBelfry([...args, '--actors', './missing.ts'], {
      cwd: directory.path,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('missing.ts');
  }, 60_000);

  test('do not join in on a port that is in use', async () => {
    await using all = await deploy(1);
    using directory = temporaryDirectory();
    const { port } = new URL(all.url);
    const { code, stderr } = await runBelfry(
      ['start', '--processes', '2', '--redis', all.redis.url, '--port', port],
      { cwd: directory.path },
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
  }, 60_000);

  test('need a store that they can share', async () => {
    using directory = temporaryDirectory();
    const { code, stderr } = await runBelfry(['start', '--processes', '2'], {
      cwd: directory.path,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('processes: more than one cannot share the embedded store');
  });
});
