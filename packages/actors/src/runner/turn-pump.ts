import type { ActorKey } from '@belfry/protocol';
import {
  StoreError,
  type ClaimedActor,
  type Commit,
  type CommitResult,
  type Lane,
  type Millis,
  type Partition,
} from '@belfry/store';
import { runTurn } from '../core/run-turn.ts';
import type { TurnOutcome } from '../core/turn.ts';
import { Alarm } from './alarm.ts';
import {
  followCommit,
  hasWork,
  holdActor,
  leaseWish,
  nextWork,
  staysHot,
  type HeldActor,
} from './held-actor.ts';
import type { RunnerContext } from './runner-context.ts';

/** Of how many unknown kinds to tell. */
const MAX_UNKNOWN_KINDS = 1_000;

export interface TurnPumpInput {
  readonly context: RunnerContext;
  /** This process made something due in a lane, or will have to look again at an actor that it let go. */
  readonly onDue: (partition: Partition, lane: Lane, at: Millis) => void;
  /** Actors were finished. */
  readonly onRoom: () => void;
}

/** A turn that was run and waits for its commit. */
interface Pending {
  readonly held: HeldActor;
  readonly outcome: TurnOutcome;
  readonly commit: Commit;
  /** The time of the turn, and when its tick was due. */
  readonly now: Millis;
  readonly wakeAt: Millis | null;
}

/**
 * Runs the turns of the actors that this process holds: as many as are ready at once, committed together, without waiting for one
 * batch before the next one is run. An actor runs its next turn only when its last one is committed.
 */
export class TurnPump {
  readonly #input: TurnPumpInput;
  readonly #context: RunnerContext;
  readonly #held = new Map<ActorKey, HeldActor>();
  /** First in, first out; those that were dropped meanwhile are passed over. */
  #ready: HeldActor[] = [];
  #busy = 0;
  #batches = 0;
  #scheduled = false;
  /** Leases to give back with the next step. */
  #letGo: HeldActor[] = [];
  #releases = 0;
  readonly #alarm: Alarm<HeldActor>;
  readonly #unknownKinds = new Set<string>();

  constructor(input: TurnPumpInput) {
    this.#input = input;
    this.#context = input.context;
    this.#alarm = new Alarm(input.context.clock, (held) => this.#enqueue(held));
  }

  get heldActors(): number {
    return this.#held.size;
  }

  /** Actors with a turn to run or a commit on its way. */
  get active(): number {
    return this.#ready.length + this.#busy;
  }

  /** Nothing is held, and nothing on its way to the store. */
  get quiet(): boolean {
    return this.#held.size + this.#batches + this.#releases + this.#letGo.length === 0;
  }

  /** Takes actors that were claimed at `now`. */
  add(claimed: readonly ClaimedActor[], now: Millis): void {
    for (const actor of claimed) {
      const held = holdActor(actor, now, this.#context.store.partitions);
      const earlier = this.#held.get(held.actor);
      if (earlier !== undefined) this.#drop(earlier);
      if (this.#context.definitions.has(held.kind)) {
        this.#held.set(held.actor, held);
        this.#enqueue(held);
      } else {
        this.#leaveUnknown(held);
      }
    }
  }

  /** A message came for an actor that this process holds. */
  mail(actor: ActorKey): void {
    const held = this.#held.get(actor);
    if (held === undefined) return;
    if (held.phase === 'waiting') void this.#readInbox(held);
    else held.mail = true;
  }

  /** From now on every turn gives its lease back; leases without a turn are given back at once. */
  drain(): void {
    for (const held of this.#held.values()) {
      if (held.phase === 'waiting') this.#release(held);
    }
  }

  stop(): void {
    this.#alarm.clear();
    this.#ready = [];
    this.#letGo = [];
  }

  #enqueue(held: HeldActor): void {
    if (held.phase !== 'waiting') return;
    this.#alarm.delete(held);
    held.phase = 'ready';
    this.#ready.push(held);
    this.#schedule();
  }

