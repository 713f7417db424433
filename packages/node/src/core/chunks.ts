import type { Attempt, AttemptFailure, AttemptProgress } from '@belfry/protocol';
import type { AgentEffect, Settlement } from './agent-events.ts';
import { AttemptBook, type HeldAttempt } from './attempt-book.ts';
import { completion, failure, failureOf, MAX_RESULT_BYTES } from './delivery.ts';
import type { Moment } from './moment.ts';
import { utf8Length } from './outbox.ts';

export interface ChunkLimits {
  /** How many run at once. */
  readonly slots: number;
  /** The longest that one may run, in ms. */
  readonly maxChunkMs: number;
}

export interface ChunkPort {
  effect(effect: AgentEffect): void;
  /** It goes to the Sentinel; `keep`: also after a restart. */
  settle(settlement: Settlement, keep: boolean): void;
}

export interface ChunkCounts {
  completed: number;
  failed: number;
  /** Taken away while they waited or ran. */
  cancelled: number;
  /** Given back without having been run to the end. */
  refused: number;
}

type Why = Pick<AttemptFailure, 'reason' | 'message'>;

const WATCH_MS = 1_000;
/** How much a node holds at most. */
const HELD_PER_SLOT = 8;
const HELD_LEAST = 64;

/** The chunks of a node: takes them, runs as many as it has slots, watches over them, and settles each once. */
export class Chunks {
  readonly counts: ChunkCounts = { completed: 0, failed: 0, cancelled: 0, refused: 0 };
  readonly #limits: ChunkLimits;
  readonly #port: ChunkPort;
  readonly #book = new AttemptBook();
  #watchAt = 0;

  constructor(limits: ChunkLimits, port: ChunkPort) {
    this.#limits = limits;
    this.#port = port;
  }

  /** How many take a slot. */
  get running(): number {
    return this.#book.slotsTaken;
  }

  get waiting(): number {
    return this.#book.waitingCount;
  }

  /** When `watch` wants to be called. */
  get nextAt(): number {
    return this.#book.slotsTaken > 0 ? this.#watchAt : Infinity;
  }

  all(): Iterable<HeldAttempt> {
    return this.#book.all();
  }

  /** How far each is. */
  *progress(): Iterable<AttemptProgress> {
    for (const { state, attempt, blocks } of this.#book.all()) {
      if (state !== 'aborting') yield { attempt: attempt.attempt, job: attempt.job, blocks };
    }
  }

  get(attempt: string): HeldAttempt | undefined {
    return this.#book.get(attempt);
  }

  /** Remembers results from before a restart, so that they are not computed again. */
  remember(attempt: string): void {
    this.#book.remember(attempt, { settled: true, endedWith: 0 });
  }

