import type { Attempt, NodeCapabilities } from '@belfry/protocol';
import type { AgentState, Pause } from './agent-events.ts';
import type { ChunkCounts } from './chunks.ts';

export interface AgentSettings {
  readonly name: string;
  /** In base64url. */
  readonly publicKey: string;
  readonly capabilities: NodeCapabilities;
  readonly claim?: string;
  /** Results that have not reached the Sentinel may take so many bytes; then nothing new is begun. */
  readonly maxUndeliveredBytes: number;
  /** The longest that a chunk may run, in ms. */
  readonly maxChunkMs: number;
}

export interface AgentCounts extends ChunkCounts {
  /** Results and failures that the Sentinel has. */
  delivered: number;
  /** Those that it did not want any more, or never will. */
  unwanted: number;
  /** Calls that failed. */
  troubles: number;
  /** Answers and pushes that were not understood. */
  malformed: number;
}

/** What an agent is doing. */
export interface AgentSnapshot {
  readonly state: AgentState;
  readonly node: string | null;
  readonly pool: string | null;
  /** What its owner has to type; `null`: nothing. */
  readonly code: string | null;
  /** Whether the Sentinel answered lately. */
  readonly online: boolean;
  /** Whether the Beacon pushes to it. */
  readonly pushed: boolean;
  readonly slots: number;
  readonly pause: Pause | null;
  /** 0 to 1 of all cores. */
  readonly load: number | null;
  readonly running: readonly {
    readonly attempt: Attempt;
    /** Blocks. */
    readonly done: number;
  }[];
  readonly waiting: number;
  /** Results and failures on their way. */
  readonly undelivered: { readonly count: number; readonly bytes: number };
  readonly counts: AgentCounts;
}