  /** Runs soon: after whatever else has just come from the store, so that it goes in one batch. */
  #schedule(): void {
    if (this.#scheduled || this.#context.phase === 'stopped') return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#context.phase === 'stopped') return;
      this.#run();
      this.#sendReleases();
    });
  }

  #run(): void {
    const { options, clock } = this.#context;
    if (this.#batches >= options.maxBatches) return;
    const ready = this.#ready;
    const batch: Pending[] = [];
    const began = clock.local();
    let length = 0;
    let taken = 0;
    while (
      taken < ready.length &&
      batch.length < options.batchLimit &&
      length < options.batchLength
    ) {
      const held = ready[taken++] as HeldActor;
      if (!this.#isHeld(held)) continue;
      held.phase = 'waiting';
      const pending = this.#runTurn(held);
      if (pending === null) continue;
      held.phase = 'busy';
      this.#busy++;
      batch.push(pending);
      length += lengthOf(pending.outcome);
      if (clock.local() - began > options.sliceMs) break;
    }
    this.#ready = ready.slice(taken);
    if (batch.length > 0) void this.#commit(batch);
    else if (taken > 0) this.#input.onRoom();
    if (this.#ready.length > 0) this.#schedule();
  }

  /** `null`: there was nothing to commit, or the engine could not. */
  #runTurn(held: HeldActor): Pending | null {
    const context = this.#context;
    const definition = context.definitions.get(held.kind);
    if (definition === undefined) return null;
    const now = Math.max(held.seenAt, context.clock.now());
    let outcome: TurnOutcome;
    try {
      const { actor: key, version, state, meta, wakeAt, messages } = held;
      const snapshot = { key, version, state, meta, wakeAt, messages, now };
      outcome = runTurn(definition, snapshot, context.turnOptions);
    } catch (error) {
      // The lease runs out by itself, so that this does not go round and round.
      context.metrics.counters.engine_errors++;
      context.tell({ type: 'engine-error', actor: held.actor, error });
      this.#abandon(held);
      return null;
    }
    if (outcome.idle) {
      held.holdUntil = outcome.commit.holdUntil;
      // A message may have come while it waited for this turn; there will be no second word of it.
      if (held.mail) void this.#readInbox(held);
      else this.#rest(held);
      return null;
    }
    const crowded = this.#held.size > context.options.maxHeld;
    const lease = leaseWish(held, outcome, { context, crowded });
    const commit: Commit = { ...outcome.commit, fence: held.fence, lease };
    return { held, outcome, commit, now, wakeAt: held.wakeAt };
  }

  async #commit(batch: readonly Pending[]): Promise<void> {
    const { clock, metrics } = this.#context;
    this.#batches++;
    const sentAt = clock.local();
    try {
      const results = await this.#context.actors.commit(batch.map(({ commit }) => commit));
      metrics.commitMs.observe(clock.local() - sentAt);
      batch.forEach((pending, i) => this.#settle(pending, results[i], sentAt));
    } catch (error) {
      await this.#commitFailed(batch, error);
    } finally {
      this.#batches--;
      if (this.#ready.length + this.#letGo.length > 0) this.#schedule();
      this.#input.onRoom();
    }
  }

  /** One commit that the store will never take must not take its batch along; repeating the others is safe by their versions. */
  async #commitFailed(batch: readonly Pending[], error: unknown): Promise<void> {
    const hopeless = error instanceof StoreError && !error.temporary && error.code !== 'closed';
    if (!hopeless || batch.length === 1 || this.#context.phase === 'stopped') {
      this.#unknown(batch, error);
      return;
    }
    for (const pending of batch) {
      const sentAt = this.#context.clock.local();
      try {
        const results = await this.#context.actors.commit([pending.commit]);
        this.#settle(pending, results[0], sentAt);
      } catch (error) {
        this.#unknown([pending], error);
      }
    }
  }

  /** Nobody knows; so nothing is assumed, and whoever claims the actor next reads what is true. */
  #unknown(batch: readonly Pending[], error: unknown): void {
    const { metrics, phase, tell } = this.#context;
    this.#busy -= batch.length;
    metrics.counters.unknown_commits += batch.length;
    if (phase === 'stopped') return;
    tell({ type: 'unknown-commits', actors: batch.map(({ held }) => held.actor), error });
    for (const { held } of batch) this.#abandon(held);
  }

  #settle(pending: Pending, result: CommitResult | undefined, sentAt: Millis): void {
    if (result === undefined) {
      this.#unknown([pending], new Error('the store did not answer for this commit'));
      return;
    }
    const context = this.#context;
    const { held, outcome } = pending;
    this.#busy--;
    if (context.phase === 'stopped') return;
    context.clock.heard(result.now, sentAt);
    const current = this.#isHeld(held);
    if (result.status === 'stale') {
      context.metrics.counters.stale_commits++;
      context.tell({ type: 'stale-commit', actor: held.actor, reason: result.reason });
      if (current) this.#drop(held);
      return;
    }
    this.#count(pending);
    if (!current) return;
    held.phase = 'waiting';
    if (followCommit(held, outcome, result)) {
      this.#goOn(held);
    } else {
      this.#drop(held);
      this.#leave(held, result.inboxLength);
    }
  }

  #count({ held, outcome, now, wakeAt }: Pending): void {
    const { metrics, tell } = this.#context;
    const { commit, counts } = outcome;
    const { actor } = held;
    metrics.turn(counts);
    if (counts.ticks > 0 && wakeAt !== null)
      metrics.tickLatenessMs.observe(Math.max(0, now - wakeAt));
    const through = commit.consumedThrough ?? -1;
    for (const { seq, at } of held.messages) {
      if (seq > through) break;
      metrics.messageWaitMs.observe(Math.max(0, now - at));
    }
    for (const failure of outcome.failures) tell({ type: 'turn-failed', actor, failure });
    if (counts.invalid > 0) {
      const error = commit.deadLetters[0]?.error ?? '';
      tell({ type: 'invalid-messages', actor, count: counts.invalid, error });
    }
    if (commit.suspend !== null) {
      metrics.counters.suspended++;
      tell({ type: 'suspended', actor, reason: commit.suspend });
    }
  }

  /** After a commit that kept the lease, or a look into the inbox. */
  #goOn(held: HeldActor): void {
    const mail = held.mail && held.messages.length === 0;
    held.mail = false;
    if (hasWork(held, Math.max(held.seenAt, this.#context.clock.now()))) this.#enqueue(held);
    else if (mail) void this.#readInbox(held);
    else this.#rest(held);
  }

  /** Nothing to do now: wait for the next tick with the lease, or give it back. */
  #rest(held: HeldActor): void {
    const at = nextWork(held);
    if (at !== null && staysHot(held, held.wakeAt, this.#context)) this.#alarm.set(held, at);
    else this.#release(held);
  }

  async #readInbox(held: HeldActor): Promise<void> {
    const { actors, options, metrics, storeFailed } = this.#context;
    const { actor, fence } = held;
    held.phase = 'busy';
    held.mail = false;
    this.#busy++;
    try {
      const messages = await actors.inbox({ actor, fence }, options.maxMessages);
      if (!this.#isHeld(held)) return;
      held.phase = 'waiting';
      if (messages === null) {
        metrics.counters.stale_commits++;
        this.#drop(held);
      } else {
        held.messages = messages;
        this.#goOn(held);
      }
    } catch (error) {
      storeFailed('inbox', error);
      if (!this.#isHeld(held)) return;
      held.phase = 'waiting';
      this.#rest(held);
    } finally {
      this.#busy--;
    }
  }

  #release(held: HeldActor): void {
    this.#drop(held);
    this.#letGo.push(held);
    this.#schedule();
  }

  #sendReleases(): void {
    const batch = this.#letGo;
    if (batch.length === 0) return;
    this.#letGo = [];
    this.#releases++;
    this.#context.actors
      .release(batch.map(({ actor, fence }) => ({ actor, fence })))
      .catch((error: unknown) => this.#context.storeFailed('release', error))
      .finally(() => {
        this.#releases--;
        for (const held of batch) this.#leave(held, held.messages.length);
      });
  }

  /** The lease was given back: look again when the store would say so, should its word be lost. */
  #leave(held: HeldActor, inboxLength: number): void {
    if (inboxLength > 0)
      this.#input.onDue(held.partition, 'message', held.holdUntil ?? held.seenAt);
    if (held.wakeAt !== null) this.#input.onDue(held.partition, 'tick', held.wakeAt);
  }

  /** The lease is left to run out; look again then. */
  #abandon(held: HeldActor): void {
    this.#drop(held);
    this.#input.onDue(held.partition, 'message', held.leaseUntil);
    this.#input.onDue(held.partition, 'tick', held.leaseUntil);
  }

  /**
   * Giving the lease back would make the actor due at once, and this process take it at once. So it keeps the lease until it runs
   * out: one claim per lease, no spinning, and the other actors of the partition are served meanwhile.
   */
  #leaveUnknown(held: HeldActor): void {
    this.#context.metrics.counters.unknown_kinds++;
    this.#abandon(held);
    if (this.#unknownKinds.has(held.kind) || this.#unknownKinds.size >= MAX_UNKNOWN_KINDS) return;
    this.#unknownKinds.add(held.kind);
    this.#context.tell({ type: 'unknown-kind', kind: held.kind, actor: held.actor });
  }

  #isHeld(held: HeldActor): boolean {
    return this.#held.get(held.actor) === held;
  }

  #drop(held: HeldActor): void {
    this.#alarm.delete(held);
    if (this.#isHeld(held)) this.#held.delete(held.actor);
  }
}

function lengthOf({ state, commit }: TurnOutcome): number {
  let length = commit.state === undefined ? 0 : (state?.length ?? 0);
  for (const { body } of commit.publications) length += body.length;
  for (const { body } of commit.sends) length += body.length;
  return length;
}
