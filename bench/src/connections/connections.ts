import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ConnectionFigures, ConnectionsRole, ToConnections } from './protocol.ts';

const SCRIPT = fileURLToPath(new URL('connections-process.ts', import.meta.url));
const ANSWER_MS = 60_000;

/** A process of connections; killed when it is disposed of or this process ends. */
export interface Connections extends AsyncDisposable {
  figures(): Promise<ConnectionFigures>;
  clear(): void;
}

export function startConnections(role: ConnectionsRole): Connections {
  const child = fork(SCRIPT, [JSON.stringify(role)], { execArgv: ['--conditions=@belfry/source'] });
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.on('exit', killWithUs);
  const say = (message: ToConnections): boolean => child.send(message);
  return {
    async figures() {
      const answer = once(child, 'message', { signal: AbortSignal.timeout(ANSWER_MS) });
      say({ type: 'figures' });
      return ((await answer) as [ConnectionFigures])[0];
    },
    clear: () => void say({ type: 'clear' }),
    async [Symbol.asyncDispose]() {
      process.off('exit', killWithUs);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
