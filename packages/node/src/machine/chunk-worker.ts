/** Runs in a worker thread: the code of simulations, one chunk at a time. */
import { pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import type { AnySimulation } from '@belfry/protocol';
import { type ChunkWork, runBlocks } from '../core/run-chunk.ts';

export interface ChunkTask extends ChunkWork {
  /** The code: an ES module whose default export is the simulation. */
  readonly file: string;
  /** The share of the time that blocks may run, above 0 and at most 1. */
  readonly cpu: number;
}

/** What the thread tells while it runs. */
export interface ChunkTold {
  readonly attempt: string;
  readonly done: number;
}

export type ChunkOutcome =
  | { readonly ok: true; readonly json: string; readonly ms: number }
  | { readonly ok: false; readonly reason: 'error' | 'version'; readonly message: string };

/** Progress is told so often at most, in ms. */
const TELL_MS = 100;
/** The longest pause after a block, in ms. */
const MOST_PAUSE_MS = 5_000;

const sleeper = new Int32Array(new SharedArrayBuffer(4));
const simulations = new Map<string, AnySimulation>();

/** Errors are told as data: what a simulation throws need not survive a clone. */
export default async function run(task: ChunkTask): Promise<ChunkOutcome> {
  const { attempt, file, cpu } = task;
  let simulation: AnySimulation;
  try {
    simulation = await load(file);
  } catch (error) {
    return { ok: false, reason: 'version', message: `its code cannot be loaded: ${textOf(error)}` };
  }
  const tell = (done: number): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    parentPort?.postMessage({ attempt: attempt.attempt, done } satisfies ChunkTold);
  };
  tell(0);
  const startedAt = performance.now();
  let toldAt = startedAt;
  let blockAt = startedAt;
  try {
    const blocks = runBlocks(simulation, task);
    for (;;) {
      const { done, value } = blocks.next();
      if (done === true) return { ok: true, json: value, ms: performance.now() - startedAt };
      const now = performance.now();
      if (now - toldAt >= TELL_MS) {
        toldAt = now;
        tell(value);
      }
      if (cpu < 1) {
        Atomics.wait(sleeper, 0, 0, Math.min(MOST_PAUSE_MS, (now - blockAt) * (1 / cpu - 1)));
      }
      blockAt = performance.now();
    }
  } catch (error) {
    return { ok: false, reason: 'error', message: textOf(error) };
  }
}

async function load(file: string): Promise<AnySimulation> {
  const known = simulations.get(file);
  if (known !== undefined) return known;
  const module = (await import(pathToFileURL(file).href)) as { default?: AnySimulation };
  const simulation = module.default;
  if (typeof simulation?.run !== 'function' || typeof simulation.merge !== 'function') {
    throw new TypeError('its default export is no simulation');
  }
  simulations.set(file, simulation);
  return simulation;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
