/** A server with a fleet in a process of its own, which tests kill and start again, and users who submit jobs to it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type AnySimulation,
  canonicalJson,
  type ClaimTokenReply,
  FLEET_PATH,
  type JobResult,
  type JobView,
  type NodeView,
  runLocally,
  type SubmitReply,
} from '@belfry/protocol';
import { lastingPort, waitFor } from '@belfry/testkit';
import { Centrifuge } from 'centrifuge';
import { createAdminTokens } from '../admin/admin-token.ts';
import { createTokenSigner } from '../auth/token-signer.ts';
import { type BelfryProcess, spawnBelfry, temporaryDirectory } from './belfry-process.ts';

/** The simulation of the node's own tests; its nodes in Python have it too. */
export const DARTS: string = fileURLToPath(
  new URL('../../../node/src/testing/darts.mjs', import.meta.url),
);
const TOKEN_SECRET = 'a-secret-of-connection-tokens-for-tests';
const ADMIN_SECRET = 'an-admin-secret-for-the-fleet-in-tests';
const SEED = 7;

export interface DartsInput {
  readonly blocks: number;
  /** Iterations of each block. */
  readonly count: number;
  readonly spoil?: string;
  readonly at?: number;
}

export interface NodeLabOptions {
  /** What is different in the config. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly fleet?: Readonly<Record<string, unknown>>;
}

export class NodeLab implements AsyncDisposable {
  readonly url: string;
  readonly #parts: AsyncDisposableStack;
  readonly #directory: string;
  readonly #port: number;
  #server: BelfryProcess;

  private constructor(
    server: BelfryProcess,
    at: { readonly directory: string; readonly port: number },
    parts: AsyncDisposableStack,
  ) {
    this.#server = server;
    this.#directory = at.directory;
    this.#port = at.port;
    this.#parts = parts;
    this.url = `http://127.0.0.1:${at.port}`;
  }

  static async start({ config = {}, fleet = {} }: NodeLabOptions = {}): Promise<NodeLab> {
    await using parts = new AsyncDisposableStack();
    const { path: directory } = parts.use(temporaryDirectory());
    const port = await lastingPort();
    const file = {
      environment: 'development',
      data_dir: join(directory, 'data'),
      log: { level: 'warn' },
      client: { token: { hmac_secret_key: TOKEN_SECRET } },
      admin: { secret: ADMIN_SECRET },
      ...config,
      fleet: {
        enabled: true,
        simulations: [DARTS],
        times: { heartbeat: '300ms', suspect: '1500ms', dead: '3s', ack: '1s', stall: '4s' },
        ...fleet,
      },
    };
    writeFileSync(join(directory, 'config.json'), JSON.stringify(file));
    const server = spawnServer(directory, port);
    const lab = new NodeLab(server, { directory, port }, parts.move());
    await server.url();
    return lab;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#server.signal('SIGKILL');
    await this.#server.ended;
  }

  /** Starts it again, at the same port and with the same data. */
  async restart(): Promise<void> {
    this.#server = spawnServer(this.#directory, this.#port);
    await this.#server.url();
  }

  signal(name: NodeJS.Signals): void {
    this.#server.signal(name);
  }

  /** What it wrote. */
  log(): string {
    return this.#server.stdout() + this.#server.stderr();
  }

  /** Asks below the fleet's path as `user`; `operator` is one. */
  async ask<Body>(
    user: string,
    path: string,
    { method, body }: { readonly method?: string; readonly body?: unknown } = {},
  ): Promise<Body> {
    const answer = await fetch(`${this.url}${FLEET_PATH}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${await tokenOf(user)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Body;
  }

  /** A claim token for nodes of `user` that everyone may use. An operator's nodes are trusted. */
  async claim(user: string): Promise<string> {
    const body = {
      access: { type: 'everyone' },
      ...(user === 'operator' ? { trusted: true } : {}),
    };
    return (await this.ask<ClaimTokenReply>(user, '/claims', { body })).claim;
  }

  /** A client of a public SDK, connected. */
  async client(user: string): Promise<Centrifuge & Disposable> {
    const url = `${this.url.replace('http', 'ws')}/connection/websocket`;
    const client = new Centrifuge(url, { token: await tokenOf(user) });
    client.connect();
    await client.ready(10_000);
    return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
  }

  async submit(user: string, input: DartsInput): Promise<string> {
    const body = { simulation: 'darts', input, seed: SEED };
    return (await this.ask<SubmitReply>(user, '/jobs', { body })).job;
  }

  job(user: string, job: string): Promise<JobView> {
    return this.ask<JobView>(user, `/jobs/${job}`);
  }

  async node(user: string, node: string): Promise<NodeView> {
    return this.ask<NodeView>(user, `/nodes/${node}`);
  }

  /** Waits until the job is done, and throws when it ends otherwise. */
  async done(user: string, job: string, timeoutMs = 60_000): Promise<JobResult> {
    await waitFor(
      async () => {
        // The server may be down for a while.
        const view = await this.job(user, job).catch(() => null);
        return view !== null && !['queued', 'running'].includes(view.status);
      },
      { timeoutMs, everyMs: 50, what: `the end of job ${job}` },
    );
    const view = await this.job(user, job);
    if (view.status !== 'done') {
      throw new Error(`${view.status}: ${view.failure} ${JSON.stringify(view.errors)}`);
    }
    return this.ask<JobResult>(user, `/jobs/${job}/result`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await this.#parts.disposeAsync();
  }
}

/** What one machine computes, as text. */
export async function localResult(input: DartsInput): Promise<string> {
  const { default: simulation } = (await import(DARTS)) as { default: AnySimulation };
  return canonicalJson(runLocally(simulation, input, { seed: SEED }).result);
}

function spawnServer(directory: string, port: number): BelfryProcess {
  const args = ['start', '--config', 'config.json', '--port', String(port)];
  return spawnBelfry(args, { cwd: directory });
}

async function tokenOf(user: string): Promise<string> {
  const now = Date.now();
  if (user === 'operator') return (await createAdminTokens(ADMIN_SECRET).sign('all', now)).token;
  return createTokenSigner(TOKEN_SECRET, {}).sign({ user, ttlMs: 600_000 }, now);
}
