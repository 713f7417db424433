/** A server with a fleet, in this process, and who asks it: users, an operator, nodes that sign. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, type BelfryClient } from '@belfry/client';
import { type Attempt, FLEET_PATH, type HoldsReply, type RegisterReply } from '@belfry/protocol';
import { type SigningNode, signingNode, startRedis, waitFor } from '@belfry/testkit';
import { createAdminTokens } from '../admin/admin-token.ts';
import { createTokenSigner } from '../auth/token-signer.ts';
import type { BelfryConfig } from '../config/schema.ts';
import { type RunningBelfry, startBelfry } from '../run/start-belfry.ts';
import { coin } from './coin.ts';
import { checkDescribed } from './described-answers.ts';
import { temporaryDirectory } from './belfry-process.ts';

const COIN = fileURLToPath(new URL('coin.ts', import.meta.url));
const TOKEN_SECRET = 'a-secret-of-connection-tokens-for-tests';
const ADMIN_SECRET = 'an-admin-secret-for-the-fleet-in-tests';
const RANDOM_SECRET = 'a-random-secret-for-the-fleet-in-tests';

/** What every server of the labs has in common. */
export const FLEET_CONFIG = {
  environment: 'development',
  log: { level: 'error' },
  client: { token: { hmac_secret_key: TOKEN_SECRET } },
  admin: { secret: ADMIN_SECRET },
  random: { secret: RANDOM_SECRET },
  fleet: { enabled: true, simulations: [COIN] },
} satisfies BelfryConfig;

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Asking {
  /** Default GET, with a body POST. */
  readonly method?: string;
  readonly body?: unknown;
  /** The text of the body, whatever it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FleetLab extends AsyncDisposable {
  readonly belfry: RunningBelfry;
  readonly url: string;
  /** Where the second server of a lab on Redis is. */
  readonly otherUrl: string;
  token(user: string): Promise<string>;
  operatorToken(scope?: 'read' | 'all'): Promise<string>;
  /** Asks below the fleet's path. @param token `''`: without one */
  ask<Body = unknown>(token: string, path: string, asking?: Asking): Promise<Answer<Body>>;
  client(user: string): Promise<BelfryClient>;
  /** A node that signs and does as it is told, registered with a claim of `user`. */
  node(
    user: string,
    options?: { readonly trusted?: boolean; readonly slots?: number; readonly pool?: string },
  ): Promise<LabNode>;
}

/** A node that is driven by hand. */
export interface LabNode extends SigningNode {
  call<Body = unknown>(call: string, body?: unknown, url?: string): Promise<Answer<Body>>;
  get<Body = unknown>(path: string): Promise<Answer<Body>>;
  heartbeat(): Promise<HoldsReply>;
  /** Sends heartbeats until it has something to do. */
  work(): Promise<readonly Attempt[]>;
  /** The right result of an attempt, of the simulation `coin`. */
  resultOf(attempt: Attempt): Promise<{ readonly heads: number; readonly throws: number }>;
  /** Runs what it is given until there is nothing more to do for a while. */
  workUntil(done: () => boolean): Promise<void>;
}

/** What the API of a fleet answers must be what its description says. */
export async function askAt<Body>(
  url: string,
  path: string,
  asking: Asking & { readonly token?: string } = {},
): Promise<Answer<Body>> {
  const {
    body,
    text = body === undefined ? undefined : JSON.stringify(body),
    headers,
    token = '',
  } = asking;
  const method = asking.method ?? (text === undefined ? 'GET' : 'POST');
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(text === undefined ? {} : { body: text }),
  });
  const answered = await response.text();
  let parsed: unknown = answered;
  try {
    parsed = JSON.parse(answered);
  } catch {
    // It is something else.
  }
  if (response.ok && path.startsWith(`${FLEET_PATH}/`)) checkDescribed({ method, path }, parsed);
  return { status: response.status, headers: response.headers, body: parsed as Body };
}

