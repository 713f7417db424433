import type { ActorKey } from '@belfry/protocol';
import type { ClaimedActor, CommitResult, Lane, LeaseWish, Millis, Partition } from '@belfry/store';
import { consume, takeBatch, type ConsumerBatch } from '../core/consumer-batch.ts';
import { describeError } from '../core/describe-error.ts';
import { isConsumer } from '../define-consumer.ts';
import { Backlogs } from './backlogs.ts';
import { commitOf, holdConsumer, type ConsumerStep, type HeldConsumer } from './held-consumer.ts';
import { runHandler } from './run-handler.ts';
import { prefers, type RunnerContext } from './runner-context.ts';

const BATCH = 100;
const CONCURRENCY = 8;
const MAX_ATTEMPTS = 10;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

export interface ConsumerPumpInput {
  readonly context: RunnerContext;
  /** This process will have to look again at a consumer that it let go. */
  readonly onDue: (partition: Partition, lane: Lane, at: Millis) => void;
}

/** The consumers of one kind. */
interface Line {
  running: number;
  readonly waiting: HeldConsumer[];
}

/**
 * Works off the inboxes of consumers: runs the handler outside of any turn, renews the lease as long as it takes, then commits what was
 * consumed. A process that dies in between leaves the messages to the next one, which handles them again.
 */
export class ConsumerPump {
  readonly #input: ConsumerPumpInput;
  readonly #context: RunnerContext;
  readonly #held = new Map<ActorKey, HeldConsumer>();
  readonly #lines = new Map<string, Line>();
  readonly #backlogs = new Backlogs();
  #running = 0;
  #releases = 0;
  #renewal: ReturnType<typeof setInterval> | undefined;

  constructor(input: ConsumerPumpInput) {
    this.#input = input;
    this.#context = input.context;
  }

  get held(): number {
    return this.#held.size;
  }

  /** Handlers that run. */
  get running(): number {
    return this.#running;
  }

  /** Nothing is held, and nothing on its way to the store. */
  get quiet(): boolean {
    return this.#held.size + this.#running + this.#releases === 0;
  }

  /** The messages that wait, as far as this process has seen lately: by kind. */
  backlogs(): ReadonlyMap<string, number> {
    return this.#backlogs.byKind(this.#context.clock.local());
  }

  /** Takes those of the claimed actors that are consumers; the others are left. */
  take(claimed: readonly ClaimedActor[]): readonly ClaimedActor[] {
    return claimed.filter((actor) => !this.#add(actor));
  }

  /** True: it is a consumer. */
  #add(claimed: ClaimedActor): boolean {
    const context = this.#context;
    const kind = claimed.actor.slice(0, claimed.actor.indexOf('/'));
    const definition = context.definitions.get(kind);
    if (definition === undefined || !isConsumer(definition)) return false;
    const held = holdConsumer(claimed, definition, context.store.partitions);
    const earlier = this.#held.get(held.actor);
    if (earlier !== undefined) this.#lose(earlier);
    this.#see(held, claimed.inboxLength);
    if (this.#held.size >= context.options.maxActive) {
      // Given back it would come again at once.
      this.#lookAgain(held, held.leaseUntil);
      return true;
    }
    this.#held.set(held.actor, held);
    const isEarly = held.head !== null && held.head.until > context.clock.now();
    if (held.messages.length === 0 || isEarly) {
      void this.#release(held);
    } else {
      this.#lineOf(kind).waiting.push(held);
      this.#startRenewing();
      this.#start(kind);
    }
    return true;
  }

  /** Gives back what has not begun; what has may finish. */
  drain(): void {
    for (const line of this.#lines.values()) {
      for (const held of line.waiting.splice(0)) if (!held.gone) void this.#release(held);
    }
  }

