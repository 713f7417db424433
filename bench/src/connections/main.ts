/**
 * What do very many connections cost? `npm run bench:connections -- [--count 100000] [--beacons N] [--json FILE]`: Beacons of one host over
 * Redis, and connections that each have a channel of their own and `broadcast`. Keys: docs/benchmarks.md.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { encodePublication } from '@belfry/protocol';
import { openRedisStore, type Store } from '@belfry/store';
import { startRedis, waitFor } from '@belfry/testkit';
import { publishReport } from '../report.ts';
import { createPart } from '../torture/deployment.ts';
import { startConnections, type Connections } from './connections.ts';
import { ownChannel, preciseNow, type ConnectionFigures } from './protocol.ts';
import { serverMemory } from './server-memory.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    beacons: { type: 'string' },
    json: { type: 'string' },
  },
});

/** Of each process, so that it stays well below 20,000 open files although the system spreads connections by chance. */
const PER_BEACON = 15_000;
const PER_LOAD = 16_000;
/** Of all load processes together: more than that waits in the Beacons' queues anyway. */
const AT_ONCE = 256;
const CONNECT_LIMIT_MS = 900_000;
/** For so long nothing happens but pings, before memory is measured, in ms. */
const SETTLE_MS = 5_000;
const BROADCASTS = 5;
const BROADCAST_LIMIT_MS = 60_000;
const NO_HISTORY = { size: 0, ttlMs: 0, metaTtlMs: 0 };

const count = Number(values.count);
if (!(count >= 1 && count <= 1_000_000)) {
  throw new RangeError(`--count is ${values.count}; give a number from 1 to 1000000`);
}
const beacons = Number(values.beacons ?? Math.max(2, Math.ceil(count / PER_BEACON)));
if (!(beacons >= 2 && beacons <= 256)) {
  throw new RangeError(`--beacons is ${String(values.beacons)}; give a number from 2 to 256`);
}
setTimeout(() => {
  console.error('it took too long');
  process.exit(1);
}, CONNECT_LIMIT_MS + 600_000).unref();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const violations: string[] = [];

async function sumOf(all: readonly Connections[]): Promise<ConnectionFigures> {
  const each = await Promise.all(all.map((some) => some.figures()));
  const sum = (key: keyof ConnectionFigures): number =>
    each.reduce((total, figures) => total + figures[key], 0);
  return {
    ready: sum('ready'),
    lost: sum('lost'),
    failures: sum('failures'),
    broadcasts: sum('broadcasts'),
    own: sum('own'),
    lastAt: Math.max(...each.map(({ lastAt }) => lastAt)),
    rssMiB: sum('rssMiB'),
  };
}

/** Waits for so many; resolves with the figures, whether they have come or time is over. */
async function until(
  all: readonly Connections[],
  isThere: (figures: ConnectionFigures) => boolean,
  { limitMs, everyMs }: { readonly limitMs: number; readonly everyMs: number },
): Promise<ConnectionFigures> {
  const end = performance.now() + limitMs;
  for (;;) {
    const figures = await sumOf(all);
    if (isThere(figures) || performance.now() > end) return figures;
    await sleep(everyMs);
  }
}

/** Publishes to everybody; resolves with how long it took until the last one had it, in ms. */
async function broadcast(store: Store, all: readonly Connections[]): Promise<number | null> {
  for (const each of all) each.clear();
  await sumOf(all);
  const body = encodePublication(JSON.stringify({ text: 'x'.repeat(200) }));
  const begin = preciseNow();
  await store.channels.publish({ channel: 'broadcast', body, origin: '', history: NO_HISTORY });
  const { broadcasts, lastAt } = await until(all, (each) => each.broadcasts >= count, {
    limitMs: BROADCAST_LIMIT_MS,
    everyMs: 250,
  });
  if (broadcasts === count) return lastAt - begin;
  violations.push(`a broadcast came ${broadcasts} times to ${count} connections`);
  return null;
}

/** Publishes to some of the connections alone: each gets its own and nobody else's. */
async function tellSome(store: Store, all: readonly Connections[]): Promise<void> {
  for (const each of all) each.clear();
  const some = Math.min(count, 100);
  for (let i = 0; i < some; i++) {
    const channel = ownChannel(Math.floor((i * count) / some));
    const body = encodePublication('"for you"');
    await store.channels.publish({ channel, body, origin: '', history: NO_HISTORY });
  }
  await until(all, ({ own }) => own >= some, { limitMs: 20_000, everyMs: 100 });
  await sleep(500);
  const { own } = await sumOf(all);
  if (own !== some) violations.push(`${some} messages to single connections came ${own} times`);
}

