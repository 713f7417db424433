import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadAnswer, LoadOrder } from './protocol.ts';

export interface GeneratorProcess extends AsyncDisposable {
  readonly pid: number;
  /** Rejects when the generator ends, or when it takes longer than `timeoutMs`. */
  order(order: LoadOrder, timeoutMs?: number): Promise<LoadAnswer>;
}

const SCRIPT = fileURLToPath(new URL('beacon-load-process.ts', import.meta.url));
const TIMEOUT_MS = 180_000;

/** Starts a load generator on a core of its own. It ends with this process. */
export async function startGenerator(core: number): Promise<GeneratorProcess> {
  const child = fork(SCRIPT, [], {
    execPath: 'taskset',
    execArgv: ['-c', String(core), process.execPath, '--conditions=@belfry/source'],
  });
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.on('exit', killWithUs);
  const waiting = new Map<number, PromiseWithResolvers<LoadAnswer>>();
  const opened = Promise.withResolvers<LoadAnswer>();
  waiting.set(0, opened);
  child.on('message', (message: { id: number; answer?: LoadAnswer; error?: string }) => {
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) asked?.resolve(message.answer as LoadAnswer);
    else asked?.reject(new Error(message.error));
  });
  const fail = (problem: string): void => {
    for (const { reject } of waiting.values()) reject(new Error(problem));
    waiting.clear();
  };
  child.on('error', (error) => fail(`the load generator cannot be started: ${error.message}`));
  child.on('exit', (code) => fail(`the load generator ended with code ${code}`));
  await opened.promise;
  let next = 1;
  return {
    pid: child.pid ?? 0,
    async order(order, timeoutMs = TIMEOUT_MS) {
      const asked = Promise.withResolvers<LoadAnswer>();
      const id = next++;
      waiting.set(id, asked);
      child.send({ id, order });
      const problem = `the load generator did not end ${order.type} within ${timeoutMs} ms`;
      const timer = setTimeout(() => asked.reject(new Error(problem)), timeoutMs);
      try {
        return await asked.promise;
      } finally {
        clearTimeout(timer);
      }
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
