import type { ActorKey } from '@belfry/protocol';
import {
  partitionOf,
  type ActorPublication,
  type ActorView,
  type ClaimReply,
  type ClaimRequest,
  type Commit,
  type CommitResult,
  type DeadLetter,
  type Fence,
  type Held,
  type InboxMessage,
  type Lane,
  type LeaseWish,
  type Millis,
  type Partition,
  type Send,
  type SendResult,
  type Version,
} from '@belfry/store';
import { append, blankActor, bury, isInvisible, schedule, type ActorModel } from './actor-model.ts';
import { ChannelModel } from './channel-model.ts';
import { PresenceModel } from './presence-model.ts';

/** What a commit left to be applied in another partition. */
type Effect =
  | { readonly type: 'send'; readonly send: Send }
  | { readonly type: 'publish'; readonly publication: ActorPublication };

interface Outgoing {
  readonly from: Partition;
  readonly to: Partition;
  readonly effect: Effect;
}

/** As `StoreOptions`. */
export interface StoreModelOptions {
  readonly partitions: number;
  readonly dedupWindowMs: number;
  readonly now: () => Millis;
}

const INBOX_LIMIT = 1_000;

/**
 * The store's ports as a plain data structure: what the drivers must do, without I/O, concurrency or limits of size. Every method is
 * one atomic step at the clock's now.
 *
 * It is looser than a driver in two places, both of which the ports leave open: effects for another partition wait until `relay` is
 * called, and `claim` can be told what a driver chose, among actors that are equally overdue, and which fences it gave.
 */
export class StoreModel {
  readonly channels: ChannelModel;
  readonly presence: PresenceModel;
  /** Dead letters that fell off because their actor had too many. */
  deadLettersDropped = 0;
  readonly #partitions: number;
  readonly #now: () => Millis;
  readonly #actors = new Map<ActorKey, ActorModel>();
  /** When each message id was accepted. */
  readonly #ids = new Map<string, Millis>();
  readonly #dedupWindowMs: number;
  /** The highest fence each actor ever had, also in an earlier life. */
  readonly #fences = new Map<ActorKey, number>();
  #outbox: Outgoing[] = [];
  #lives = 0;

  constructor(options: StoreModelOptions) {
    const { partitions, dedupWindowMs, now } = options;
    this.#partitions = partitions;
    this.#dedupWindowMs = dedupWindowMs;
    this.#now = now;
    this.channels = new ChannelModel(now);
    this.presence = new PresenceModel({
      now,
      exists: ({ actor }) => this.#find(actor).state !== null,
      tell: ({ actor, mustExist }, body) => this.#deliver({ to: actor, body, mustExist }),
    });
  }

