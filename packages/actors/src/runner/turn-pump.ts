import type { ActorKey } from '@belfry/protocol';
import type { ClaimedActor, Commit, CommitResult, Lane, Millis, Partition } from '@belfry/store';
import { runTurn } from '../core/run-turn.ts';
import type { TurnOutcome } from '../core/turn.ts';
import { Alarm } from './alarm.ts';
import { commitGroup } from './commit-group.ts';
import {
  followCommit,
  hasWork,
  holdActor,
  leaseWish,
  nextWork,
  staysHot,
  type HeldActor,
} from './held-actor.ts';
import { LeaseReturns } from './lease-returns.ts';
import { PartitionQueues, type PartitionQueue } from './partition-queues.ts';
import { lengthOf, reportTurn, type PendingTurn } from './pending-turn.ts';
import type { RunnerContext } from './runner-context.ts';

/** Of how many unknown kinds to tell. */
const MAX_UNKNOWN_KINDS = 1_000;

export interface TurnPumpInput {
  readonly context: RunnerContext;
  /** This process made something due in a lane, or will have to look again at an actor that it let go. */
  readonly onDue: (partition: Partition, lane: Lane, at: Millis) => void;
  /** Actors were finished, or do not count any more. */
  readonly onRoom: () => void;
}

/**
 * Runs the turns of the actors that this process holds: of each partition as many as are ready at once, committed together. An actor
 * runs its next turn only when its last one is committed, and no partition waits for the commits of another.
 */
export class TurnPump {
  readonly #input: TurnPumpInput;
  readonly #context: RunnerContext;
  readonly #held = new Map<ActorKey, HeldActor>();
  readonly #queues: PartitionQueues;
  readonly #alarm: Alarm<HeldActor>;
  readonly #returns: LeaseReturns;
  #groups = 0;
  #scheduled = false;
  readonly #unknownKinds = new Set<string>();

