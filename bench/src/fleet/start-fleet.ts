/** A real fleet on one machine: its processes, and whoever submits to it. */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  ClaimTokenReply,
  ClaimTokenRequest,
  JobView,
  PoolView,
  SubmitReply,
  SubmitRequest,
} from '@belfry/protocol';
import { startRedis } from '@belfry/testkit';
import { createPart, type Part } from '../torture/deployment.ts';
import { makeSecrets } from '../torture/deployment-secrets.ts';
import { FleetHttp } from './load/fleet-http.ts';

const NOOP = fileURLToPath(new URL('simulations/noop.ts', import.meta.url));

export type FleetStore = 'embedded' | 'redis';

export interface FleetOptions {
  readonly store: FleetStore;
  /** `fleet` of the configuration, beyond what is always so. */
  readonly fleet: Readonly<Record<string, unknown>>;
}

/** What is measured: embedded is one process, over Redis a Beacon and a Sentinel are one each. */
export interface Fleet extends AsyncDisposable {
  /** Of the fleet's API, and of the Beacon. */
  readonly url: string;
  readonly beaconPort: number;
  /** Of its processes and the store's, by name. */
  readonly pids: Readonly<Record<string, number>>;
  /** A claim token for nodes that everyone may use. */
  claim(user: string | null, request?: ClaimTokenRequest): Promise<string>;
  submit(user: string, request: SubmitRequest): Promise<string>;
  view(job: string): Promise<JobView>;
  pool(): Promise<PoolView>;
}

/** Starts one; resolves when it answers. */
export async function startFleet({ store, fleet }: FleetOptions): Promise<Fleet> {
  await using held = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'belfry-bench-fleet-'));
  held.defer(() => rm(dir, { recursive: true, force: true }));
  const redis = store === 'redis' ? held.use(await startRedis({ appendonly: true })) : null;
  const secrets = makeSecrets();
  const config = join(dir, 'belfry.config.json');
  writeFileSync(
    config,
    JSON.stringify({
      fleet: {
        enabled: true,
        simulations: [NOOP],
        ...fleet,
        limits: { submits_per_minute: 1_000_000, ...(fleet['limits'] as object | undefined) },
      },
    }),
  );
  const parts = await Promise.all(
    (redis === null ? ['belfry'] : ['beacon', 'sentinel']).map((name) =>
      createPart({
        name,
        args: [
          '--config',
          config,
          ...(redis === null
            ? ['--data-dir', join(dir, 'data')]
            : ['--redis', redis.url, '--role', name]),
        ],
        env: { ...secrets.env, BELFRY_LOG_LEVEL: 'warn' },
        dir,
      }),
    ),
  );
  for (const part of parts) held.defer(() => part.kill());
  await Promise.all(parts.map((part) => part.start()));
  const [beacon] = parts as [Part, ...Part[]];
  const sentinel = parts.at(-1) as Part;
  const http = new FleetHttp({ url: sentinel.url, connections: 16, timeoutMs: 60_000 });
  held.defer(async () => http.close());
  const operator = await secrets.operatorToken();
  const kept = held.move();
  return {
    url: sentinel.url,
    beaconPort: Number(new URL(beacon.url).port),
    pids: {
      ...Object.fromEntries(parts.map(({ name, pid }) => [name, pid])),
      ...(redis === null ? {} : { redis: redis.pid }),
    },
    async claim(user, request = {}) {
      const token = user === null ? operator : await secrets.token(user);
      const body: ClaimTokenRequest = { access: { type: 'everyone' }, ...request };
      const { claim } = await http.asked<ClaimTokenReply>(token, 'POST', { path: '/claims', body });
      return claim;
    },
    async submit(user, body) {
      const token = await secrets.token(user);
      const { job } = await http.asked<SubmitReply>(token, 'POST', { path: '/jobs', body });
      return job;
    },
    view: (job) => http.asked<JobView>(operator, 'GET', { path: `/jobs/${job}` }),
    pool: () => http.asked<PoolView>(operator, 'GET', { path: '/pools/default' }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
