/** Runs in a worker thread: the code of simulations, one chunk at a time. */
import { getPriority, setPriority } from 'node:os';
import { pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import type { AnySimulation, ChunkWork } from '@belfry/protocol';
import { type ChunkOutcome, errorText, pacedChunk, simulationOf } from '../agent/paced-chunk.ts';

export interface ChunkTask extends ChunkWork {
  /** The code: an ES module whose default export is the simulation. */
  readonly file: string;
  readonly cpu: number;
  /** How much others go before it, 0 to 19. */
  readonly nice: number;
}

/** What the thread tells while it runs. */
export interface ChunkTold {
  readonly attempt: string;
  readonly done: number;
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));
const simulations = new Map<string, AnySimulation>();

export default async function run(task: ChunkTask): Promise<ChunkOutcome> {
  const { attempt, file, cpu } = task;
  beNice(task.nice);
  let simulation: AnySimulation;
  try {
    simulation = await load(file);
  } catch (error) {
    return {
      ok: false,
      reason: 'version',
      message: `its code cannot be loaded: ${errorText(error)}`,
    };
  }
  const tell = (done: number): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage({ attempt: attempt.attempt, done } satisfies ChunkTold);
  };
  const chunk = pacedChunk(simulation, task, { cpu, tell, now: () => performance.now() });
  for (;;) {
    const { done, value } = chunk.next();
    if (done === true) return value;
    Atomics.wait(sleeper, 0, 0, value);
  }
}

/** Elsewhere than on Linux this would be the whole process's, and not its threads' alone. */
function beNice(nice: number): void {
  if (process.platform !== 'linux' || nice <= getPriority()) return;
  try {
    setPriority(nice);
  } catch {
    // Where it is not allowed, it goes without.
  }
}

async function load(file: string): Promise<AnySimulation> {
  const known = simulations.get(file);
  if (known !== undefined) return known;
  const module = (await import(pathToFileURL(file).href)) as { default?: AnySimulation };
  const simulation = simulationOf(module);
  simulations.set(file, simulation);
  return simulation;
}
