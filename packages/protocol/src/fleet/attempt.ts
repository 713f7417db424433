import type { BlockRange } from './block-range.ts';

/** One try of one node at one chunk: what a node is given to do. */
export interface Attempt extends BlockRange {
  /** Names the attempt, and is known to its node alone until it is over. At most 64 letters, digits, `-` and `_`. */
  readonly attempt: string;
  readonly job: string;
  /** The simulation, and the version of its code: `sha256-` and 64 hexadecimal digits. */
  readonly simulation: string;
  readonly version: string;
  readonly round: number;
  readonly seed: number;
  /** Iterations of each block. */
  readonly blockIterations: number;
  /** The number of the first iteration of the chunk; counts through all rounds. */
  readonly firstIteration: number;
  /** When it was given out, in ms on the store's clock. */
  readonly assignedAt: number;
}

/** What a chunk came to. The result is that of its whole range, put together as `RangeFold` does. */
export interface AttemptResult {
  readonly attempt: string;
  readonly job: string;
  readonly result: unknown;
  /** How long the blocks took to run, in ms, without waiting. */
  readonly ms: number;
}

/** Why a chunk came to nothing. */
export interface AttemptFailure {
  readonly attempt: string;
  readonly job: string;
  /**
   * `error`: the simulation threw. `timeout`, `memory`: a limit of the node. `version`: its code could not be had. `refused`: the node
   * gives it back without having tried (it is draining or pauses); that counts as no attempt.
   */
  readonly reason: 'error' | 'timeout' | 'memory' | 'version' | 'refused';
  /** At most 2,000 characters are kept. */
  readonly message: string;
}
