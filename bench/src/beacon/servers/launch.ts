import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, spawnServer, waitFor, type ChildServer } from '@belfry/testkit';

export interface Launch {
  /** The program and its arguments, once its port and its own temporary directory are known. */
  readonly command: (port: number, dir: string) => readonly string[] | Promise<readonly string[]>;
  readonly core: number;
  readonly install: string;
}

export interface Launched extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

const START_MS = 30_000;
const STOP_MS = 15_000;

/** Starts a server on one core and resolves when it takes connections. */
export async function launch({ command, core, install }: Launch): Promise<Launched> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'belfry-bench-beacon-'));
  const args = await command(port, dir);
  const child = await spawnServer({
    binary: 'taskset',
    args: ['-c', String(core), ...args],
    dir,
    install,
  });
  try {
    await waitFor(() => reaches(child, port), { timeoutMs: START_MS });
  } catch (cause) {
    await child.end('SIGKILL');
    await rm(dir, { recursive: true, force: true });
    throw new Error(`${args[0]} did not start: ${child.log}`, { cause });
  }
  return {
    port,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      await child.end('SIGTERM', STOP_MS);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function reaches(child: ChildServer, port: number): Promise<boolean> {
  if (!child.running) throw new Error('it has ended');
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
