import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ClientsFigures, ClientsRole, Finish, FromClients } from './protocol.ts';

const SCRIPT = fileURLToPath(new URL('clients-process.ts', import.meta.url));
/** How long all of its clients may take to subscribe, in ms. */
const SUBSCRIBE_MS = 120_000;

/** A process of clients; killed when it is disposed of or this process ends. */
export interface Clients extends AsyncDisposable {
  finish(finish: Omit<Finish, 'type'>): Promise<ClientsFigures>;
}

/** Starts it; resolves when everybody is subscribed. */
export async function startClients(role: ClientsRole): Promise<Clients> {
  const child = fork(SCRIPT, [JSON.stringify(role)], { execArgv: ['--conditions=@belfry/source'] });
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.on('exit', killWithUs);
  try {
    await told(child, 'subscribed', SUBSCRIBE_MS);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    async finish({ published, waitMs }) {
      const answer = told(child, 'figures', waitMs + 30_000);
      child.send({ type: 'finish', published, waitMs } satisfies Finish);
      return (await answer).figures;
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', killWithUs);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function told<T extends FromClients['type']>(
  child: ChildProcess,
  type: T,
  limitMs: number,
): Promise<Extract<FromClients, { type: T }>> {
  const signal = AbortSignal.timeout(limitMs);
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a process of clients ended with code ${String(code)}`);
  });
  ended.catch(() => undefined);
  for (;;) {
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [
      FromClients,
    ];
    if (message.type === type) return message as Extract<FromClients, { type: T }>;
  }
}