  /** Ends the handlers. Leases run out by themselves. */
  stop(): void {
    clearInterval(this.#renewal);
    for (const held of this.#held.values()) this.#lose(held);
    for (const line of this.#lines.values()) line.waiting.length = 0;
  }

  #lineOf(kind: string): Line {
    const known = this.#lines.get(kind);
    if (known !== undefined) return known;
    const line: Line = { running: 0, waiting: [] };
    this.#lines.set(kind, line);
    return line;
  }

  #start(kind: string): void {
    const line = this.#lineOf(kind);
    while (this.#context.phase === 'running') {
      const next = line.waiting[0];
      if (next === undefined) return;
      const { concurrency = CONCURRENCY } = next.definition.consumer;
      if (line.running >= concurrency) return;
      line.waiting.shift();
      if (!next.gone) void this.#run(line, next);
    }
  }

  async #run(line: Line, held: HeldConsumer): Promise<void> {
    line.running++;
    this.#running++;
    try {
      await this.#work(held);
    } catch (error) {
      // Whoever claims it next will see.
      this.#context.metrics.counters.engine_errors++;
      this.#context.tell({ type: 'engine-error', actor: held.actor, error });
      this.#abandon(held);
    } finally {
      line.running--;
      this.#running--;
    }
    const goesOn = !held.gone && held.messages.length > 0 && this.#context.phase === 'running';
    if (goesOn) line.waiting.push(held);
    else if (!held.gone) await this.#release(held);
    this.#start(held.definition.kind);
  }