  constructor(input: TurnPumpInput) {
    const { context, onRoom } = input;
    const { clock, patience, options, store } = context;
    this.#input = input;
    this.#context = context;
    this.#alarm = new Alarm(clock, (held) => this.#enqueue(held));
    this.#returns = new LeaseReturns(context, (held) => this.#leave(held, held.messages.length));
    this.#queues = new PartitionQueues({
      partitions: store.partitions,
      clock,
      patience,
      options,
      onSlow: () => {
        this.#schedule();
        onRoom();
      },
    });
  }

  get heldActors(): number {
    return this.#held.size;
  }

  /** Actors with a turn to run or a commit on its way. */
  get active(): number {
    return this.#queues.active;
  }

  /** Actors that were claimed and have not come to rest since. */
  get claimed(): number {
    return this.#queues.claimed;
  }

  /** Nothing is held, and nothing on its way to the store. */
  get quiet(): boolean {
    return this.#held.size + this.#groups === 0 && this.#returns.quiet;
  }

  /** How many more actors of a partition may be taken now. */
  room(partition: Partition): number {
    return this.#queues.room(partition);
  }

  /** Takes actors that were claimed at `now`. `limited`: they count against the limit of actors under way. */
  add(claimed: readonly ClaimedActor[], now: Millis, limited: boolean): void {
    for (const actor of claimed) {
      const held = holdActor(actor, now, this.#context.store.partitions);
      const earlier = this.#held.get(held.actor);
      if (earlier !== undefined) this.#drop(earlier);
      if (this.#context.definitions.has(held.kind)) {
        this.#held.set(held.actor, held);
        if (limited) this.#queues.claim(held);
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
    this.#queues.clear();
    this.#returns.clear();
  }

  #enqueue(held: HeldActor): void {
    if (held.phase !== 'waiting') return;
    this.#alarm.delete(held);
    held.phase = 'ready';
    this.#queues.push(held);
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
      this.#returns.send();
    });
  }

  /** One slice: then what was run goes out, and the event loop gets its turn. */
  #run(): void {
    const { options, clock } = this.#context;
    const until = clock.local() + options.sliceMs;
    for (let queue = this.#queues.next(); queue !== undefined; queue = this.#queues.next()) {
      this.#runGroup(queue, until);
      if (clock.local() > until) break;
    }
    if (this.#queues.runnable) this.#schedule();
  }

  /** Runs turns of one partition, at least one, and sends what they want committed. */
  #runGroup(queue: PartitionQueue, until: Millis): void {
    const { options, clock } = this.#context;
    const { ready } = queue;
    const limit = this.#queues.groupLimit;
    const group: PendingTurn[] = [];
    let length = 0;
    let taken = 0;
    while (taken < ready.length && group.length < limit && length < options.batchLength) {
      const held = ready[taken++] as HeldActor;
      if (held.phase === 'gone') continue;
      held.phase = 'waiting';
      const pending = this.#runTurn(held);
      if (pending === null) continue;
      held.phase = 'busy';
      group.push(pending);
      length += lengthOf(pending.outcome);
      if (clock.local() > until) break;
    }
    this.#queues.shift(queue, taken);
    if (group.length > 0) void this.#commit(queue, group);
    else this.#input.onRoom();
  }

  /** `null`: there was nothing to commit, or the engine could not. */
  #runTurn(held: HeldActor): PendingTurn | null {
    const context = this.#context;
    const definition = context.definitions.get(held.kind);
    if (definition === undefined) return null;
    const now = Math.max(held.seenAt, context.clock.now());
    let outcome: TurnOutcome;
    try {
      const { actor: key, version, fence, state, meta, notes, wakeAt, messages } = held;
      const snapshot = { key, version, fence, state, meta, notes, wakeAt, messages, now };
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
    const outbound = context.divert?.(held.actor, outcome.commit);
    const commit: Commit = { ...outcome.commit, ...outbound, fence: held.fence, lease };
    return { held, outcome, commit, now, wakeAt: held.wakeAt };
  }

  async #commit(queue: PartitionQueue, group: readonly PendingTurn[]): Promise<void> {
    this.#groups++;
    this.#queues.sent(queue, group.length, true);
    const answered = await commitGroup({
      context: this.#context,
      group,
      settle: (pending, result, sentAt) => this.#settle(pending, result, sentAt),
      unknown: (pending, error) => this.#unknown(pending, error),
    });
    this.#groups--;
    if (answered) this.#queues.answered(queue);
    this.#queues.ended(queue, group.length, true);
    if (this.#queues.runnable || !this.#returns.quiet) this.#schedule();
    this.#input.onRoom();
  }

  /** Nobody knows; so nothing is assumed, and whoever claims the actor next reads what is true. */
  #unknown(group: readonly PendingTurn[], error: unknown): void {
    const { metrics, phase, tell } = this.#context;
    metrics.counters.unknown_commits += group.length;
    if (phase === 'stopped') return;
    tell({ type: 'unknown-commits', actors: group.map(({ held }) => held.actor), error });
    for (const { held } of group) this.#abandon(held);
  }

  #settle(pending: PendingTurn, result: CommitResult, sentAt: Millis): void {
    const context = this.#context;
    const { held, outcome } = pending;
    if (context.phase === 'stopped') return;
    context.clock.heard(result.now, sentAt);
    const current = held.phase !== 'gone';
    if (result.status === 'stale') {
      context.metrics.counters.stale_commits++;
      context.tell({ type: 'stale-commit', actor: held.actor, reason: result.reason });
      if (current) this.#drop(held);
      return;
    }
    reportTurn(pending, context);
    if (!current) return;
    held.phase = 'waiting';
    if (followCommit(held, outcome, result)) {
      this.#goOn(held);
    } else {
      this.#drop(held);
      this.#leave(held, result.inboxLength);
    }
  }

  /** After a commit that kept the lease, or a look into the inbox. */
  #goOn(held: HeldActor): void {
    const mail = held.mail && held.messages.length === 0;
    held.mail = false;
    // Ticks alone, however often, are no work that was claimed.
    if (held.messages.length === 0) this.#queues.rest(held);
    if (hasWork(held, Math.max(held.seenAt, this.#context.clock.now()))) this.#enqueue(held);
    else if (mail) void this.#readInbox(held);
    else this.#rest(held);
  }

  /** Nothing to do now: wait for the next tick with the lease, or give it back. */
  #rest(held: HeldActor): void {
    const at = nextWork(held);
    if (at === null || !staysHot(held, held.wakeAt, this.#context)) {
      this.#release(held);
      return;
    }
    this.#queues.rest(held);
    this.#alarm.set(held, at);
  }

  async #readInbox(held: HeldActor): Promise<void> {
    const { actors, options, metrics, storeFailed } = this.#context;
    const { actor, fence } = held;
    const queue = this.#queues.of(held.partition);
    held.phase = 'busy';
    held.mail = false;
    this.#queues.sent(queue, 1, false);
    try {
      const messages = await actors.inbox({ actor, fence }, options.maxMessages);
      this.#queues.answered(queue);
      if (isGone(held)) return;
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
      if (isGone(held)) return;
      held.phase = 'waiting';
      this.#rest(held);
    } finally {
      this.#queues.ended(queue, 1, false);
      if (this.#queues.runnable) this.#schedule();
    }
  }

  #release(held: HeldActor): void {
    this.#drop(held);
    this.#returns.add(held);
    this.#schedule();
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

  #drop(held: HeldActor): void {
    this.#alarm.delete(held);
    held.phase = 'gone';
    this.#queues.rest(held);
    if (this.#held.get(held.actor) === held) this.#held.delete(held.actor);
  }
}

/** Asked after a wait, in which it may have changed. */
function isGone(held: HeldActor): boolean {
  return held.phase === 'gone';
}
