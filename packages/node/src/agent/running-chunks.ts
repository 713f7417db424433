import type { Attempt } from '@belfry/protocol';
import type { AgentEvent } from '../core/agent-events.ts';
import type { ChunkInputs } from './chunk-inputs.ts';
import { ChunkError, type ChunkExecutor, FinishedChunk } from './ports.ts';

/** Runs what the agent starts, and tells it how each ends: once, whatever happens. */
export class RunningChunks {
  readonly #inputs: ChunkInputs;
  readonly #executor: ChunkExecutor;
  readonly #tell: (event: AgentEvent) => void;
  readonly #running = new Map<string, AbortController>();

  constructor(inputs: ChunkInputs, executor: ChunkExecutor, tell: (event: AgentEvent) => void) {
    this.#inputs = inputs;
    this.#executor = executor;
    this.#tell = tell;
  }

  prepare(attempt: Attempt): void {
    this.#executor.prepare?.(attempt);
    // Whoever starts the chunk hears of the error.
    this.#inputs.get(attempt).catch(() => undefined);
  }

  start(attempt: Attempt): void {
    const controller = new AbortController();
    this.#running.set(attempt.attempt, controller);
    void this.#run(attempt, controller.signal).then((event) => {
      this.#running.delete(attempt.attempt);
      this.#tell(event);
    });
  }

  abort(attempt: string): void {
    this.#running.get(attempt)?.abort();
  }

  abortAll(): void {
    for (const controller of this.#running.values()) controller.abort();
  }

  async #run(attempt: Attempt, signal: AbortSignal): Promise<AgentEvent> {
    const name = attempt.attempt;
    try {
      const input = await untilAborted(this.#inputs.get(attempt), signal);
      const startedAt = performance.now();
      const onProgress = (blocks: number): void => {
        if (signal.aborted) return;
        if (blocks === 0) this.#tell({ type: 'begun', attempt: name });
        else this.#tell({ type: 'progress', attempt: name, blocks });
      };
      const result = await this.#executor.run(attempt, input, { signal, onProgress });
      if (signal.aborted) return { type: 'aborted', attempt: name };
      if (result instanceof FinishedChunk) {
        return { type: 'done', attempt: name, json: result.json, ms: result.ms };
      }
      const json = JSON.stringify(result) as string | undefined;
      if (json === undefined)
        throw new TypeError(`the result is ${typeof result}, which is no JSON`);
      return { type: 'done', attempt: name, json, ms: performance.now() - startedAt };
    } catch (error) {
      if (signal.aborted) return { type: 'aborted', attempt: name };
      const reason = error instanceof ChunkError ? error.reason : 'error';
      return { type: 'failed', attempt: name, reason, message: messageOf(error) };
    }
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ChunkError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Rejects when `signal` is aborted, though the promise goes on. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(new Error('aborted'));
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
