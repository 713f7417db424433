/** Workers behind a Centrifugo, for tests: a real one where there is one, and a Belfry in its place. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type BelfryClient } from '@belfry/client';
import { CENTRIFUGO, findGoServer, lastingPort, waitFor } from '@belfry/testkit';
import { SignJWT } from 'jose';
import { configForCentrifugo } from '../centrifugo/config-for-centrifugo.ts';
import { resolveConfig } from '../config/resolve-config.ts';
import type { BelfryConfig } from '../config/schema.ts';
import {
  type BelfryProcess,
  type Ended,
  runBelfry,
  spawnBelfry,
  temporaryDirectory,
} from './belfry-process.ts';

const TOKEN_SECRET = 'a-secret-for-tests-that-is-long-enough';
export const API_KEY = 'the-api-key-of-these-tests';
const PROXY_SECRET = 'what-centrifugo-shows-to-the-workers';

const ACTORS = ['counter.ts', 'door.ts'].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
);
const GAME = fileURLToPath(
  new URL('../../../../examples/tic-tac-toe/src/index.ts', import.meta.url),
);

/** What stands where Centrifugo does. */
interface Kind {
  readonly name: string;
  /** Why it is not there; `undefined`: it is. */
  readonly missing?: string;
  start(directory: string, config: object, port: number): BelfryProcess | ChildProcess;
}

/** Nothing shared with the workers but this config, which is Centrifugo's. */
const standIn: Kind = {
  name: 'a Belfry in the place of Centrifugo',
  start(directory, config, port) {
    mkdirSync(directory, { recursive: true });
    const file = join(directory, 'config.json');
    writeFileSync(file, JSON.stringify(config));
    return spawnBelfry(['start', '--config', file, '--port', String(port)], { cwd: directory });
  },
};

async function real(): Promise<Kind> {
  const found = await findGoServer(CENTRIFUGO, { env: process.env });
  const name = 'Centrifugo';
  if (found instanceof Error) {
    const start = (): never => {
      throw found;
    };
    return { name, missing: found.message, start };
  }
  return {
    name,
    start(directory, config, port) {
      mkdirSync(directory, { recursive: true });
      const file = join(directory, 'config.json');
      const http = { address: '127.0.0.1', port };
      writeFileSync(
        file,
        JSON.stringify({ ...config, http_server: http, health: { enabled: true } }),
      );
      return spawn(found.file, ['--config', file], { stdio: ['ignore', 'ignore', 'inherit'] });
    },
  };
}

/** Both, and a line for whoever reads the run where the real one is not there. */
export async function kinds(): Promise<readonly Kind[]> {
  const centrifugo = await real();
  if (centrifugo.missing !== undefined) {
    console.warn(`NOT RUN: the tests with a real Centrifugo: ${centrifugo.missing}`);
  }
  return [standIn, centrifugo];
}

