import { readdirSync, readFileSync } from 'node:fs';

/** What a process has had since it started. */
export interface Usage {
  /** Seconds on a CPU, all threads together. */
  readonly cpu: number;
  /** Seconds that the thread that waited most was ready to run and had no CPU. */
  readonly waited: number;
  readonly rssMiB: number;
}

const PAGE = 4096;

/** Reads /proc, to the nanosecond. */
export function usageOf(pid: number): Usage {
  let cpu = 0;
  let waited = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const of = schedule(`/proc/${pid}/task/${thread}/schedstat`);
    cpu += of.ran;
    waited = Math.max(waited, of.waited);
  }
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return { cpu, waited, rssMiB: (pages * PAGE) / 2 ** 20 };
}

function schedule(path: string): { ran: number; waited: number } {
  const [ran, waited] = readFileSync(path, 'utf8').split(' ').map(Number);
  return { ran: (ran ?? 0) / 1e9, waited: (waited ?? 0) / 1e9 };
}

/** The usage of several processes together. */
export function usageOfAll(pids: readonly number[]): Usage {
  const all = pids.map(usageOf);
  const sum = (of: (usage: Usage) => number): number => all.reduce((s, each) => s + of(each), 0);
  return { cpu: sum((u) => u.cpu), waited: sum((u) => u.waited), rssMiB: sum((u) => u.rssMiB) };
}
