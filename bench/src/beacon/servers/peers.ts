/** Peers of another protocol: NATS over WebSocket, Socket.IO, and the least that a WebSocket server can do. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, type Launch } from './launch.ts';
import { running } from './running.ts';
import type { Target } from './target.ts';

function single(
  target: Pick<Target, 'name' | 'version' | 'dialect' | 'auth'>,
  how: Omit<Launch, 'core'>,
): Target {
  return {
    ...target,
    overRedis: false,
    async start({ core }) {
      await using held = new AsyncDisposableStack();
      const { port, pid } = held.use(await launch({ ...how, core }));
      return running(held, { port, apiPort: null, pids: { server: pid } });
    },
  };
}

/** @param binary a nats-server */
export function natsTarget(binary: string, version: string): Target {
  return single(
    { name: 'nats-server', version, dialect: 'nats', auth: 'none' },
    {
      install: 'taskset is part of util-linux',
      async command(port, dir) {
        const file = join(dir, 'nats.conf');
        await writeFile(
          file,
          `listen: "127.0.0.1:-1"\nping_interval: "10m"\nmax_connections: 100000\nwebsocket { listen: "127.0.0.1:${port}", no_tls: true }\n`,
        );
        return [binary, '-c', file];
      },
    },
  );
}

function nodeScript(name: string): Omit<Launch, 'core'> {
  const script = fileURLToPath(new URL(name, import.meta.url));
  return {
    install: 'taskset is part of util-linux',
    command: (port) => [process.execPath, script, String(port)],
  };
}

export function socketIoTarget(version: string): Target {
  return single(
    { name: 'socket.io', version, dialect: 'socket.io', auth: 'JWT (HS256)' },
    nodeScript('socket-io-process.ts'),
  );
}

export function wsTarget(version: string): Target {
  return single(
    { name: 'ws loop', version, dialect: 'ws', auth: 'none' },
    nodeScript('ws-process.ts'),
  );
}
