import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnServer, type ChildServer } from './child-server.ts';
import { freePort } from './free-port.ts';
import { redisCommand } from './redis-command.ts';
import { waitFor } from './wait-for.ts';

/** A real server on a free port of 127.0.0.1, in a temporary directory; both go when it is disposed of or this process dies. */
export interface RedisServer extends AsyncDisposable {
  /** `redis://127.0.0.1:<port>`. */
  readonly url: string;
  readonly port: number;
  /** Where it keeps its data. */
  readonly dir: string;
  /** Of the process that runs now or ran last. */
  readonly pid: number;
  /** Asks it to shut down (what was written to the append-only file is there after `restart`). */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nothing. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** Stops it if it runs, and starts it again on the same port and directory. Without `appendonly` it comes back empty. */
  restart(): Promise<void>;
  /** Sends it one command; see `redisCommand`. */
  command(...args: readonly (string | number)[]): Promise<string>;
}

export interface RedisServerOptions {
  /** Keep the data over a restart. Default false. */
  readonly appendonly?: boolean;
  /** Further settings, e.g. `{ maxmemory: '64mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default `redis-server`. */
  readonly binary?: string;
  /** How to get the binary, for the error when it is missing. */
  readonly install?: string;
}

const INSTALL =
  'install it with "apt-get install redis-server" or "brew install redis" (version 7.0 or newer)';
const ATTEMPTS = 10;

/** Starts a Redis and resolves when it answers. Throws an Error that says how to install it when it is missing. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'belfry-redis-'));
  try {
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      const child = await launch(port, dir, options);
      if (child.running) return server(child, { port, dir, options });
      if (attempt === ATTEMPTS || !portWasTaken(child)) throw startError(child, options);
    }
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

interface Place {
  readonly port: number;
  readonly dir: string;
  readonly options: RedisServerOptions;
}

function server(first: ChildServer, place: Place): RedisServer {
  const { port, dir, options } = place;
  let child = first;
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    dir,
    get pid() {
      return child.pid;
    },
    stop: () => child.end('SIGTERM'),
    kill: () => child.end('SIGKILL'),
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
    async restart() {
      await child.end('SIGTERM');
      child = await launch(port, dir, options);
      if (!child.running) throw startError(child, options);
    },
    command: (...args) => redisCommand(port, ...args),
    async [Symbol.asyncDispose]() {
      await child.end('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Resolves when the server answers or has ended. */
async function launch(
  port: number,
  dir: string,
  options: RedisServerOptions,
): Promise<ChildServer> {
  const settings: Record<string, string> = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    save: '',
    appendonly: options.appendonly === true ? 'yes' : 'no',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    ...options.settings,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = await spawnServer({
    binary: options.binary ?? 'redis-server',
    args,
    dir,
    install: options.install ?? INSTALL,
  });
  try {
    await waitFor(async () => !child.running || (await answers(port, child.pid)), {
      timeoutMs: 20_000,
    });
    return child;
  } catch (cause) {
    await child.end('SIGKILL');
    throw new Error(
      `${options.binary ?? 'redis-server'} did not answer on port ${port}:\n${child.log}`,
      { cause },
    );
  }
}

/** Whether it is this process that answers there, and it has loaded its data. */
async function answers(port: number, pid: number): Promise<boolean> {
  const info = await redisCommand(port, 'INFO');
  // With the line break: `async_loading:0` stands there too, always.
  return info.includes(`\nprocess_id:${pid}\r`) && info.includes('\nloading:0\r');
}

function portWasTaken(child: ChildServer): boolean {
  return /address already in use|could not create server tcp|failed listening/i.test(child.log);
}

function startError(child: ChildServer, options: RedisServerOptions): Error {
  return new Error(`${options.binary ?? 'redis-server'} ended at its start:\n${child.log}`);
}
