import type {
  Attempt,
  AttemptFailure,
  AttemptProgress,
  HoldsReply,
  NodePush,
  NodeTimes,
  SettleReply,
} from '@belfry/protocol';
import type { CallReply } from '../core/agent-events.ts';

export const MODEL_TIMES: NodeTimes = {
  heartbeatMs: 5_000,
  suspectMs: 10_000,
  deadMs: 15_000,
  ackMs: 5_000,
  stallMs: 30_000,
};

interface ModelChunk {
  readonly from: number;
  state: 'todo' | 'held' | 'done' | 'poisoned';
  attempt: string | null;
  assignedAt: number;
  acked: boolean;
  failures: number;
}

export interface ModelOptions {
  readonly chunks: number;
  readonly slots: number;
  readonly random: () => number;
  readonly push: (push: NodePush) => void;
}

/** As much of a Sentinel as one node sees of it, with one job. Time is an argument. */
export class ModelSentinel {
  readonly chunks: ModelChunk[];
  /** Attempts whose result it has. */
  readonly received = new Set<string>();
  readonly failed: AttemptFailure[] = [];
  /** Answer `busy` to so many of all results. */
  busy = 0;
  state: HoldsReply['state'] = 'ready';
  hasLeft = false;
  #slots = 0;
  #beatAt = -Infinity;
  #next = 1;
  readonly #options: ModelOptions;

  constructor(options: ModelOptions) {
    this.#options = options;
    this.chunks = Array.from({ length: options.chunks }, (_, from) => ({
      from,
      state: 'todo',
      attempt: null,
      assignedAt: 0,
      acked: false,
      failures: 0,
    }));
  }

  get isDone(): boolean {
    return this.chunks.every(({ state }) => state === 'done' || state === 'poisoned');
  }

  answer(call: string, text: string, now: number): CallReply {
    this.look(now);
    const body = JSON.parse(text) as Record<string, unknown>;
    switch (call) {
      case 'register':
        return ok({ node: 'n-model', status: 'claimed', pool: 'default', times: MODEL_TIMES });
      case 'heartbeat':
        this.#beatAt = now;
        this.#slots = body['slots'] as number;
        this.#progress(body['progress'] as AttemptProgress[]);
        this.#assign(now);
        return ok(this.#holds(now));
      case 'holds':
        this.#beatAt = now;
        this.#slots ||= this.#options.slots;
        this.#assign(now);
        return ok(this.#holds(now));
      case 'ack':
        for (const { attempt } of body['attempts'] as { attempt: string }[]) this.#acked(attempt);
        return ok({});
      case 'complete':
        return ok({
          outcomes: (body['results'] as { attempt: string }[]).map(({ attempt }) => ({
            attempt,
            outcome: this.#complete(attempt),
          })),
        });
      case 'fail':
        return ok({
          outcomes: (body['failures'] as AttemptFailure[]).map((failure) => ({
            attempt: failure.attempt,
            outcome: this.#fail(failure),
          })),
        });
      case 'leave':
        this.hasLeft = true;
        this.#loseAll();
        return ok({});
      default:
        return { ok: false, status: 404, code: 'unknown_call', message: call };
    }
  }

  /** Takes from the node what it may not keep, and gives it more. */
  look(now: number): void {
    if (now - this.#beatAt > MODEL_TIMES.deadMs) this.#loseAll();
    for (const chunk of this.chunks) {
      if (chunk.state !== 'held' || chunk.acked || now - chunk.assignedAt <= MODEL_TIMES.ackMs)
        continue;
      this.#options.push({ type: 'cancel', attempts: [chunk.attempt ?? ''] });
      lose(chunk);
    }
    this.#assign(now);
  }

  /** The node is told to give a chunk up. */
  cancelSome(): void {
    const held = this.chunks.filter(({ state }) => state === 'held');
    const chunk = held[Math.floor(this.#options.random() * held.length)];
    if (chunk === undefined) return;
    this.#options.push({ type: 'cancel', attempts: [chunk.attempt ?? ''] });
    lose(chunk);
  }

  #assign(now: number): void {
    if (this.state !== 'ready' || now - this.#beatAt > MODEL_TIMES.suspectMs) return;
    let room = this.#slots * 2 - this.chunks.filter(({ state }) => state === 'held').length;
    const given: Attempt[] = [];
    for (const chunk of this.chunks) {
      if (room <= 0) break;
      if (chunk.state !== 'todo') continue;
      chunk.state = 'held';
      chunk.attempt = `a${this.#next++}`;
      chunk.assignedAt = now;
      chunk.acked = false;
      given.push(attemptOf(chunk));
      room -= 1;
    }
    if (given.length > 0) this.#options.push({ type: 'assigned', attempts: given });
  }

  #holds(now: number): HoldsReply {
    const held = this.chunks.filter(({ state }) => state === 'held');
    return { now, state: this.state, times: MODEL_TIMES, attempts: held.map(attemptOf) };
  }

  #held(attempt: string): ModelChunk | undefined {
    return this.chunks.find((chunk) => chunk.state === 'held' && chunk.attempt === attempt);
  }

  #acked(attempt: string): void {
    const chunk = this.#held(attempt);
    if (chunk !== undefined) chunk.acked = true;
  }

  #progress(progress: readonly AttemptProgress[]): void {
    for (const { attempt } of progress) this.#acked(attempt);
  }

  #complete(attempt: string): SettleReply['outcomes'][number]['outcome'] {
    if (this.#options.random() < this.busy) return 'busy';
    this.received.add(attempt);
    const chunk = this.#held(attempt);
    if (chunk !== undefined) chunk.state = 'done';
    return 'received';
  }

  #fail(failure: AttemptFailure): 'received' {
    this.failed.push(failure);
    const chunk = this.#held(failure.attempt);
    if (chunk === undefined) return 'received';
    lose(chunk);
    if (failure.reason !== 'refused') chunk.failures += 1;
    if (chunk.failures >= 5) chunk.state = 'poisoned';
    return 'received';
  }

  #loseAll(): void {
    for (const chunk of this.chunks) if (chunk.state === 'held') lose(chunk);
  }
}

function lose(chunk: ModelChunk): void {
  chunk.state = 'todo';
  chunk.attempt = null;
}

function ok(body: unknown): CallReply {
  return { ok: true, body };
}

function attemptOf({ attempt, from, assignedAt }: ModelChunk): Attempt {
  return {
    attempt: attempt ?? '',
    job: 'j1',
    simulation: 'sum',
    version: `sha256-${'0'.repeat(64)}`,
    round: 0,
    seed: 1,
    from,
    blocks: 1,
    blockIterations: 10,
    firstIteration: from * 10,
    assignedAt,
  };
}