/** A deployment: a Centrifugo of some kind, and a worker. */
export interface Deployment extends AsyncDisposable {
  readonly url: string;
  readonly workerUrl: string;
  worker: BelfryProcess;
  startWorker(): Promise<BelfryProcess>;
  /** Starts one more, which Centrifugo does not know. */
  startAnother(): BelfryProcess;
  startCentrifugo(): Promise<void>;
  /** Ends it with SIGKILL. */
  killCentrifugo(): Promise<void>;
  /** Lets so many more batches of publications through; the next is let through as well, but kills the worker before it is answered. */
  killAfterBatches(count: number): void;
  /** How often the worker was killed so. */
  readonly kills: number;
  /** The commands of all batches that reached Centrifugo. */
  readonly batches: readonly (readonly object[])[];
  /** Runs `belfry` against the worker. */
  cli(...args: readonly string[]): Promise<Ended>;
  /** A connection token. */
  token(user: string): Promise<string>;
  client(user: string): Promise<BelfryClient & Disposable>;
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

/** Stands before the API: tells what goes there, and kills the worker in the middle. */
async function gate(target: string, onAnswered: (commands: readonly object[]) => boolean) {
  const server: Server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method, headers } = incoming;
      const onward = forward(`${target}${incoming.url ?? ''}`, { method, headers }, (answer) => {
        const { commands } = JSON.parse(body.toString()) as { commands: object[] };
        if (!onAnswered(commands)) {
          answer.resume();
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on('error', () => outgoing.destroy());
      onward.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

export interface DeployOptions {
  /** The option `centrifugo.presence_ttl`. */
  readonly presenceTtl?: string;
  /** The URL of the workers' store, if it is not embedded. */
  readonly redis?: string;
  /** The worker is a Sentinel too. */
  readonly fleet?: NonNullable<BelfryConfig['fleet']>;
}

export async function deploy(
  kind: Kind,
  { presenceTtl, redis, fleet }: DeployOptions = {},
): Promise<Deployment> {
  const directory = temporaryDirectory();
  const [port, workerPort] = [await lastingPort(), await lastingPort()];
  const url = `http://127.0.0.1:${port}`;
  const workerUrl = `http://127.0.0.1:${workerPort}`;
  const batches: (readonly object[])[] = [];
  let killIn = Number.POSITIVE_INFINITY;
  let kills = 0;
  const current: { worker?: BelfryProcess } = {};
  const { server, url: apiUrl } = await gate(url, (commands) => {
    batches.push(commands);
    if (killIn-- > 0) return true;
    killIn = Number.POSITIVE_INFINITY;
    kills++;
    current.worker?.signal('SIGKILL');
    return false;
  });
  const config: BelfryConfig = {
    beacon: 'centrifugo',
    actors: [...ACTORS, GAME],
    data_dir: join(directory.path, 'worker-data'),
    http_server: { port: workerPort },
    ...(redis === undefined ? {} : { redis: { url: redis } }),
    client: { token: { hmac_secret_key: TOKEN_SECRET } },
    ...(fleet === undefined ? {} : { fleet }),
    centrifugo: {
      api_url: `${apiUrl}/api`,
      api_key: API_KEY,
      proxy_secret: PROXY_SECRET,
      ...(presenceTtl === undefined ? {} : { presence_ttl: presenceTtl }),
    },
    channel: {
      // All of it, where the default keeps only what a client needs that comes back.
      namespaces: [
        {
          name: 'server',
          allow_subscribe_for_client: true,
          history_size: 1_000,
          history_ttl: '300s',
          force_recovery: true,
        },
      ],
    },
    runner: { lease: '1s', sweep_interval: '500ms', sweep_overdue: '100ms' },
  };

  const workerFile = join(directory.path, 'belfry.config.json');
  writeFileSync(workerFile, JSON.stringify(config));
  const effective = resolveConfig({
    file: { name: 'test', directory: directory.path, values: config },
    workingDirectory: directory.path,
  });
  const forCentrifugo = configForCentrifugo(effective);
  let centrifugo: BelfryProcess | ChildProcess | undefined;

  const end = async (child: BelfryProcess | ChildProcess | undefined): Promise<void> => {
    if (child === undefined) return;
    if (Symbol.asyncDispose in child && 'ended' in child) {
      await child[Symbol.asyncDispose]();
    } else if (child.exitCode === null) {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
  };

  const self = {
    url,
    workerUrl,
    batches,
    get kills() {
      return kills;
    },
    async startCentrifugo() {
      centrifugo = kind.start(join(directory.path, 'centrifugo'), forCentrifugo, port);
      await waitFor(async () => isUp(`${url}/health`), { timeoutMs: 60_000 });
    },
    async killCentrifugo() {
      await end(centrifugo);
    },
    killAfterBatches(count: number) {
      killIn = count;
    },
    async startWorker() {
      self.worker = spawnBelfry(['start'], { cwd: directory.path });
      current.worker = self.worker;
      await self.worker.url();
      return self.worker;
    },
    startAnother: () => spawnBelfry(['start', '--port', '0'], { cwd: directory.path }),
    worker: undefined as unknown as BelfryProcess,
    cli: (...args: readonly string[]) => runBelfry(args, { cwd: directory.path }),
    token(user: string) {
      const info = { name: user.toUpperCase() };
      return new SignJWT({ sub: user, info, meta: info })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(TOKEN_SECRET));
    },
    async client(user: string) {
      const token = await self.token(user);
      // What is sent waits for a worker that is started again, also on a busy machine.
      const client = connect({
        url,
        token,
        timeoutMs: 20_000,
        sendTimeoutMs: 80_000,
        reconnect: { minMs: 20, maxMs: 200 },
      });
      return Object.assign(client, { [Symbol.dispose]: () => client.close() });
    },
    async [Symbol.asyncDispose]() {
      await end(self.worker);
      await end(centrifugo);
      server.closeAllConnections();
      server.close();
      directory[Symbol.dispose]();
    },
  };
  try {
    await self.startCentrifugo();
    await self.startWorker();
  } catch (error) {
    await self[Symbol.asyncDispose]();
    throw error;
  }
  return self;
}
