import { type Attempt, type ChunkInput, runBlocks } from '@belfry/protocol';
import { type ChunkExecutor, type ChunkRun, FinishedChunk } from '@belfry/node';
import { harmonic, type Harmonic } from '../../fleet/simulations/harmonic.ts';

/** How a node computes now; changed while it runs. */
export interface Temper {
  /** 1 is what is usual. */
  speed: number;
  /** It makes no progress before this time, in ms of `performance.now`. */
  frozenUntil: number;
  /** The number of what it tells instead of the truth; `null`: it is honest. */
  lie: number | null;
}

export interface SimulatedSlotOptions {
  readonly temper: Temper;
  /** Every chunk that a liar finishes is one in so many; the others are true. */
  readonly liesEvery: number;
  /** Told of each result before it goes its way; `true`: it is kept back until the attempt is taken away. */
  onResult(attempt: Attempt, json: string): boolean;
  /** A result that was kept back, and whose attempt is over. */
  onLate(attempt: Attempt, json: string): void;
}

/** So often somebody looks at the clock while a block takes its time, in ms. */
const STEP_MS = 50;

/** Runs the blocks of a chunk in earnest, and takes as long for them as the input says that they take on a node of this speed. */
export class SimulatedSlot implements ChunkExecutor {
  readonly #options: SimulatedSlotOptions;
  #finished = 0;
  lies = 0;

  constructor(options: SimulatedSlotOptions) {
    this.#options = options;
  }

  async run(attempt: Attempt, input: ChunkInput, run: ChunkRun): Promise<unknown> {
    const { temper, onResult, onLate } = this.#options;
    const { blockMs } = input.input as { readonly blockMs: number };
    const { signal, onProgress } = run;
    const startedAt = performance.now();
    onProgress(0);
    const blocks = runBlocks(harmonic, { attempt, ...input });
    // How much work there is to be done before the next block is, in ms at speed 1.
    let owed = 0;
    for (;;) {
      const { done, value } = blocks.next();
      if (done === true) {
        const json = this.#told(value);
        if (onResult(attempt, json)) {
          await aborted(signal);
          onLate(attempt, json);
        }
        return new FinishedChunk(json, performance.now() - startedAt);
      }
      owed += blockMs;
      while (owed > 0) {
        const before = performance.now();
        await pause(Math.min(STEP_MS, owed / temper.speed), signal);
        const now = performance.now();
        if (now >= temper.frozenUntil) owed -= (now - before) * temper.speed;
      }
      onProgress(value);
    }
  }

  #told(json: string): string {
    const { temper, liesEvery } = this.#options;
    this.#finished++;
    if (temper.lie === null || this.#finished % liesEvery !== 0) return json;
    this.lies++;
    return lied(json, temper.lie);
  }
}

/** What looks like a result and is none, another one for each liar. */
export function lied(json: string, lie: number): string {
  const truth = JSON.parse(json) as Harmonic;
  const wrong: Harmonic =
    lie % 2 === 0
      ? { ...truth, sum: truth.sum + (lie + 1) / 1_024 }
      : { ...truth, tree: (truth.tree ^ (lie + 1)) >>> 0 };
  return JSON.stringify(wrong);
}

/** Rejects when `signal` is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const end = (): void => {
    clearTimeout(timer);
    reject(new Error('aborted'));
  };
  const timer = setTimeout(() => {
    signal.removeEventListener('abort', end);
    resolve();
  }, ms);
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return promise;
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
