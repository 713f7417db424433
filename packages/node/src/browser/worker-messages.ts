import type { ChunkOutcome } from '../agent/paced-chunk.ts';
import type { ChunkWork } from '@belfry/protocol';

/** What a tab tells its workers. */
export type ToWorker =
  | ({
      readonly type: 'run';
      /** Where the code is: an ES module whose default export is the simulation. */
      readonly url: string;
      readonly version: string;
      readonly cpu: number;
    } & ChunkWork)
  /** Answer `woken` after `ms`: unlike those of pages, timers of workers are not held up while nobody looks. */
  | { readonly type: 'wake'; readonly id: number; readonly ms: number };

/** What workers tell their tab. */
export type FromWorker =
  | { readonly type: 'progress'; readonly done: number }
  | { readonly type: 'outcome'; readonly outcome: ChunkOutcome }
  | { readonly type: 'woken'; readonly id: number };