  /** One batch. */
  async #work(held: HeldConsumer): Promise<void> {
    const { clock, metrics } = this.#context;
    // A process that slept may find the world changed; another works on it, or will.
    if (clock.now() >= held.leaseUntil) return this.#abandon(held);
    const { batch: most = BATCH } = held.definition.consumer;
    // After a failure the first message is tried alone: it may be the one that cannot be handled.
    const batch = takeBatch(held.definition, held, held.head === null ? most : 1);
    if (batch.items.length === 0) return this.#commitDone(held, batch, 0, new Map());
    const attempt = (held.head?.attempts ?? 0) + 1;
    metrics.counters.consumer_batches++;
    const handled = await runHandler(held, batch, attempt);
    if (handled.type === 'done') {
      return this.#commitDone(held, batch, handled.count, handled.discarded);
    }
    if (handled.type === 'failed') await this.#commitFailed(held, batch, handled.error);
  }

  // oxlint-disable-next-line max-params
  async #commitDone(
    held: HeldConsumer,
    batch: ConsumerBatch,
    count: number,
    discarded: Parameters<typeof consume>[2],
  ): Promise<void> {
    const { through, deadLetters, answers } = consume(batch, count, discarded);
    const committed = await this.#commit(held, {
      consumedThrough: through,
      deadLetters,
      publications: answers,
      head: null,
      lease: this.#wish(held),
    });
    if (!committed) return;
    const { counters } = this.#context.metrics;
    counters.consumer_messages += count;
    counters.dead_letters += deadLetters.length;
    this.#tellInvalid(held, batch, through);
  }

  #tellInvalid(held: HeldConsumer, { invalid }: ConsumerBatch, through: number): void {
    const over = invalid.filter(({ seq }) => seq <= through);
    const [first] = over;
    if (first === undefined) return;
    this.#context.metrics.counters.invalid_messages += over.length;
    const { error } = first;
    this.#context.tell({
      type: 'invalid-messages',
      actor: held.actor,
      count: over.length,
      error,
    });
  }

  async #commitFailed(held: HeldConsumer, batch: ConsumerBatch, error: unknown): Promise<void> {
    const { clock, metrics, tell } = this.#context;
    const [first] = batch.items;
    if (first === undefined) return;
    const spec = held.definition.consumer;
    const attempts = (held.head?.attempts ?? 0) + 1;
    const final = batch.items.length === 1 && attempts >= (spec.maxAttempts ?? MAX_ATTEMPTS);
    metrics.counters.consumer_failures++;
    tell({ type: 'consumer-failed', actor: held.actor, error, attempts, final });
    if (final) {
      const reason = describeError(error);
      const letter = { seq: first.seq, error: reason, attempts };
      const { through, deadLetters, answers } = consume(
        batch,
        1,
        new Map([[first.message, reason]]),
      );
      await this.#commit(held, {
        consumedThrough: through,
        deadLetters: deadLetters.map((each) => (each.seq === letter.seq ? letter : each)),
        publications: answers,
        head: null,
        lease: this.#wish(held),
      });
      metrics.counters.dead_letters++;
      return;
    }
    const until = Math.ceil(clock.now()) + pauseOf(spec, attempts);
    const before = batch.invalid.filter(({ seq }) => seq < first.seq);
    const committed = await this.#commit(held, {
      consumedThrough: before.at(-1)?.seq ?? null,
      deadLetters: before,
      publications: [],
      head: { seq: first.seq, attempts, error: describeError(error), until },
      lease: { type: 'release' },
    });
    if (committed) this.#lookAgain(held, until);
  }

  #wish(held: HeldConsumer): LeaseWish {
    const { options, phase } = this.#context;
    if (phase !== 'running' || !prefers(this.#context, held.partition, 'message')) {
      return { type: 'release' };
    }
    const { batch: most = BATCH } = held.definition.consumer;
    const maxMessages = Math.min(most, options.maxMessages);
    return { type: 'keep-if-messages', ms: options.leaseMs, maxMessages };
  }

  /** False: it was not applied, as far as anybody knows. */
  async #commit(held: HeldConsumer, step: ConsumerStep): Promise<boolean> {
    const result = await this.#send(held, step);
    if (result === null) return false;
    held.messages = result.messages;
    held.head = null;
    if (result.leaseUntil === null) {
      this.#lose(held);
      if (result.inboxLength > 0 && step.head === null) {
        this.#lookAgain(held, this.#context.clock.now());
      }
    }
    return true;
  }

  /** Commits in turn; `null`: the consumer is gone. */
  #send(
    held: HeldConsumer,
    step: ConsumerStep,
  ): Promise<Extract<CommitResult, { status: 'committed' }> | null> {
    const sent = held.commits.then(async () => {
      if (held.gone || this.#context.phase === 'stopped') return null;
      return this.#sendNow(held, step);
    });
    held.commits = sent;
    return sent;
  }

  async #sendNow(
    held: HeldConsumer,
    step: ConsumerStep,
  ): Promise<Extract<CommitResult, { status: 'committed' }> | null> {
    const { actors, clock, metrics, tell } = this.#context;
    const sentAt = clock.local();
    let result: CommitResult | undefined;
    try {
      [result] = await actors.commit([commitOf(held, step, clock.now())]);
    } catch (error) {
      metrics.counters.unknown_commits++;
      tell({ type: 'unknown-commits', actors: [held.actor], error });
      this.#abandon(held);
      return null;
    }
    if (result === undefined) return null;
    clock.heard(result.now, sentAt);
    if (result.status === 'stale') {
      metrics.counters.stale_commits++;
      tell({ type: 'stale-commit', actor: held.actor, reason: result.reason });
      this.#lose(held);
      return null;
    }
    held.version = result.version;
    held.exists = true;
    held.leaseUntil = result.leaseUntil ?? held.leaseUntil;
    this.#see(held, result.inboxLength);
    return result;
  }

  #startRenewing(): void {
    const { leaseMs } = this.#context.options;
    this.#renewal ??= setInterval(() => {
      const soon = this.#context.clock.now() + (leaseMs * 2) / 3;
      for (const held of this.#held.values()) if (held.leaseUntil < soon) void this.#renew(held);
      if (this.#held.size > 0) return;
      clearInterval(this.#renewal);
      this.#renewal = undefined;
    }, leaseMs / 4);
  }

  async #renew(held: HeldConsumer): Promise<void> {
    await this.#send(held, {
      consumedThrough: null,
      deadLetters: [],
      publications: [],
      head: held.head,
      lease: { type: 'keep', ms: this.#context.options.leaseMs, maxMessages: 0 },
    });
  }

  async #release(held: HeldConsumer): Promise<void> {
    const { actors, storeFailed, clock } = this.#context;
    const { actor, fence } = held;
    this.#releases++;
    try {
      await held.commits;
      if (held.gone) return;
      await actors.release([{ actor, fence }]);
    } catch (error) {
      storeFailed('release', error);
    } finally {
      this.#releases--;
      this.#lose(held);
      this.#lookAgain(held, held.head?.until ?? clock.now());
    }
  }

  #see({ actor, definition }: HeldConsumer, waiting: number): void {
    const at = this.#context.clock.local();
    this.#backlogs.see({ actor, kind: definition.kind, waiting, at });
  }

  /** The lease is left to run out. */
  #abandon(held: HeldConsumer): void {
    this.#lose(held);
    this.#lookAgain(held, held.leaseUntil);
  }

  #lookAgain(held: HeldConsumer, at: Millis): void {
    this.#input.onDue(held.partition, 'message', at);
  }

  #lose(held: HeldConsumer): void {
    held.gone = true;
    if (this.#held.get(held.actor) === held) this.#held.delete(held.actor);
    held.abort?.abort(new Error('this process does not have the consumer any more'));
  }
}

function pauseOf(
  {
    firstPauseMs = FIRST_PAUSE_MS,
    longestPauseMs = LONGEST_PAUSE_MS,
  }: { readonly firstPauseMs?: number; readonly longestPauseMs?: number },
  attempts: number,
): Millis {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts - 1, 30));
}
