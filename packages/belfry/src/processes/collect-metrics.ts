import type { ChildProcess } from 'node:child_process';
import { mergeMetrics, type ProcessMetrics } from './merge-metrics.ts';
import type { FromChild, ToChild } from './messages.ts';

/** How long a process may take to tell its metrics, in ms. */
const TIMEOUT_MS = 2_000;

interface Asked {
  readonly index: number;
  readonly child: ChildProcess;
}

interface Figures {
  /** How many processes there should be. */
  readonly wanted: number;
  /** How many took the place of one that ended. */
  readonly restarts: number;
}

let asked = 0;

/** The metrics of all processes that tell them in time, and how many those are. Never rejects. */
export async function collectMetrics(
  processes: readonly Asked[],
  { wanted, restarts }: Figures,
): Promise<string> {
  const told = (await Promise.all(processes.map(ask))).filter((each) => each !== null);
  const own = Object.entries({
    belfry_processes: ['gauge', 'Processes that share the port and run, now.', processes.length],
    belfry_processes_wanted: ['gauge', 'Processes that should run.', wanted],
    belfry_processes_told: ['gauge', 'Processes whose metrics are in this answer.', told.length],
    belfry_process_restarts_total: [
      'counter',
      'Processes that took the place of one that ended, since the start.',
      restarts,
    ],
  }).map(([name, [type, help, value]]) =>
    [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${value}`, ''].join('\n'),
  );
  return [mergeMetrics(told), ...own].join('\n');
}

async function ask({ index, child }: Asked): Promise<ProcessMetrics | null> {
  const id = ++asked;
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const timer = setTimeout(() => {
    resolve(null);
  }, TIMEOUT_MS);
  const listener = (message: unknown): void => {
    const answer = message as FromChild;
    if (answer.type === 'metrics' && answer.id === id) resolve(answer.text);
  };
  const gone = (): void => {
    resolve(null);
  };
  child.on('message', listener);
  child.on('exit', gone);
  const question: ToChild = { type: 'metrics', id };
  child.send(question, (error) => {
    if (error !== null) resolve(null);
  });
  try {
    const text = await promise;
    return text === null ? null : { process: index, text };
  } finally {
    clearTimeout(timer);
    child.off('message', listener);
    child.off('exit', gone);
  }
}
