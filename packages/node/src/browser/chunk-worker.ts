/**
 * Runs in a Web Worker: the code of simulations, one chunk at a time. An application has a module of its own that imports this one, and makes workers of it; so whoever
 * bundles the application finds it.
 */
import type { AnySimulation } from '@belfry/protocol';
import { type ChunkOutcome, errorText, pacedChunk, simulationOf } from '../agent/paced-chunk.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** As much of a worker's global scope as is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

const scope = globalThis as unknown as WorkerScope;
const simulations = new Map<string, Promise<AnySimulation>>();

scope.onmessage = ({ data }) => {
  if (data.type === 'wake') {
    const { id, ms } = data;
    setTimeout(() => say({ type: 'woken', id }), ms);
    return;
  }
  void run(data).then((outcome) => say({ type: 'outcome', outcome }));
};

async function run(task: Extract<ToWorker, { type: 'run' }>): Promise<ChunkOutcome> {
  const { url, version, cpu } = task;
  let simulation: AnySimulation;
  try {
    let loading = simulations.get(version);
    if (loading === undefined) {
      loading = load(url, version);
      simulations.set(version, loading);
      loading.catch(() => simulations.delete(version));
    }
    simulation = await loading;
  } catch (error) {
    return {
      ok: false,
      reason: 'version',
      message: `its code cannot be loaded: ${errorText(error)}`,
    };
  }
  const tell = (done: number): void => say({ type: 'progress', done });
  const chunk = pacedChunk(simulation, task, { cpu, tell, now: () => performance.now() });
  for (;;) {
    const { done, value } = chunk.next();
    if (done === true) return value;
    await new Promise((resolve) => {
      setTimeout(resolve, value);
    });
  }
}

/** The code comes twice, the second time out of the browser's cache: it never changes, and a module is imported by its address. */
async function load(url: string, version: string): Promise<AnySimulation> {
  const answer = await fetch(url, { credentials: 'omit' });
  if (!answer.ok) throw new Error(`${url} was answered ${answer.status}`);
  const bytes = await answer.arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (`sha256-${hex}` !== version) throw new Error(`${url} is not what its version says`);
  return simulationOf((await import(/* @vite-ignore */ url)) as { default?: AnySimulation });
}

function say(message: FromWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
  scope.postMessage(message);
}