  partitionOf(name: string): Partition {
    return partitionOf(name, this.#partitions);
  }

  send(message: Send): SendResult {
    const { to, body, id, mustExist = false, inboxLimit = INBOX_LIMIT } = message;
    const actor = this.#find(to);
    if (this.#isDuplicate(message)) return 'duplicate';
    if (mustExist && actor.state === null) return 'no-actor';
    if (actor.inbox.length >= inboxLimit) return 'full';
    if (id !== undefined) this.#ids.set(`${to}\n${id}`, this.#now());
    append(actor, { body, at: this.#now() }, this.#now());
    return 'accepted';
  }

  /** The actors that `claim` may take, the most overdue first. */
  overdue({ partition, overdueMs }: Pick<ClaimRequest, 'partition' | 'overdueMs'>): ActorModel[] {
    const isOverdue = ({ due }: ActorModel): boolean => {
      const ms = due ? overdueMs[due.lane] : null;
      return due !== null && ms !== null && due.at <= this.#now() - ms;
    };
    return this.#actorsOf(partition)
      .filter(isOverdue)
      .toSorted((a, b) => dueAt(a) - dueAt(b));
  }

  /** `chosen`: the actors and fences that a driver gave out; throws an Error when it may not have. */
  claim(request: ClaimRequest, chosen?: readonly Held[]): ClaimReply {
    const { partition, holder, limit, leaseMs, maxMessages } = request;
    this.presence.expire(({ channel }) => this.partitionOf(channel) === partition);
    const overdue = this.overdue(request).slice(0, limit);
    const leases = chosen ?? overdue.map(({ key }) => this.#nextLease(key));
    if (leases.length !== overdue.length) {
      throw new Error(
        `claimed [${leases.map(({ actor }) => actor).join(', ')}], but overdue within the limit are [${overdue.map(({ key }) => key).join(', ')}]`,
      );
    }
    const leaseUntil = this.#now() + leaseMs;
    const claimed = leases.map(({ actor: key, fence }, i) => {
      const actor = this.#find(key);
      if (!this.overdue(request).includes(actor) || dueAt(actor) !== dueAt(overdue[i])) {
        throw new Error(`claimed ${key}, which is not the most overdue`);
      }
      return { actor, fence, due: dueAt(actor) };
    });
    for (const { actor, fence } of claimed) {
      if (fence <= (this.#fences.get(actor.key) ?? 0)) {
        throw new Error(`the fence of ${actor.key} did not grow: ${fence}`);
      }
      this.#fences.set(actor.key, fence);
      actor.fence = fence;
      actor.lease = { holder, until: leaseUntil };
      schedule(actor, this.#now());
    }
    return {
      now: this.#now(),
      claimed: claimed.map(({ actor }) => ({
        actor: actor.key,
        fence: actor.fence as Fence,
        version: actor.version as Version,
        state: actor.state,
        meta: actor.meta,
        leaseUntil,
        wakeAt: actor.wakeAt,
        messages: actor.inbox.slice(0, maxMessages),
        inboxLength: actor.inbox.length,
      })),
      nextDue: {
        message: this.#nextDue(partition, 'message'),
        tick: this.#nextDue(partition, 'tick'),
      },
    };
  }

  commit(turn: Commit): CommitResult {
    const now = this.#now();
    const actor = this.#held(turn);
    if (!actor) return { status: 'stale', reason: 'fence', now };
    if (actor.version !== turn.version) return { status: 'stale', reason: 'version', now };

    this.#consume(actor, turn);
    actor.version = turn.state === null ? 0 : actor.version + 1;
    actor.meta = turn.meta;
    if (turn.state !== undefined) actor.state = turn.state;

    for (const channel of turn.forget) this.channels.removeHistory(channel);
    const home = this.partitionOf(actor.key);
    for (const publication of turn.publications) {
      this.#emit(home, this.partitionOf(publication.channel), { type: 'publish', publication });
    }
    for (const send of turn.sends) {
      this.#emit(home, this.partitionOf(send.to), { type: 'send', send });
    }

    actor.wakeAt = turn.wakeAt;
    actor.holdUntil = turn.holdUntil;
    actor.suspended = turn.suspend;
    const isReady = actor.inbox.length > 0 && (turn.holdUntil ?? now) <= now;
    // A version that starts over under the same fence would let a repeated commit apply twice.
    const goesOn = turn.suspend === null && turn.state !== null;
    const kept = goesOn ? keptLease(turn.lease, isReady) : null;
    const holder = actor.lease?.holder ?? '';
    actor.lease = kept && { holder, until: now + kept.ms };
    schedule(actor, now);
    const result: CommitResult = {
      status: 'committed',
      now,
      version: actor.version as Version,
      leaseUntil: actor.lease?.until ?? null,
      messages: kept ? actor.inbox.slice(0, kept.maxMessages) : [],
      inboxLength: actor.inbox.length,
    };
    this.#forgetIfNothingIsLeft(actor);
    return result;
  }

  release(held: Held): void {
    const actor = this.#held(held);
    if (!actor) return;
    actor.lease = null;
    schedule(actor, this.#now());
    this.#forgetIfNothingIsLeft(actor);
  }

  inbox(held: Held, maxMessages: number): readonly InboxMessage[] | null {
    return this.#held(held)?.inbox.slice(0, maxMessages) ?? null;
  }

  /** Resuming also ends the back-off. */
  resume(key: ActorKey): boolean {
    const actor = this.#find(key);
    if (actor.suspended === null) return false;
    actor.suspended = null;
    actor.holdUntil = null;
    schedule(actor, this.#now());
    return true;
  }

  peek(key: ActorKey): ActorView | null {
    const actor = this.#find(key);
    if (isInvisible(actor)) return null;
    const { state, meta, suspended, wakeAt, holdUntil, lease } = actor;
    return {
      actor: key,
      version: actor.version as Version,
      fence: actor.fence as Fence,
      state,
      meta,
      suspended,
      wakeAt,
      holdUntil,
      lease,
      inboxLength: actor.inbox.length,
      deadLetters: actor.dead.length,
    };
  }

  /** See `ActorModel.life`. */
  lifeOf(key: ActorKey): number {
    return this.#find(key).life;
  }

  list(): ActorKey[] {
    return this.#visible(() => true);
  }

  /** Whether somebody holds, or held and has not given back, an actor of which there is nothing to see. */
  isOnlyHeld(key: ActorKey): boolean {
    const actor = this.#find(key);
    return isInvisible(actor) && actor.lease !== null;
  }

  listDead(): ActorKey[] {
    return this.#visible((actor) => actor.dead.length > 0);
  }

  deadLetters(key: ActorKey): readonly DeadLetter[] {
    return [...this.#find(key).dead];
  }

  redrive(key: ActorKey, ids?: readonly number[]): number {
    const letters = this.#takeDead(key, ids);
    for (const { body, acceptedAt } of letters) {
      append(this.#find(key), { body, at: acceptedAt }, this.#now());
    }
    return letters.length;
  }

  drop(key: ActorKey, ids?: readonly number[]): number {
    const letters = this.#takeDead(key, ids);
    this.#forgetIfNothingIsLeft(this.#find(key));
    return letters.length;
  }

  /** The sources of what waits to be applied in `to`. */
  waitingFor(to: Partition): Partition[] {
    return this.#outbox.filter((one) => one.to === to).map(({ from }) => from);
  }

  /** Applies what waits for a partition, in the order it was recorded. */
  relay(to: Partition): void {
    const arrived = this.#outbox.filter((one) => one.to === to);
    this.#outbox = this.#outbox.filter((one) => one.to !== to);
    for (const { effect } of arrived) this.#apply(effect);
  }

  #emit(from: Partition, to: Partition, effect: Effect): void {
    if (from === to) this.#apply(effect);
    else this.#outbox.push({ from, to, effect });
  }

  #apply(effect: Effect): void {
    if (effect.type === 'send') this.#deliver(effect.send);
    else this.channels.publish({ ...effect.publication, origin: '' });
  }

  /** What cannot be refused any more: a duplicate and one for a missing actor are dropped, one too many becomes a dead letter. */
  #deliver(message: Send): void {
    const { to, body, inboxLimit = INBOX_LIMIT } = message;
    const at = this.#now();
    if (this.send({ ...message, inboxLimit: 2 * inboxLimit }) === 'full') {
      if (message.id !== undefined) this.#ids.set(`${to}\n${message.id}`, at);
      const why = { error: 'inbox full', attempts: 0 };
      this.#bury(this.#find(to), { body, acceptedAt: at, diedAt: at, ...why });
    }
  }

  #consume(actor: ActorModel, { consumedThrough, deadLetters }: Commit): void {
    const through = consumedThrough ?? 0;
    const consumed = actor.inbox.filter(({ seq }) => seq <= through);
    actor.inbox = actor.inbox.filter(({ seq }) => seq > through);
    for (const { seq, error, attempts } of deadLetters) {
      const message = consumed.find((one) => one.seq === seq);
      if (!message) continue;
      const { body, at } = message;
      this.#bury(actor, { body, acceptedAt: at, diedAt: this.#now(), error, attempts });
    }
  }

  #bury(actor: ActorModel, letter: Omit<DeadLetter, 'id' | 'actor'>): void {
    if (!bury(actor, letter)) this.deadLettersDropped += 1;
  }

  #isDuplicate({ to, id }: Send): boolean {
    const acceptedAt = id === undefined ? undefined : this.#ids.get(`${to}\n${id}`);
    return acceptedAt !== undefined && this.#now() - acceptedAt < this.#dedupWindowMs;
  }

  #held({ actor: key, fence }: Held): ActorModel | null {
    const actor = this.#find(key);
    return actor.lease && actor.fence === fence ? actor : null;
  }

  #nextLease(actor: ActorKey): Held {
    return { actor, fence: ((this.#fences.get(actor) ?? 0) + 1) as Fence };
  }

  #nextDue(partition: Partition, lane: Lane): Millis | null {
    const times = this.#actorsOf(partition).filter(({ due }) => due?.lane === lane);
    return times.length > 0 ? Math.min(...times.map(dueAt)) : null;
  }

  #takeDead(key: ActorKey, ids?: readonly number[]): DeadLetter[] {
    const actor = this.#find(key);
    const taken = actor.dead.filter(({ id }) => ids === undefined || ids.includes(id));
    actor.dead = actor.dead.filter((letter) => !taken.includes(letter));
    return taken;
  }

  #visible(which: (actor: ActorModel) => boolean): ActorKey[] {
    return [...this.#actors.values()]
      .filter((actor) => !isInvisible(actor) && which(actor))
      .map(({ key }) => key)
      .toSorted((a, b) => this.partitionOf(a) - this.partitionOf(b) || (a < b ? -1 : 1));
  }

  #actorsOf(partition: Partition): ActorModel[] {
    return [...this.#actors.values()].filter(({ key }) => this.partitionOf(key) === partition);
  }

  #find(key: ActorKey): ActorModel {
    let actor = this.#actors.get(key);
    if (!actor) {
      actor = blankActor(key, ++this.#lives);
      this.#actors.set(key, actor);
    }
    return actor;
  }

  /** An actor of which nothing is left, not even a lease, starts over: version 0, and its fence goes on. */
  #forgetIfNothingIsLeft(actor: ActorModel): void {
    if (isInvisible(actor) && !actor.lease) this.#actors.delete(actor.key);
  }
}

/** What a commit keeps of its lease; `null`: it is given back. */
function keptLease(
  wish: LeaseWish,
  isReady: boolean,
): Exclude<LeaseWish, { type: 'release' }> | null {
  switch (wish.type) {
    case 'release':
      return null;
    case 'keep':
      return wish;
    case 'keep-if-messages':
      return isReady ? wish : null;
    default:
      throw new Error(`unknown lease wish ${JSON.stringify(wish satisfies never)}`);
  }
}

function dueAt(actor: ActorModel | undefined): Millis {
  return actor?.due?.at ?? Infinity;
}
