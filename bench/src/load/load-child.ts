import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadAnswer, LoadOrder, LoadRole } from './load-protocol.ts';

/** A load process of this one; killed when it is disposed of or this process ends. */
export interface LoadChild extends AsyncDisposable {
  readonly pid: number;
  order(order: LoadOrder): Promise<LoadAnswer>;
}

const SCRIPT = fileURLToPath(new URL('load-process.ts', import.meta.url));

/** Starts a load process; resolves when its store is open. */
export async function startLoadChild(role: LoadRole): Promise<LoadChild> {
  const child = fork(SCRIPT, [JSON.stringify(role)], {
    execArgv: ['--conditions=@belfry/source'],
    serialization: 'advanced',
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
  child.on('exit', (code) => {
    for (const { reject } of waiting.values())
      reject(new Error(`a load process ended with code ${code}`));
    waiting.clear();
  });
  await opened.promise;
  let next = 1;
  return {
    pid: child.pid ?? 0,
    order(order) {
      const asked = Promise.withResolvers<LoadAnswer>();
      const id = next++;
      waiting.set(id, asked);
      child.send({ id, order });
      return asked.promise;
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
