import type { Attempt, AttemptFailure, ChunkInput } from '@belfry/protocol';
import type { Pause, Settlement } from '../core/agent-events.ts';

/** The key of a node. */
export interface NodeKey {
  /** The node's id, made of the key. */
  readonly node: string;
  /** Ed25519, 32 bytes in base64url. */
  readonly publicKey: string;
  /** @returns the signature of the text's UTF-8 in base64url */
  sign(text: string): string | Promise<string>;
  /** @returns the SHA-256 of the text's UTF-8 in base64url */
  hash(text: string): string | Promise<string>;
}

export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** The header's value. */
  readonly date: string | null;
  readonly retryAfter: string | null;
}

/** Asks over HTTP, without following redirections. Rejects when there is no answer; with `BrokenSocket` when the same may be asked again at once. */
export type HttpExchange = (question: HttpQuestion) => Promise<HttpAnswer>;

/** A connection that was kept open has ended just as it was used again. */
export class BrokenSocket extends Error {
  override readonly name = 'BrokenSocket';
}

/** Keeps settlements over a restart. What is asked is done in order. */
export interface Spool {
  /** What was kept before. */
  readonly saved: readonly Settlement[];
  persist(settlement: Settlement): void;
  forget(attempts: readonly string[]): void;
  /** Resolves when all that was asked for is done. */
  close(): Promise<void>;
}

/** How one chunk is run. */
export interface ChunkRun {
  /** When it is aborted, the run ends and rejects with whatever it likes. */
  readonly signal: AbortSignal;
  /** Blocks that are done; 0: the first one begins. */
  readonly onProgress: (blocks: number) => void;
}

/** Runs chunks. */
export interface ChunkExecutor {
  /** This one will be asked for soon. */
  prepare?(attempt: Attempt): void;
  /**
   * Runs one chunk. Is called for as many at once as there are slots.
   *
   * @returns what its blocks come to, plain JSON data; or `FinishedChunk`, which has it as text
   * @throws ChunkError, or anything else for the reason `error`
   */
  run(attempt: Attempt, input: ChunkInput, run: ChunkRun): Promise<unknown>;
  close?(): Promise<void>;
}

/** A result that is text already. */
export class FinishedChunk {
  readonly json: string;
  /** How long its blocks took, in ms. */
  readonly ms: number;

  constructor(json: string, ms: number) {
    this.json = json;
    this.ms = ms;
  }
}

/** Why a chunk came to nothing. */
export class ChunkError extends Error {
  override readonly name = 'ChunkError';
  readonly reason: AttemptFailure['reason'];

  constructor(reason: AttemptFailure['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export interface Conditions {
  readonly pause: Pause | null;
  /** 0 to 1 of all cores. */
  readonly load?: number;
}

/** Watches the machine. Calls at once and whenever something changes; the returned function ends it. */
export type WatchConditions = (tell: (conditions: Conditions) => void) => () => void;

/** Runs something after `ms`, unless the returned function is called before. */
export type SetTimer = (run: () => void, ms: number) => () => void;
