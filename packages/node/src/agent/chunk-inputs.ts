import { type Attempt, type ChunkInput, chunkInputPath } from '@belfry/protocol';
import { verdictOf } from '../core/calls.ts';
import { Retry } from '../core/retry.ts';
import { ChunkError } from './ports.ts';
import type { SignedClient } from './signed-client.ts';

const TIMEOUT_MS = 30_000;
const RETRY = { baseMs: 200, capMs: 5_000 };
const MOST_KEPT = 64;
const MOST_KEPT_BYTES = 64 * 1_048_576;

interface Kept {
  readonly input: Promise<ChunkInput>;
  bytes: number;
}

/** What jobs give to their chunks: asked for once for each round, and kept while it may be needed. */
export class ChunkInputs {
  readonly #client: SignedClient;
  readonly #signal: AbortSignal;
  /** The latest used last. */
  readonly #kept = new Map<string, Kept>();

  /** @param signal ends everything */
  constructor(client: SignedClient, signal: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Rejects with a `ChunkError` when it cannot be had, and not before it is known that it cannot. */
  get({ job, round }: Attempt): Promise<ChunkInput> {
    const key = `${round} ${job}`;
    const known = this.#kept.get(key);
    const kept = known ?? { input: this.#ask(job, round, key), bytes: 0 };
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    if (known === undefined) {
      // Asked for again by whoever needs it next.
      kept.input.catch(() => this.#kept.delete(key));
      this.#makeRoom();
    }
    return kept.input;
  }

  async #ask(job: string, round: number, key: string): Promise<ChunkInput> {
    const retry = new Retry(RETRY);
    const path = chunkInputPath(job, round);
    const signal = this.#signal;
    for (;;) {
      const reply = await this.#client.ask({ method: 'GET', path, timeoutMs: TIMEOUT_MS, signal });
      signal.throwIfAborted();
      if (reply.ok) {
        const kept = this.#kept.get(key);
        if (kept !== undefined) kept.bytes = JSON.stringify(reply.body).length;
        this.#makeRoom();
        return reply.body as ChunkInput;
      }
      if (verdictOf(reply) !== 'again') {
        // Nothing that was tried: the job is over, or not this node's.
        throw new ChunkError('refused', reply.message);
      }
      const now = performance.now();
      retry.failed(now, Math.random(), reply.retryAfterMs);
      await pause(retry.at - now, signal);
    }
  }

  #makeRoom(): void {
    let bytes = 0;
    for (const kept of this.#kept.values()) bytes += kept.bytes;
    for (const [key, kept] of this.#kept) {
      if (this.#kept.size <= 1) return;
      if (this.#kept.size <= MOST_KEPT && bytes <= MOST_KEPT_BYTES) return;
      this.#kept.delete(key);
      bytes -= kept.bytes;
    }
  }
}

/** Rejects when `signal` is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