function labNode(url: string, signing: SigningNode): LabNode {
  const host = (at: string): string => new URL(at).host;
  const call = <Body>(name: string, body: unknown = {}, at = url): Promise<Answer<Body>> => {
    const path = `${FLEET_PATH}/node/${name}`;
    const text = JSON.stringify(body);
    const headers = signing.sign({ method: 'POST', host: host(at), path, body: text });
    return askAt(at, path, { text, headers });
  };
  const get = <Body>(path: string): Promise<Answer<Body>> =>
    askAt(url, path, { headers: signing.sign({ method: 'GET', host: host(url), path }) });
  const inputs = new Map<string, { readonly broken?: number }>();
  const self: LabNode = {
    ...signing,
    call,
    get,
    async heartbeat() {
      const { status, body } = await call<HoldsReply>('heartbeat', {
        slots: 2,
        draining: false,
        progress: [],
      });
      if (status !== 200) throw new Error(`heartbeat: ${status} ${JSON.stringify(body)}`);
      return body;
    },
    async work() {
      let attempts: readonly Attempt[] = [];
      await waitFor(async () => {
        ({ attempts } = await self.heartbeat());
        return attempts.length > 0;
      });
      return attempts;
    },
    async resultOf({ job, round, seed, from, blocks, blockIterations, firstIteration }) {
      const key = `${job}/${round}`;
      if (!inputs.has(key)) {
        const path = `${FLEET_PATH}/node/input?job=${job}&round=${round}`;
        const { body } = await get<{ input: { broken?: number } }>(path);
        inputs.set(key, body.input);
      }
      const input = inputs.get(key) as Parameters<typeof coin.run>[0]['input'];
      let sum = { heads: 0, throws: 0 };
      for (let i = 0; i < blocks; i++) {
        const first = firstIteration + i * blockIterations;
        const run = { input, roundInput: null, seed, round, block: from + i, from: first };
        sum = coin.merge(sum, coin.run({ ...run, count: blockIterations }));
      }
      return sum;
    },
    async workUntil(done) {
      while (!done()) {
        const { attempts } = await self.heartbeat();
        if (attempts.length === 0) {
          await sleep(20);
          continue;
        }
        const ids = attempts.map(({ attempt, job }) => ({ attempt, job }));
        await call('ack', { attempts: ids });
        const results = [];
        for (const attempt of attempts) {
          results.push({
            attempt: attempt.attempt,
            job: attempt.job,
            result: await self.resultOf(attempt),
            ms: 10,
          });
        }
        await call('complete', { results });
      }
    },
  };
  return self;
}

/** @param stores `redis`: two servers, each a Beacon and a Sentinel */
export async function startFleetLab(
  stores: 'embedded' | 'redis' = 'embedded',
  more: BelfryConfig = {},
): Promise<FleetLab> {
  await using parts = new AsyncDisposableStack();
  const redis = stores === 'redis' ? parts.use(await startRedis()).url : undefined;
  const start = async (): Promise<RunningBelfry> => {
    const directory = parts.use(temporaryDirectory());
    const belfry = await startBelfry({
      ...FLEET_CONFIG,
      data_dir: directory.path,
      http_server: { port: 0 },
      ...(redis === undefined ? {} : { redis: { url: redis } }),
      ...more,
      fleet: { ...FLEET_CONFIG.fleet, ...more.fleet },
    });
    parts.defer(() => belfry.stop());
    return belfry;
  };
  const belfry = await start();
  const other = redis === undefined ? belfry : await start();
  const url = belfry.url ?? '';
  const signer = createTokenSigner(TOKEN_SECRET, {});
  const token = (user: string): Promise<string> =>
    signer.sign({ user, ttlMs: 600_000 }, Date.now());
  const ask: FleetLab['ask'] = (bearer, path, asking = {}) =>
    askAt(url, `${FLEET_PATH}${path}`, { ...asking, token: bearer });
  const owned = parts.move();
  const lab: FleetLab = {
    belfry,
    url,
    otherUrl: other.url ?? '',
    token,
    async operatorToken(scope = 'all') {
      return (await createAdminTokens(ADMIN_SECRET).sign(scope, Date.now())).token;
    },
    ask,
    async client(user) {
      const client = connect({
        url,
        token: await token(user),
        reconnect: { minMs: 20, maxMs: 200 },
      });
      owned.defer(() => client.close());
      return client;
    },
    async node(user, { trusted = false, slots = 2, pool = 'default' } = {}) {
      const bearer = trusted ? await lab.operatorToken() : await token(user);
      const access = { type: 'everyone' };
      const { body } = await ask<{ claim: string }>(bearer, '/claims', {
        body: { access, pool, ...(trusted ? { trusted } : {}) },
      });
      const node = labNode(url, signingNode());
      const registered = await node.call<RegisterReply>('register', {
        publicKey: node.publicKey,
        name: `node of ${user}`,
        capabilities: { slots, runtime: 'test', platform: 'lab', version: '1' },
        claim: body.claim,
      });
      if (registered.status !== 200) throw new Error(JSON.stringify(registered.body));
      return node;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  return lab;
}

/** A node that nobody has claimed. */
export function strangerAt(url: string): LabNode {
  return labNode(url, signingNode());
}
