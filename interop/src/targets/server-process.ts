import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, waitFor } from '@belfry/testkit';
import { spawn } from 'node:child_process';
import type { RunningTarget } from './target.ts';

/** How long a server may take to answer its health check, in ms. */
const START_LIMIT_MS = 60_000;

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** The variable that gives it the port to listen on. */
  readonly portVariable: string;
}

/** Starts a server on a free port and in a directory of its own, and waits until it is healthy. */
export async function startServer(server: ServerCommand): Promise<RunningTarget> {
  let problem: unknown;
  // Somebody else may take the port first.
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      return await startOnce(server);
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

async function startOnce({ command, args, portVariable }: ServerCommand): Promise<RunningTarget> {
  const directory = await mkdtemp(join(tmpdir(), 'belfry-interop-'));
  const port = await freePort();
  const kept = ['PATH', 'HOME', 'NODE_COMPILE_CACHE'];
  const inherited = Object.entries(process.env).filter(([name]) => kept.includes(name));
  const child = spawn(command, args, {
    cwd: directory,
    env: { ...Object.fromEntries(inherited), [portVariable]: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-8_192);
    });
  }
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let running = true;
  const over = (): void => {
    running = false;
    end();
  };
  child.once('close', over);
  child.once('error', (error) => {
    log += error.message;
    over();
  });
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (running) child.kill(signal);
    await ended;
    process.off('exit', killWithUs);
    await rm(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitFor(
      async () => {
        if (!running) return true;
        const { ok } = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) });
        return ok;
      },
      { timeoutMs: START_LIMIT_MS, everyMs: 50, what: `the start of ${command}` },
    );
    if (!running) throw new Error(`${command} ended at once`);
  } catch (cause) {
    await stop('SIGKILL');
    throw new Error(`${command} does not start: ${log}`, { cause });
  }
  return { url, pid: child.pid ?? 0, stop, [Symbol.asyncDispose]: () => stop('SIGKILL') };
}
