import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BackendAnswer, BackendMessage, BackendRequest } from './backend-lab.ts';

/** A backend in a process of its own, to be asked by proxies. */
export interface Backend extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What it was asked, in that order. */
  readonly requests: readonly BackendRequest[];
  /** Those at a path. */
  at(path: string): BackendRequest[];
  /** What it answers from now on at a path. Where nothing is said: `{"result":{}}`. */
  answer(path: string, ...answers: BackendAnswer[]): Promise<void>;
  kill(): Promise<void>;
}

/** Starts one. @param port default: one that is free */
export async function startBackend(port = 0): Promise<Backend> {
  const lab = fileURLToPath(new URL('./backend-lab.ts', import.meta.url));
  const child: ChildProcess = fork(lab, [String(port)], {
    execArgv: ['--conditions=@belfry/source'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const requests: BackendRequest[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let told: (() => void)[] = [];
  child.on('message', (message: BackendMessage) => {
    if (message.type === 'listening') resolve(message.port);
    else if (message.type === 'request') {
      requests.push(message.request);
      // It answers after that: whoever has an answer finds the request here.
      child.send({ type: 'heard' });
    } else told.shift()?.();
  });
  const ended = once(child, 'exit');
  child.once('exit', () => {
    reject(new Error('the backend ended'));
    for (const each of told) each();
    told = [];
  });
  const bound = await promise;
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}`,
    requests,
    at: (path) => requests.filter((each) => each.path === path),
    async answer(path, ...answers) {
      const done = new Promise<void>((settle) => {
        told.push(settle);
      });
      child.send({ type: 'answers', path, answers });
      await done;
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
