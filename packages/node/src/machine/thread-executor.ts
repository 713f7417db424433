import { fileURLToPath } from 'node:url';
import type { Attempt, ChunkInput } from '@belfry/protocol';
import { Piscina } from 'piscina';
import { ChunkError, type ChunkExecutor, type ChunkRun, FinishedChunk } from '../agent/ports.ts';
import type { ChunkOutcome } from '../agent/paced-chunk.ts';
import type { ChunkTask, ChunkTold } from './chunk-worker.ts';
import type { CodeCache } from './code-cache.ts';

export interface ThreadExecutorOptions {
  readonly slots: number;
  /** The most memory of the JavaScript heap of each slot, in MiB. */
  readonly memoryMb: number;
  /** The share of the time that blocks may run, above 0 and at most 1. */
  readonly cpu: number;
  /** How much others go before it, 0 to 19; on Linux. */
  readonly nice: number;
  readonly code: CodeCache;
}

const IDLE_MS = 60_000;

/** Runs chunks in worker threads, one for each slot: whatever the code of a simulation does there, the node goes on. */
export class ThreadExecutor implements ChunkExecutor {
  readonly #options: ThreadExecutorOptions;
  readonly #pool: Piscina<ChunkTask, ChunkOutcome>;
  readonly #onProgress = new Map<string, (blocks: number) => void>();

  constructor(options: ThreadExecutorOptions) {
    this.#options = options;
    const { slots, memoryMb } = options;
    const isSource = import.meta.url.endsWith('.ts');
    const worker = isSource ? './chunk-worker.ts' : './chunk-worker.js';
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL(worker, import.meta.url)),
      minThreads: 0,
      maxThreads: slots,
      idleTimeout: IDLE_MS,
      concurrentTasksPerWorker: 1,
      // A thread that waits is not blocked: chunks are long, and what they cost to hand over is not what matters.
      atomics: 'disabled',
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      // The code that runs there gets nothing of this process's environment.
      env: {},
      execArgv: [...conditionFlags(process.execArgv), '--disable-warning=ExperimentalWarning'],
      recordTiming: false,
    });
    this.#pool.on('message', ({ attempt, done }: ChunkTold) =>
      this.#onProgress.get(attempt)?.(done),
    );
    // A thread that dies while it has nothing to do; there will be another one.
    this.#pool.on('error', () => undefined);
  }

  prepare({ simulation, version }: Attempt): void {
    // Whoever runs the chunk hears of the error.
    this.#options.code.fileOf(simulation, version).catch(() => undefined);
  }

  async run(attempt: Attempt, input: ChunkInput, run: ChunkRun): Promise<FinishedChunk> {
    const { code, cpu, nice, memoryMb } = this.#options;
    const file = await code.fileOf(attempt.simulation, attempt.version);
    run.signal.throwIfAborted();
    this.#onProgress.set(attempt.attempt, run.onProgress);
    let outcome: ChunkOutcome;
    try {
      const task = { attempt, input: input.input, roundInput: input.roundInput, file, cpu, nice };
      outcome = await this.#pool.run(task, { signal: run.signal });
    } catch (error) {
      throw isOutOfMemory(error)
        ? new ChunkError('memory', `it needs more than ${memoryMb} MiB`, { cause: error })
        : new ChunkError('error', `its thread ended: ${(error as Error).message}`, {
            cause: error,
          });
    } finally {
      this.#onProgress.delete(attempt.attempt);
    }
    if (!outcome.ok) throw new ChunkError(outcome.reason, outcome.message);
    return new FinishedChunk(outcome.json, outcome.ms);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

function isOutOfMemory(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** The flags that say how modules are found. */
function conditionFlags(flags: readonly string[]): string[] {
  return flags.flatMap((flag, index) => {
    if (/^(-C|--conditions)=/.test(flag)) return [flag];
    const value = flags[index + 1];
    return (flag === '-C' || flag === '--conditions') && value !== undefined ? [flag, value] : [];
  });
}
