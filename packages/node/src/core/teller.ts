import { type ChunkProgress, jobChannel } from '@belfry/protocol';
import type { AgentEffect } from './agent-events.ts';
import type { HeldAttempt } from './attempt-book.ts';

/** How often the progress of a chunk is told at most, and of all chunks of the node, in ms. */
const EACH_MS = 1_000;
const ANY_MS = 200;

/** Tells on the channel of a job how far a chunk of it is: seldom, and of short chunks not at all. */
export class Teller {
  #saidAt = -Infinity;

  tell(node: string, held: HeldAttempt, now: number): AgentEffect | null {
    const { attempt, blocks, startedAt } = held;
    const saidAt = Math.max(held.saidAt, startedAt ?? now);
    if (now - saidAt < EACH_MS || now - this.#saidAt < ANY_MS) return null;
    held.saidAt = now;
    this.#saidAt = now;
    const data: ChunkProgress = {
      type: 'chunk',
      node,
      from: attempt.from,
      blocks: attempt.blocks,
      done: blocks,
    };
    return { type: 'say', channel: jobChannel(attempt.job), data };
  }
}
