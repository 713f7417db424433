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

/** None outlives this process. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

const START_MS = 180_000;
/** How much of what a process said last is told when it does not start. */
const LAST_WORDS = 2_000;

/** A process does not come up. The message ends with what it said last. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Prepares a process; `start` runs it and resolves when its `/health` answers, or rejects with a `StartError`. */
export async function createPart(options: PartOptions): Promise<Part> {
  const { name, script = [BIN, 'start'], args, env, dir } = options;
  const port = await lastingPort();
  const url = `http://127.0.0.1:${port}`;
  const log = createWriteStream(join(dir, `${name}.log`), { flags: 'a' });
  let child: ChildProcess | undefined;
  let state: Part['state'] = 'down';
  let starts = 0;
  let incomplete = false;
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
      running.add(started);
      started.once('exit', () => running.delete(started));
      started.stdout.pipe(log, { end: false });
      started.stderr.pipe(log, { end: false });
      incomplete = false;
      let said = '';
      for (const stream of [started.stdout, started.stderr]) {
        stream.on('data', (chunk: Buffer) => (said = `${said}${String(chunk)}`.slice(-LAST_WORDS)));
      }
      createInterface(started.stderr).on('line', (line) => {
        incomplete ||= line.includes(INCOMPLETE);
      });
      starts++;
      const failed = (how: string): StartError =>
        new StartError(
          `${name} ${how}; all it said is in ${String(log.path)}, and this last:\n${said.trimEnd()}`,
        );
      const closed = new Promise((resolve) => started.once('close', resolve));
      await waitFor(async () => hasEnded(started) || (await isHealthy(url)), {
        timeoutMs: START_MS,
        everyMs: 50,
      }).catch(() => {
        throw failed(`does not answer on ${url}/health after ${START_MS / 1_000} s`);
      });
      if (hasEnded(started)) {
        await closed;
        const { exitCode, signalCode } = started;
        throw failed(`ended with ${exitCode === null ? signalCode : `code ${exitCode}`}`);
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
