import type { FleetSettings } from '../../fleet-settings.ts';

/** What a chunk is cut by. Rates are iterations per ms. */
export interface ChunkSizing {
  /** Of one slot of the node; 0: unknown. */
  readonly rate: number;
  /** Of all slots that the job may use; 0: unknown. */
  readonly totalRate: number;
  /** Iterations that nobody has been given. */
  readonly left: number;
  /** Iterations of a block. */
  readonly perBlock: number;
  /** The most blocks that the node has done at once; 0: none. */
  readonly proven: number;
  /** The most blocks that a chunk of this round may have; 0: any. */
  readonly most: number;
  /** How long a result is on its way, there and back, in ms. */
  readonly lag: number;
}

/** Each chunk is this part of what would be the node's share of what is left: big first, small towards the end. */
const SHARE = 3;
/** No chunk is less than twice what its way takes, as long as that is not more than this. */
const MOST_LAG_FLOOR_MS = 1_000;
/** A chunk is at most so many times as large as what the node has shown that it can do. */
const GROWTH = 8;

/** How many blocks to give a slot at once: a power of two. */
export function chunkBlocks(sizing: ChunkSizing, chunk: FleetSettings['chunk']): number {
  const { rate, totalRate, left, perBlock, proven, most, lag } = sizing;
  if (rate === 0 || totalRate === 0) return 1;
  const share = left / totalRate / SHARE;
  const floor = Math.max(chunk.floorMs, Math.min(MOST_LAG_FLOOR_MS, 2 * lag));
  const ms = Math.min(chunk.ceilingMs, Math.max(floor, share));
  const limit = Math.min(
    chunk.maxBlocks,
    most === 0 ? Infinity : most,
    // A guess from other jobs is tried at a part of its size first.
    proven === 0 ? Math.max(1, (ms * rate) / perBlock / 4) : proven * GROWTH,
  );
  return floorPowerOfTwo(Math.min(limit, (ms * rate) / perBlock));
}

/** The largest power of two that is at most `n`; 1 at least. */
export function floorPowerOfTwo(n: number): number {
  return n < 2 ? 1 : 2 ** Math.floor(Math.log2(n));
}

export function ceilPowerOfTwo(n: number): number {
  return n <= 1 ? n : 2 ** Math.ceil(Math.log2(n));
}
