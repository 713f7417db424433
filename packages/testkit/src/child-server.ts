import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A server that this process started and owns. */
export interface ChildServer {
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  readonly running: boolean;
  /** The last of what it wrote, for errors. */
  readonly log: string;
  signal(signal: NodeJS.Signals): void;
  /** Ends it with `signal`, and with SIGKILL when that did not help within `graceMs`. Resolves when it has ended. */
  end(signal: NodeJS.Signals, graceMs?: number): Promise<void>;
}

export interface ChildServerOptions {
  readonly binary: string;
  readonly args: readonly string[];
  readonly dir: string;
  /** How to get the binary, for the error when it is missing. */
  readonly install: string;
}

const LOG_LIMIT = 8_192;

// Reads its standard input, which ends when this process ends, however it ends: an 'exit' handler does not run on SIGKILL.
const WATCHDOG = 'read line && exit 0; kill -KILL "$1" 2>/dev/null; rm -rf "$2"';

/**
 * Starts a server in the directory `dir`. It dies with this process, and `dir` is removed then, also when this process is
 * killed. Throws an Error that says how to install the binary when it is missing.
 */
export async function spawnServer(options: ChildServerOptions): Promise<ChildServer> {
  const { binary, args, dir, install } = options;
  const child = spawn(binary, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const keep = (chunk: Buffer): void => {
    log = (log + chunk.toString()).slice(-LOG_LIMIT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  try {
    await once(child, 'spawn');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing ? `is not installed: ${install}` : 'cannot be started';
    throw new Error(`${binary} ${why}`, { cause });
  }
  const pid = child.pid as number;
  const watchdog = watch(pid, dir);
  let running = true;
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      running = false;
      // Told so before the pid can be somebody else's.
      watchdog.stdin?.end('ended\n');
      resolve();
    });
  });
  const end = async (signal: NodeJS.Signals, graceMs = 5_000): Promise<void> => {
    if (!running) return ended;
    child.kill(signal);
    // A stopped process takes no signal but SIGKILL and SIGCONT.
    if (signal !== 'SIGKILL') child.kill('SIGCONT');
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await ended;
    clearTimeout(timer);
  };
  return {
    pid,
    ended,
    get running() {
      return running;
    },
    get log() {
      return log;
    },
    signal: (signal) => void child.kill(signal),
    end,
  };
}

function watch(pid: number, dir: string): ChildProcess {
  // A group of its own: Ctrl-C in a terminal must not end it before it has done its work.
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'sh', String(pid), dir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  // It has ended already.
  watchdog.stdin?.on('error', () => undefined);
  return watchdog;
}
