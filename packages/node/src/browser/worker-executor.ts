import { type Attempt, type ChunkInput, simulationPath } from '@belfry/protocol';
import { ChunkError, type ChunkExecutor, type ChunkRun, FinishedChunk } from '../agent/ports.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

export interface WorkerExecutorOptions {
  /** The server's address. */
  readonly url: string;
  readonly cpu: number;
  readonly createWorker: () => Worker;
}

/** Runs chunks in Web Workers, as many as are run at once: whatever the code of a simulation does there, the page goes on. */
export class WorkerExecutor implements ChunkExecutor {
  readonly #options: WorkerExecutorOptions;
  readonly #idle: Worker[] = [];
  readonly #busy = new Set<Worker>();

  constructor(options: WorkerExecutorOptions) {
    this.#options = options;
  }

  async run(attempt: Attempt, input: ChunkInput, run: ChunkRun): Promise<FinishedChunk> {
    const { url, cpu, createWorker } = this.#options;
    const worker = this.#idle.pop() ?? createWorker();
    this.#busy.add(worker);
    const { promise, resolve, reject } = Promise.withResolvers<FinishedChunk>();
    /** Not to be used again: nobody knows what it is doing. */
    let isSpoilt = false;
    const end = (error: Error): void => {
      isSpoilt = true;
      reject(error);
    };
    worker.onmessage = ({ data }: MessageEvent<FromWorker>): void => {
      if (data.type === 'progress') run.onProgress(data.done);
      if (data.type !== 'outcome') return;
      const { outcome } = data;
      if (outcome.ok) resolve(new FinishedChunk(outcome.json, outcome.ms));
      else reject(new ChunkError(outcome.reason, outcome.message));
    };
    worker.onerror = (event): void => {
      end(
        new ChunkError('error', `its worker ended: ${event.message || 'it could not be loaded'}`),
      );
    };
    worker.onmessageerror = (): void =>
      end(new ChunkError('error', 'its worker said nothing clear'));
    const abort = (): void => end(new Error('aborted'));
    run.signal.addEventListener('abort', abort, { once: true });
    const { simulation, version } = attempt;
    tell(worker, {
      type: 'run',
      url: url.replace(/\/$/, '') + simulationPath(simulation, version),
      version,
      cpu,
      attempt,
      input: input.input,
      roundInput: input.roundInput,
    });
    try {
      return await promise;
    } finally {
      run.signal.removeEventListener('abort', abort);
      worker.onmessage = null;
      worker.onerror = null;
      worker.onmessageerror = null;
      this.#busy.delete(worker);
      if (isSpoilt) worker.terminate();
      else this.#idle.push(worker);
    }
  }

  close(): Promise<void> {
    for (const worker of [...this.#idle.splice(0), ...this.#busy]) worker.terminate();
    return Promise.resolve();
  }
}

/** What a worker is told. */
export function tell(worker: Worker, message: ToWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin
  worker.postMessage(message);
}