  /**
   * Takes what it does not know.
   *
   * @param asOf the number of the event after which the Sentinel said so; `null`: it is not known
   * @returns what is new
   */
  take(attempts: readonly Attempt[], asOf: number | null, at: Moment): Attempt[] {
    const most = Math.max(HELD_LEAST, this.#limits.slots * HELD_PER_SLOT);
    const taken: Attempt[] = [];
    for (const attempt of attempts) {
      if (!this.#book.isNew(attempt.attempt, asOf)) continue;
      const held = this.#book.add(attempt, at.event);
      if (this.#book.size > most) {
        this.#giveUp(held, { reason: 'refused', message: 'it holds too many chunks' }, at);
        continue;
      }
      taken.push(attempt);
      this.#port.effect({ type: 'prepare', attempt });
    }
    return taken;
  }

  /** Somebody else was first, or the job is over. */
  cancel(attempts: readonly string[], at: Moment): void {
    for (const attempt of attempts) {
      const held = this.#book.get(attempt);
      if (held !== undefined) this.#takeAway(held, at);
      // Pushes may come out of order: it must not be begun when it comes.
      else this.#book.remember(attempt, { settled: false, endedWith: at.event });
    }
  }

  /** Gives up what is not among `attempts` and had arrived when they were asked for. */
  keepOnly(attempts: readonly Attempt[], asOf: number, at: Moment): void {
    const kept = new Set(attempts.map(({ attempt }) => attempt));
    for (const held of this.#book.all()) {
      if (held.arrivedWith < asOf && !kept.has(held.attempt.attempt)) this.#takeAway(held, at);
    }
  }

  /** Starts what may run. */
  fill(now: number): void {
    while (this.#book.slotsTaken < this.#limits.slots) {
      const held = this.#book.startNext(now);
      if (held === undefined) return;
      if (this.#book.slotsTaken === 1) this.#watchAt = now + WATCH_MS;
      this.#port.effect({ type: 'start', attempt: held.attempt });
      this.#port.effect({ type: 'tell', notice: { type: 'started', attempt: held.attempt } });
    }
  }

  /** Gives back what waits, and, `all`, also what runs. */
  giveBack(message: string, all: boolean, at: Moment): void {
    for (const held of this.#book.all()) {
      if (held.state === 'waiting' || (all && held.state === 'running')) {
        this.#giveUp(held, { reason: 'refused', message }, at);
      }
    }
  }

  begun(attempt: string, now: number): void {
    const held = this.#book.get(attempt);
    if (held?.state === 'running') held.progressAt ??= now;
  }

  /** @returns the attempt, when it runs */
  progressed(attempt: string, blocks: number, now: number): HeldAttempt | undefined {
    const held = this.#book.get(attempt);
    if (held?.state !== 'running' || blocks <= held.blocks) return undefined;
    held.blocks = Math.min(blocks, held.attempt.blocks);
    held.progressAt = now;
    return held;
  }

  done(
    attempt: string,
    { json, ms }: { readonly json: string; readonly ms: number },
    at: Moment,
  ): void {
    const held = this.#book.get(attempt);
    if (held?.state === 'aborting') this.#book.end(held, at.event);
    if (held?.state !== 'running') return;
    const bytes = utf8Length(json);
    if (bytes > MAX_RESULT_BYTES) {
      const message = `its result has ${bytes} bytes; at most ${MAX_RESULT_BYTES} may be sent`;
      this.failed(attempt, { reason: 'error', message }, at);
      return;
    }
    held.isSettled = true;
    this.#book.end(held, at.event);
    this.counts.completed += 1;
    this.#port.settle(completion(held.attempt, json, ms), true);
    this.#port.effect({ type: 'tell', notice: { type: 'done', attempt: held.attempt } });
  }

  failed(attempt: string, why: Why, at: Moment): void {
    const held = this.#book.get(attempt);
    if (held?.state === 'aborting') this.#book.end(held, at.event);
    if (held?.state !== 'running') return;
    this.#settleFailed(held, why);
    this.#book.end(held, at.event);
  }

  aborted(attempt: string, at: Moment): void {
    const held = this.#book.get(attempt);
    if (held === undefined || held.state === 'waiting') return;
    // Whoever runs it ended it without having been told to.
    if (held.state === 'running') {
      this.#settleFailed(held, { reason: 'refused', message: 'it was ended' });
    }
    this.#book.end(held, at.event);
  }

  /** The process, or the machine, stood still for `ms`: nothing could make progress. */
  stoodStill(ms: number): void {
    for (const held of this.#book.all()) {
      if (held.progressAt !== null) held.progressAt += ms;
      if (held.startedAt !== null) held.startedAt += ms;
    }
  }

  /** Ends what makes no progress. */
  watch(stallMs: number, at: Moment): void {
    const { now } = at;
    if (now < this.#watchAt) return;
    this.#watchAt = now + WATCH_MS;
    const { maxChunkMs } = this.#limits;
    for (const held of this.#book.all()) {
      if (held.state !== 'running') continue;
      const { progressAt, startedAt } = held;
      if (progressAt !== null && now - progressAt > stallMs) {
        const message = `no block was done for ${Math.round(stallMs / 1_000)} s`;
        this.#giveUp(held, { reason: 'timeout', message }, at);
      } else if (startedAt !== null && now - startedAt > maxChunkMs) {
        const message = `it ran for more than ${Math.round(maxChunkMs / 1_000)} s`;
        this.#giveUp(held, { reason: 'timeout', message }, at);
      }
    }
  }

  /** Ends everything without a word. */
  dropAll(at: Moment): void {
    for (const held of this.#book.all()) this.#takeAway(held, at);
  }

  #takeAway(held: HeldAttempt, at: Moment): void {
    if (held.state === 'aborting') return;
    this.counts.cancelled += 1;
    this.#port.effect({ type: 'tell', notice: { type: 'cancelled', attempt: held.attempt } });
    this.#stop(held, at);
  }

  #giveUp(held: HeldAttempt, why: Why, at: Moment): void {
    this.#settleFailed(held, why);
    this.#stop(held, at);
  }

  /** It is held no more, or no more as soon as its slot is free. */
  #stop(held: HeldAttempt, at: Moment): void {
    if (held.state === 'waiting') {
      this.#book.end(held, at.event);
      return;
    }
    held.state = 'aborting';
    this.#port.effect({ type: 'abort', attempt: held.attempt.attempt });
  }

  #settleFailed(held: HeldAttempt, { reason, message }: Why): void {
    const { attempt } = held;
    held.isSettled = true;
    const isRefused = reason === 'refused';
    if (isRefused) this.counts.refused += 1;
    else this.counts.failed += 1;
    const told = failureOf(attempt, reason, message);
    // What is given back is asked for again after a restart, and given back again if need be.
    this.#port.settle(failure(attempt, told), !isRefused);
    this.#port.effect({ type: 'tell', notice: { type: 'failed', attempt, failure: told } });
  }
}
