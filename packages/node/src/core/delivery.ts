import type { AttemptFailure, AttemptProgress } from '@belfry/protocol';
import type { Settlement } from './agent-events.ts';
import { type Delivered, Outbox, type Outcomes } from './outbox.ts';

export type Kind = Settlement['kind'];

/** What one call may carry, as the protocol has it, less its envelope. */
const MAX_BATCH = 1_000;
const MAX_BATCH_BYTES = 8 * 1_048_576 - 65_536;
/** The most bytes of one result. */
export const MAX_RESULT_BYTES: number = MAX_BATCH_BYTES - 4_096;
const MAX_MESSAGE = 2_000;

/** Results and failures that are on their way to the Sentinel. */
export class Delivery {
  readonly #outboxes: Readonly<Record<Kind, Outbox>>;

  constructor(batchMs: number) {
    const limits = { maxBatch: MAX_BATCH, maxBatchBytes: MAX_BATCH_BYTES, batchMs };
    this.#outboxes = { complete: new Outbox(limits), fail: new Outbox(limits) };
  }

  get count(): number {
    return this.#outboxes.complete.size + this.#outboxes.fail.size;
  }

  get bytes(): number {
    return this.#outboxes.complete.bytes + this.#outboxes.fail.bytes;
  }

  get nextAt(): number {
    return Math.min(this.#outboxes.complete.nextAt, this.#outboxes.fail.nextAt);
  }

  *all(): Iterable<Settlement> {
    yield* this.#outboxes.complete.all();
    yield* this.#outboxes.fail.all();
  }

  /** Of the results that are on their way: all of their blocks are done. */
  *progress(): Iterable<AttemptProgress> {
    for (const { attempt, job, blocks } of this.#outboxes.complete.all()) {
      yield { attempt, job, blocks };
    }
  }

  add(settlement: Settlement, now: number): void {
    this.#outboxes[settlement.kind].add(settlement, now);
  }

  /** The body of the call that is to be made now; `null`: none is. */
  take(kind: Kind, now: number): string | null {
    const bodies = this.#outboxes[kind].take(now);
    if (bodies.length === 0) return null;
    return `{"${kind === 'complete' ? 'results' : 'failures'}":[${bodies.join(',')}]}`;
  }

  /** A call was answered. */
  answered(
    kind: Kind,
    { outcomes, now }: { readonly outcomes: Outcomes; readonly now: number },
    random: () => number,
  ): Delivered {
    return this.#outboxes[kind].answered(outcomes, now, random);
  }

  /** There was no answer, or none that settles anything. */
  failed(
    kind: Kind,
    random: number,
    at: { readonly now: number; readonly atLeastMs: number },
  ): void {
    this.#outboxes[kind].failed(at.now, random, at.atLeastMs);
  }

  /**
   * The server does not take what it was sent.
   *
   * @returns what is given up
   */
  refused(kind: Kind, now: number): readonly Settlement[] {
    const refused = this.#outboxes[kind].refused(now);
    if (kind === 'fail') return refused;
    for (const settlement of refused) {
      // The chunk must not wait for a result that never comes.
      const told = failureOf(settlement, 'error', 'the Sentinel refused its result');
      this.add(failure(settlement, told), now);
    }
    return refused;
  }
}

interface Of {
  readonly attempt: string;
  readonly job: string;
  readonly blocks: number;
}

/** @param json the JSON text of the result */
export function completion({ attempt, job, blocks }: Of, json: string, ms: number): Settlement {
  const head = JSON.stringify({ attempt, job, ms: Math.max(0, Math.round(ms * 1_000) / 1_000) });
  return {
    kind: 'complete',
    attempt,
    job,
    blocks,
    body: `${head.slice(0, -1)},"result":${json}}`,
  };
}

export function failure({ blocks }: Of, told: AttemptFailure): Settlement {
  const { attempt, job } = told;
  return { kind: 'fail', attempt, job, blocks, body: JSON.stringify(told) };
}

export function failureOf(
  { attempt, job }: Of,
  reason: AttemptFailure['reason'],
  message: string,
): AttemptFailure {
  return { attempt, job, reason, message: message.slice(0, MAX_MESSAGE) };
}
