import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../report.ts';
import { startGenerator, type GeneratorProcess } from './load/start-generator.ts';
import type { LoadAnswer } from './load/protocol.ts';
import type { DeliveryRow } from './rows.ts';
import type { RunningServer, Target } from './servers/target.ts';
import { usageOf, usageOfAll } from './usage.ts';

export interface Settings {
  readonly serverCore: number;
  readonly loadCore: number;
  /** How long each row is measured, in seconds. */
  readonly seconds: number;
  /** The rates of publications are multiplied with it. */
  readonly rate: number;
  readonly idleClients: number;
}

export interface Measured {
  readonly row: Row;
  readonly violations: readonly string[];
}

/** From when on a process counts as busy: the share of the time that it ran or waited to. */
const BUSY = 0.95;
const WARM_UP_S = 5;
const IN_FLIGHT = 64;
/** How long idle connections are left alone before memory is read. */
const SETTLE_MS = 5000;

/** A server and a load generator, each on its core. */
async function setUp(
  target: Target,
  settings: Settings,
  overRedis = false,
): Promise<AsyncDisposable & { readonly server: RunningServer; readonly load: GeneratorProcess }> {
  await using held = new AsyncDisposableStack();
  const server = held.use(await target.start({ core: settings.serverCore, overRedis }));
  const load = held.use(await startGenerator(settings.loadCore));
  const kept = held.move();
  return { server, load, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

interface Spent {
  readonly answer: LoadAnswer;
  /** CPU-seconds of the server's processes together, and of each by name. */
  readonly cpu: number;
  readonly shares: Row;
  readonly rssMiB: number;
  /** What was busy: nothing more would have come of that one. */
  readonly bound: 'server' | 'load' | 'rate';
}

/** Has the generator do something, and measures what it costs whom. */
async function spend(
  { server, load }: { readonly server: RunningServer; readonly load: GeneratorProcess },
  work: () => Promise<LoadAnswer>,
): Promise<Spent> {
  const pids = Object.values(server.pids);
  const before = { server: usageOfAll(pids), load: usageOf(load.pid), at: performance.now() };
  const answer = await work();
  const seconds = (performance.now() - before.at) / 1000;
  const after = { server: usageOfAll(pids), load: usageOf(load.pid) };
  const share = (spent: number): number => round(spent / seconds);
  const cpu = after.server.cpu - before.server.cpu;
  const loadCpu = after.load.cpu - before.load.cpu;
  const loadWaited = after.load.waited - before.load.waited;
  const waited = after.server.waited - before.server.waited;
  const serverBusy = (cpu + waited) / seconds >= BUSY;
  const loadBusy = (loadCpu + loadWaited) / seconds >= BUSY;
  return {
    answer,
    cpu,
    shares: {
      server_cpu: share(cpu),
      server_waited: share(waited),
      load_cpu: share(loadCpu),
      load_waited: share(loadWaited),
    },
    rssMiB: after.server.rssMiB,
    bound: serverBusy ? 'server' : loadBusy ? 'load' : 'rate',
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function problems(what: string, { failed, problem, lost, duplicated }: LoadAnswer): string[] {
  return [
    ...(failed > 0 ? [`${what}: ${failed} failures, the first: ${problem}`] : []),
    ...(lost > 0 ? [`${what}: ${lost} deliveries were lost`] : []),
    ...(duplicated > 0 ? [`${what}: ${duplicated} deliveries came twice`] : []),
  ];
}

/** Deliveries per CPU-second of the server, and their latency. */
export async function measureDeliveries(
  target: Target,
  row: DeliveryRow,
  settings: Settings,
): Promise<Measured> {
  await using pair = await setUp(target, settings, row.overRedis === true);
  const { server, load } = pair;
  const { port, apiPort } = server;
  const { clients, channels } = row;
  const { dialect } = target;
  await load.order({ type: 'dial', dialect, port, count: clients, inFlight: IN_FLIGHT });
  const ready = await load.order({ type: 'subscribe', channels, inFlight: IN_FLIGHT });
  if (ready.failed > 0) return nothing(target, row.name, ready);
  const publish = {
    ...row.publish,
    type: 'publish' as const,
    apiPort: row.publish.via === 'server' ? apiPort : null,
    everyMs: row.publish.everyMs / settings.rate,
  };
  await load.order({ ...publish, seconds: WARM_UP_S });
  const { answer, cpu, shares, rssMiB, bound } = await spend(pair, () =>
    load.order({ ...publish, seconds: settings.seconds }),
  );
  const { delivered, withheld, lost, duplicated, reordered } = answer;
  return {
    row: {
      server: target.name,
      deliveries_per_s: Math.round(delivered / answer.seconds),
      deliveries_per_cpu_s: Math.round(delivered / cpu),
      p50_ms: answer.p50Ms,
      p99_ms: answer.p99Ms,
      max_ms: answer.maxMs,
      rss_mib: Math.round(rssMiB),
      ...shares,
      bound,
      published: answer.published,
      withheld,
      delivered,
      lost,
      duplicated,
      reordered,
    },
    violations: problems(`${row.name}: ${target.name}`, answer),
  };
}

function nothing(target: Target, name: string, answer: LoadAnswer): Measured {
  return {
    row: { server: target.name, deliveries_per_cpu_s: null },
    violations: problems(`${name}: ${target.name}`, answer),
  };
}

/** Connections that are opened, connected with a token of their own, and closed. */
export async function measureConnects(target: Target, settings: Settings): Promise<Measured> {
  await using pair = await setUp(target, settings);
  const { server, load } = pair;
  const order = {
    type: 'connects',
    dialect: target.dialect,
    port: server.port,
    inFlight: IN_FLIGHT,
  } as const;
  await load.order({ ...order, seconds: WARM_UP_S });
  const { answer, cpu, shares, rssMiB, bound } = await spend(pair, () =>
    load.order({ ...order, seconds: settings.seconds }),
  );
  return {
    row: {
      server: target.name,
      auth: target.auth,
      connects_per_s: Math.round(answer.done / answer.seconds),
      connects_per_cpu_s: Math.round(answer.done / cpu),
      p50_ms: answer.p50Ms,
      p99_ms: answer.p99Ms,
      max_ms: answer.maxMs,
      rss_mib: Math.round(rssMiB),
      ...shares,
      bound,
    },
    violations: problems(`connects: ${target.name}`, answer),
  };
}

/** The memory of connections that do nothing. */
export async function measureIdle(target: Target, settings: Settings): Promise<Measured> {
  await using pair = await setUp(target, settings);
  const { server, load } = pair;
  const pids = Object.values(server.pids);
  const rss = async (): Promise<number> => {
    await sleep(SETTLE_MS);
    return usageOfAll(pids).rssMiB;
  };
  const { idleClients: count } = settings;
  const start = await rss();
  const { dialect } = target;
  const { port } = server;
  const dialled = await load.order({ type: 'dial', dialect, port, count, inFlight: IN_FLIGHT });
  const connected = await rss();
  const order = { type: 'subscribe', channels: count, inFlight: IN_FLIGHT } as const;
  const ready = dialled.failed > 0 ? dialled : await load.order(order);
  const subscribed = await rss();
  const each = (mib: number): number => Math.round(((mib - start) * 10_240) / count) / 10;
  return {
    row: {
      server: target.name,
      connections: count - ready.failed,
      rss_start_mib: Math.round(start),
      rss_connected_mib: Math.round(connected),
      rss_subscribed_mib: Math.round(subscribed),
      kib_per_connection: each(connected),
      kib_per_subscribed: each(subscribed),
    },
    violations: problems(`idle: ${target.name}`, ready),
  };
}
