import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRedisStore } from '@belfry/store';
import { startRedis } from '@belfry/testkit';
import { quantiles } from '../quantiles.ts';
import type { Row } from '../report.ts';
import { createPart, type Part } from '../torture/deployment.ts';
import { startClients, type Clients } from './clients.ts';
import { Publisher } from './publisher.ts';
import type { ClientsFigures } from './protocol.ts';

export interface StormOptions {
  readonly scenario: 'recover' | 'short-history';
  readonly clients: number;
  /** Of them, how many are the unmodified SDK. */
  readonly sdk: number;
  readonly channels: number;
  /** Messages a second. */
  readonly rate: number;
  readonly beacons: number;
  /** How long it goes on, in ms. */
  readonly durationMs: number;
}

export interface StormResult {
  readonly row: Row;
  readonly violations: readonly string[];
}

/** How many publications a channel keeps. Too few: less than what is published while a client is away. */
const HISTORY = { recover: 10_000, 'short-history': 2 } as const;
/** How long a Beacon is well before the next is killed, in ms. */
const PAUSE_MS = 2_000;
/** How long messages still come when nobody is killed any more, in ms. */
const CALM_MS = 3_000;
const FINISH_MS = 60_000;

/** Runs one scenario and judges what every client got. */
export async function runStorm(options: StormOptions): Promise<StormResult> {
  const { scenario, channels, rate, beacons, durationMs } = options;
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'belfry-storm-'));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const redis = stack.use(await startRedis());
  const file = await writeConfig(dir, scenario);
  const parts: Part[] = [];
  for (let i = 1; i <= beacons; i++) {
    const args = ['--config', file, '--redis', redis.url];
    const part = await createPart({ name: `beacon-${i}`, args, env: {}, dir });
    stack.defer(() => part.kill());
    parts.push(part);
  }
  await Promise.all(parts.map((each) => each.start()));
  const store = await openRedisStore({ url: redis.url });
  stack.defer(() => store.close());
  const groups = await startGroups(options, parts, stack);

  const history = { size: HISTORY[scenario], ttlMs: 3_600_000, metaTtlMs: 3_600_000 };
  const publisher = new Publisher({ store, channels, rate, history });
  const begin = performance.now();
  const publishing = publisher.run();
  // What else went wrong is told first.
  publishing.catch(() => undefined);
  let kills = 0;
  try {
    kills = await killInTurn(parts, begin + durationMs);
    await sleep(CALM_MS);
  } finally {
    publisher.stop();
  }
  await publishing;
  const seconds = (performance.now() - begin) / 1_000;
  const published = publisher.counts;
  const told = await Promise.all(
    groups.map((each) => each.finish({ published, waitMs: FINISH_MS })),
  );
  return judge(options, told, { kills, seconds, published });
}

async function writeConfig(dir: string, scenario: StormOptions['scenario']): Promise<string> {
  const size = HISTORY[scenario];
  const config = {
    roles: ['beacon'],
    log: { level: 'warn', format: 'json' },
    client: {
      allow_anonymous_connect_without_token: true,
      recovery_max_publication_limit: size,
    },
    channel: {
      namespaces: [
        {
          name: 'storm',
          allow_subscribe_for_client: true,
          allow_subscribe_for_anonymous: true,
          force_recovery: true,
          history_size: size,
          history_ttl: '1h',
        },
      ],
    },
  };
  const file = join(dir, 'belfry.config.json');
  await writeFile(file, JSON.stringify(config));
  return file;
}

async function startGroups(
  { clients, sdk, channels }: StormOptions,
  parts: readonly Part[],
  stack: AsyncDisposableStack,
): Promise<Clients[]> {
  const targets = parts.map(({ url }) => {
    const { hostname, port } = new URL(url);
    return { host: hostname, port: Number(port) };
  });
  const count = Math.min(clients, Math.max(2, Math.min(4, availableParallelism())));
  const bounds = Array.from({ length: count + 1 }, (_, i) => Math.floor((i * clients) / count));
  return Promise.all(
    bounds.slice(1).map(async (to, i) => {
      const from = bounds[i] ?? 0;
      const share = Math.floor(((i + 1) * sdk) / count) - Math.floor((i * sdk) / count);
      return stack.use(await startClients({ targets, channels, from, to, sdk: share }));
    }),
  );
}

/** Kills one after the other and starts it again, until the time has come (on `performance.now`), each at least once. Returns how often. */
async function killInTurn(parts: readonly Part[], untilMs: number): Promise<number> {
  let kills = 0;
  await sleep(PAUSE_MS);
  while (kills < parts.length || performance.now() < untilMs) {
    const part = parts[kills++ % parts.length];
    await part?.kill();
    await part?.start();
    await sleep(PAUSE_MS);
  }
  return kills;
}

interface Run {
  readonly kills: number;
  readonly seconds: number;
  readonly published: readonly number[];
}

function judge(
  { scenario, clients, sdk, channels, beacons }: StormOptions,
  told: readonly ClientsFigures[],
  { kills, seconds, published }: Run,
): StormResult {
  type Countable = Exclude<keyof ClientsFigures, 'awayMs' | 'faults' | 'examples'>;
  const sum = (key: Countable): number => told.reduce((total, each) => total + each[key], 0);
  const all = published.reduce((total, each) => total + each, 0);
  const [p50, p99, max] = quantiles(
    told.flatMap(({ awayMs }) => awayMs),
    [0.5, 0.99, 1],
  );
  const round = (value: number | null | undefined): number | null =>
    value === null || value === undefined ? null : Math.round(value);
  const [gaps, duplicates, flags] = [sum('gaps'), sum('duplicates'), sum('flags')];
  for (const { faults: some } of told) if (Object.keys(some).length > 0) console.error(some);
  const violations = told.flatMap(({ examples }) => examples).map((each) => `${scenario}: ${each}`);
  const wrong = (count: number, what: string): void => {
    if (count > 0) violations.unshift(`${scenario}: ${count} ${what}`);
  };
  wrong(gaps, 'messages were lost and nobody was told');
  wrong(duplicates, 'messages came twice');
  wrong(sum('unfinished'), 'clients never got the last message');
  if (scenario === 'recover') wrong(flags, 'times a loss was told of, although history had it all');
  else if (flags === 0) violations.push(`${scenario}: nobody was told of a loss`);
  const faults = told.flatMap((each) => Object.values(each.faults));
  return {
    row: {
      scenario,
      clients,
      sdk_clients: sdk,
      channels,
      beacons,
      seconds: Math.round(seconds),
      kills,
      published: all,
      published_per_s: Math.round(all / seconds),
      delivered: sum('received'),
      delivered_per_s: Math.round(sum('received') / seconds),
      returns: sum('returns'),
      recovered: sum('recovered'),
      loss_flags: flags,
      lost_and_told: sum('flagged'),
      gaps,
      duplicates,
      faults: faults.reduce((total, each) => total + each, 0),
      away_p50_ms: round(p50),
      away_p99_ms: round(p99),
      away_max_ms: round(max),
    },
    violations,
  };
}
