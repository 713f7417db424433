/** A process of a benchmark that does what the measuring process orders, and ends with it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface OrderedProcess<Order, Answer> extends AsyncDisposable {
  readonly pid: number;
  /** Rejects with what the process failed of, when it ends, or when it takes longer than `timeoutMs`. */
  order(order: Order, timeoutMs?: number): Promise<Answer>;
}

export interface OrderedProcessOptions {
  /** What it is started with. */
  readonly args?: readonly string[];
  /** The only core that it may use. Default: any. */
  readonly core?: number;
  /** How long an order may take by default, in ms. Default 180,000. */
  readonly timeoutMs?: number;
}

type FromChild = { readonly id: number } & (
  | { readonly answer: unknown }
  | { readonly error: string }
);

/** Starts a script that calls `obeyOrders`; resolves when it does. */
export async function startOrdered<Order extends { readonly type: string }, Answer>(
  script: URL,
  options: OrderedProcessOptions = {},
): Promise<OrderedProcess<Order, Answer>> {
  const { args = [], core, timeoutMs: usualMs = 180_000 } = options;
  const name = script.pathname.slice(script.pathname.lastIndexOf('/') + 1);
  const conditions = '--conditions=@belfry/source';
  const child = fork(fileURLToPath(script), args, {
    serialization: 'advanced',
    ...(core === undefined
      ? { execArgv: [conditions] }
      : {
          execPath: 'taskset',
          execArgv: ['-c', String(core), process.execPath, conditions],
        }),
  });
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.on('exit', killWithUs);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const opened = Promise.withResolvers<unknown>();
  waiting.set(0, opened);
  child.on('message', (message: FromChild) => {
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if ('error' in message) asked?.reject(new Error(message.error));
    else asked?.resolve(message.answer);
  });
  const fail = (problem: string): void => {
    for (const { reject } of waiting.values()) reject(new Error(problem));
    waiting.clear();
  };
  child.on('error', (error) => fail(`${name} cannot be started: ${error.message}`));
  child.on('exit', (code, signal) => fail(`${name} ended with ${code ?? signal}`));
  await opened.promise;
  let next = 1;
  return {
    pid: child.pid ?? 0,
    async order(order, timeoutMs = usualMs) {
      const asked = Promise.withResolvers<unknown>();
      const id = next++;
      waiting.set(id, asked);
      child.send({ id, order });
      const problem = `${name} did not end ${order.type} within ${timeoutMs} ms`;
      const timer = setTimeout(() => asked.reject(new Error(problem)), timeoutMs);
      try {
        return (await asked.promise) as Answer;
      } finally {
        clearTimeout(timer);
        waiting.delete(id);
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

/** In the process that `startOrdered` started: answers each order with what `obey` resolves to. */
export function obeyOrders(obey: (order: never) => Promise<unknown>): void {
  process.on('message', ({ id, order }: { id: number; order: never }) => {
    obey(order).then(
      (answer) => process.send?.({ id, answer }),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ id: 0, answer: null });
}