async function writeConfig(dir: string): Promise<string> {
  const anybody = { allow_subscribe_for_client: true, allow_subscribe_for_anonymous: true };
  const config = {
    roles: ['beacon'],
    processes: beacons,
    log: { level: 'warn', format: 'json' },
    client: { allow_anonymous_connect_without_token: true },
    channel: { without_namespace: anybody, namespaces: [{ name: 'own', ...anybody }] },
  };
  const file = join(dir, 'belfry.config.json');
  await writeFile(file, JSON.stringify(config));
  return file;
}

function progress(text: string): void {
  console.error(`[${new Date().toISOString().slice(11, 19)}] ${text}`);
}

await using stack = new AsyncDisposableStack();
const dir = await mkdtemp(join(tmpdir(), 'belfry-connections-'));
stack.defer(() => rm(dir, { recursive: true, force: true }));
const redis = stack.use(await startRedis());
const args = ['--config', await writeConfig(dir), '--redis', redis.url];
const server = await createPart({ name: 'beacons', args, env: {}, dir });
stack.defer(async () => void (await server.stop()));
await server.start();
const store = await openRedisStore({ url: redis.url });
stack.defer(() => store.close());
const before = await waitFor(
  async () => {
    const memory = await serverMemory(server.url);
    return memory.processes === beacons ? memory : null;
  },
  { timeoutMs: 120_000, everyMs: 500, what: `${beacons} Beacons` },
);
progress(`${before.processes} Beacons at ${server.url}`);

const { hostname, port } = new URL(server.url);
const loads = Math.ceil(count / PER_LOAD);
const begin = performance.now();
const all = Array.from({ length: loads }, (_, i) =>
  stack.use(
    startConnections({
      target: { host: hostname, port: Number(port) },
      from: Math.floor((i * count) / loads),
      to: Math.floor(((i + 1) * count) / loads),
      atOnce: Math.ceil(AT_ONCE / loads),
    }),
  ),
);
let said = 0;
const connected = await until(
  all,
  ({ ready }) => {
    if (ready - said >= count / 10) progress(`${(said = ready)} connections`);
    return ready >= count;
  },
  { limitMs: CONNECT_LIMIT_MS, everyMs: 500 },
);
const connectMs = performance.now() - begin;
if (connected.ready < count) violations.push(`only ${connected.ready} of ${count} connected`);
await sleep(SETTLE_MS);
const memory = await serverMemory(server.url);
progress('broadcasts');
const times: number[] = [];
for (let i = 0; i < BROADCASTS; i++) {
  const ms = await broadcast(store, all);
  if (ms !== null) times.push(ms);
  await sleep(500);
}
await tellSome(store, all);
const after = await serverMemory(server.url);
const last = await sumOf(all);
if (last.lost > 0) violations.push(`${last.lost} connections ended by themselves`);
const redisMemory = /used_memory_rss:(\d+)/.exec(await redis.command('INFO', 'memory'))?.[1];
times.sort((a, b) => a - b);
const whole = (value: number | undefined): number | null =>
  value === undefined ? null : Math.round(value);

publishReport(
  {
    name: 'connections',
    settings: { count, beacons, load_processes: loads, broadcasts: BROADCASTS },
    sections: [
      {
        name: 'connections',
        title: `${count} connections, each on a channel of its own and on broadcast`,
        rows: [
          {
            connections: memory.connections,
            beacons: memory.processes,
            connect_s: Math.round(connectMs / 100) / 10,
            connects_per_s: Math.round((count / connectMs) * 1_000),
            retried: last.failures,
            beacons_empty_mib: Math.round(before.rssMiB),
            beacons_rss_mib: Math.round(memory.rssMiB),
            beacons_after_mib: Math.round(after.rssMiB),
            largest_beacon_mib: Math.round(memory.largestMiB),
            rss_each_kib: Math.round(((memory.rssMiB - before.rssMiB) / count) * 1_024 * 100) / 100,
            redis_rss_mib: Math.round(Number(redisMemory) / 2 ** 20),
            load_rss_mib: Math.round(last.rssMiB),
            last_broadcast_min_ms: whole(times[0]),
            last_broadcast_p50_ms: whole(times[Math.floor(times.length / 2)]),
            last_broadcast_max_ms: whole(times.at(-1)),
          },
        ],
      },
    ],
    violations,
  },
  values.json,
);
await stack.disposeAsync();
process.exit();
