/** The processes under torture: started, killed, frozen and started again by the run, and never outliving it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lastingPort, waitFor } from '@belfry/testkit';

const BIN = fileURLToPath(new URL('../../../packages/belfry/src/bin.ts', import.meta.url));

/** Nothing that would configure it. */
const INHERITED = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => ['PATH', 'NODE_COMPILE_CACHE'].includes(name)),
);

/** One process of a deployment, which keeps its name and port over restarts. */
export interface Part {
  readonly name: string;
  readonly url: string;
  /** Of the process that runs now or ran last; 0: none did. */
  readonly pid: number;
  /** `down`: killed and not yet started again. */
  readonly state: 'up' | 'frozen' | 'down';
  readonly starts: number;
  start(): Promise<void>;
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Ends it as an operator would, with SIGTERM; kills it after 15 s. */
  stop(): Promise<Stopped>;
}

/** How a process ended that was told to. */
export interface Stopped {
  /** `null`: it had to be killed. */
  readonly code: number | null;
  readonly ms: number;
  /** It gave up on something by its own account. */
  readonly incomplete: boolean;
}

/** What `belfry start` logs when its time to stop is over. */
const INCOMPLETE = 'not everything ended in time';

export interface PartOptions {
  readonly name: string;
  /** The script that is run, and its first arguments; it listens on `--port` and answers on `/health`. Default: `belfry start`. */
  readonly script?: readonly string[];
  /** What follows it. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where its log goes. */
  readonly dir: string;
}

/** Prepares a process; `start` runs it and resolves when its `/health` answers. */
export async function createPart(options: PartOptions): Promise<Part> {
  const { name, script = [BIN, 'start'], args, env, dir } = options;
  const port = await lastingPort();
  const url = `http://127.0.0.1:${port}`;
  const log = createWriteStream(join(dir, `${name}.log`), { flags: 'a' });
  let child: ChildProcess | undefined;
  let state: Part['state'] = 'down';
  let starts = 0;
  let incomplete = false;
  process.on('exit', () => child?.kill('SIGKILL'));
  return {
    name,
    url,
    get pid() {
      return child?.pid ?? 0;
    },
    get state() {
      return state;
    },
    get starts() {
      return starts;
    },
    async start() {
      const argv = ['--conditions=@belfry/source', ...script, '--port', String(port), ...args];
      const started = spawn(process.execPath, argv, {
        cwd: dir,
        env: { ...INHERITED, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      started.stdout.pipe(log, { end: false });
      started.stderr.pipe(log, { end: false });
      incomplete = false;
      createInterface(started.stderr).on('line', (line) => {
        incomplete ||= line.includes(INCOMPLETE);
      });
      starts++;
      const ended = (): boolean => hasEnded(started);
      await waitFor(async () => ended() || (await isHealthy(url)), {
        timeoutMs: 180_000,
        everyMs: 50,
        what: `the health of ${name}`,
      });
      if (ended()) {
        throw new Error(`${name} ended with code ${started.exitCode}; see ${log.path.toString()}`);
      }
      state = 'up';
    },
    async kill() {
      state = 'down';
      await end(child, 'SIGKILL');
    },
    freeze() {
      child?.kill('SIGSTOP');
      state = 'frozen';
    },
    thaw() {
      child?.kill('SIGCONT');
      state = 'up';
    },
    async stop() {
      if (state === 'frozen') child?.kill('SIGCONT');
      const late = setTimeout(() => child?.kill('SIGKILL'), 15_000);
      const before = performance.now();
      await end(child, 'SIGTERM');
      const ms = Math.round(performance.now() - before);
      clearTimeout(late);
      state = 'down';
      return { code: child?.exitCode ?? null, ms, incomplete };
    },
  };
}

/** Runs a command of `belfry` to its end; resolves with what it prints, rejects when it fails. */
export async function runCli(
  args: readonly string[],
  { env, dir }: Pick<PartOptions, 'env' | 'dir'>,
): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=@belfry/source', BIN, ...args],
    { cwd: dir, env: { ...INHERITED, ...env }, timeout: 30_000 },
  );
  return stdout;
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || hasEnded(child)) return;
  // Not `exit`: what it said last is to be read too.
  const ended = once(child, 'close');
  child.kill(signal);
  await ended;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const reply = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) });
    return reply.ok;
  } catch {
    return false;
  }
}
