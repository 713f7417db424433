import { isDeepStrictEqual } from 'node:util';
import type { ActorKey } from '@belfry/protocol';
import type {
  ClaimReply,
  ClaimRequest,
  Commit,
  CommitResult,
  Epoch,
  Fence,
  HistoryPolicy,
  HistoryQuery,
  InboxMessage,
  Partition,
  PresenceUpdate,
  PublicationInput,
  PublishOptions,
  Send,
  SendResult,
  Store,
  Version,
} from '@belfry/store';
import {
  PARTITIONS,
  actorIn,
  type OpenStore,
  type StoreUnderTest,
} from '../conformance/harness.ts';
import { StoreModel } from '../model/store-model.ts';
import { waitFor } from '../wait-for.ts';
import { Ledger } from './ledger.ts';
import { PROCESSES } from './scenario.ts';

const DAY = 86_400_000;
/** Longer than any scenario, so that nothing is forgotten in it. */
const DEDUP_WINDOW = 1_000 * DAY;
/** Keeps all. */
const ALL: HistoryPolicy = { size: 10_000, ttlMs: 1_000 * DAY, metaTtlMs: 1_000 * DAY };
const FEW: HistoryPolicy = { ...ALL, size: 3 };
/** For how long positions live that come of looking; less than what the clock moves on by at times. */
const ASKED_MS = 15_000;

/** Two actors of one partition and one each of two others. */
export const ACTORS: readonly ActorKey[] = [
  actorIn(0, 'a'),
  actorIn(0, 'b'),
  actorIn(1, 'c'),
  actorIn(2, 'd'),
];
/** Per actor one that keeps everything and one that keeps little. */
export const CHANNELS: readonly string[] = ACTORS.flatMap((actor) => [
  `server:${actor}`,
  `few:${actor}`,
]);

/** What a process remembers of a lease as it was at one moment. */
export interface Ticket {
  readonly actor: ActorKey;
  readonly fence: Fence;
  readonly version: Version;
  readonly messages: readonly InboxMessage[];
  /** What the store's numbers are above the model's. */
  readonly shift: number;
}

/** A store, opened by several processes, beside the model: every step is done to both and must have the same result. */
export class World implements AsyncDisposable {
  readonly model: StoreModel;
  readonly ledger: Ledger = new Ledger();
  /** Of all leases that any process ever had, the newest first. */
  readonly tickets: Ticket[] = [];
  readonly #opened: StoreUnderTest;
  readonly #stores: Store[];
  readonly #shifts = new Map<string, number>();
  readonly #epochs = new Map<string, string>();
  /** How many markers were sent to each partition. */
  readonly #markers = new Map<Partition, number>();
  /** Partitions that sent something to another. */
  readonly #senders = new Set<Partition>();

  private constructor(opened: StoreUnderTest, stores: Store[]) {
    this.#opened = opened;
    this.#stores = stores;
    this.model = new StoreModel({
      partitions: PARTITIONS,
      dedupWindowMs: DEDUP_WINDOW,
      now: opened.clock.now,
    });
  }

  static async open(open: OpenStore): Promise<World> {
    const opened = await open({ dedupWindowMs: DEDUP_WINDOW });
    const stores = [opened.store];
    while (stores.length < PROCESSES) stores.push(await opened.another());
    return new World(opened, stores);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]();
  }

  get now(): number {
    return this.#opened.clock.now();
  }

  store(process: number): Store {
    const store = this.#stores[process % PROCESSES];
    if (!store) throw new Error(`no process ${process}`);
    return store;
  }

  /** The process ends and another takes its place. The first of several stays, as the owner of the data. */
  async restart(process: number): Promise<void> {
    const { store: owner, reopen } = this.#opened;
    const old = this.store(process);
    if (new Set(this.#stores).size === 1) {
      if (!reopen) return;
      await old.close();
      this.#stores.fill(await reopen({ partitions: PARTITIONS, dedupWindowMs: DEDUP_WINDOW }));
    } else if (old !== owner) {
      this.#stores[process] = await this.#opened.another();
      await old.close();
    }
  }

  /** Moves the clock when nothing is on its way between partitions: what arrives is stamped with the time. */
  async moveClock(ms: number): Promise<void> {
    await this.arriveAll();
    // A driver may forget what has expired at any time after: both have, before a time comes back at which it had not.
    if (ms < 0) for (const channel of CHANNELS) await this.checkHistory(0, channel, { limit: 0 });
    this.#opened.clock.advance(ms);
  }

  /** Waits until everything on its way to a partition is there, in the store and in the model. */
  async arrive(partition: Partition): Promise<void> {
    if (this.model.waitingFor(partition).length === 0) return;
    const markers = this.#markers.get(partition) ?? 0;
    const query = { limit: 0, metaTtlMs: ALL.metaTtlMs };
    await waitFor(
      async () =>
        (await this.store(0).channels.history(markerOf(partition), query)).offset >= markers,
      {
        timeoutMs: 10_000,
        everyMs: 1,
        what: `the arrival of what was sent to partition ${partition}`,
      },
    );
    this.model.relay(partition);
  }

  async arriveAll(): Promise<void> {
    for (const actor of ACTORS) await this.arrive(this.model.partitionOf(actor));
  }

  async send(process: number, messages: readonly Send[]): Promise<void> {
    const { actors } = this.store(process);
    const results = await Promise.all(messages.map((message) => actors.send(message)));
    this.same(
      'send',
      results,
      messages.map((message): SendResult => this.model.send(message)),
    );
    for (const [i, { to, body }] of messages.entries()) {
      if (results[i] === 'accepted')
        this.ledger.sent(body, to, { stream: 'client', required: true });
    }
  }

  async claim(process: number, request: ClaimRequest): Promise<ClaimReply> {
    const reply = await this.store(process).actors.claim(request);
    this.#claimed(request, reply);
    return reply;
  }

  /** All at the same time. */
  async raceToClaim(requests: readonly ClaimRequest[]): Promise<void> {
    const replies = await Promise.all(
      requests.map((request, process) => this.store(process).actors.claim(request)),
    );
    const order = requests.map((request, i) => ({ request, reply: replies[i] as ClaimReply }));
    const firstFence = ({ claimed }: ClaimReply): number => claimed[0]?.fence ?? Infinity;
    // Fences grow within a partition, so they tell who was first.
    order.sort((a, b) => (firstFence(a.reply) < firstFence(b.reply) ? -1 : 1));
    for (const { request, reply } of order)
      this.#claimed(request, reply, order.at(-1)?.reply !== reply);
  }

  #claimed(request: ClaimRequest, reply: ClaimReply, isOvertaken = false): void {
    const expected = this.model.claim(request, reply.claimed);
    for (const [i, { actor, fence, version, messages }] of reply.claimed.entries()) {
      const inModel = expected.claimed[i]?.messages ?? [];
      const shift = this.#shiftOf(actor, messages, inModel);
      this.tickets.unshift({ actor, fence, version, messages, shift });
    }
    const claimed = reply.claimed.map((one) => ({ ...one, messages: this.#unshift(one) }));
    this.same(
      'claim',
      { now: reply.now, claimed },
      { now: expected.now, claimed: expected.claimed },
    );
    if (isOvertaken) return;
    const { message, tick } = reply.nextDue;
    this.same('the next tick due', tick, expected.nextDue.tick);
    // A driver may ask to be looked at earlier, for presence that will expire or for what is on its way.
    const isEarlier = (message ?? Infinity) < (expected.nextDue.message ?? Infinity);
    const { partition } = request;
    const mayBeEarlier =
      this.#senders.has(partition) ||
      this.model.presence.isAnyoneIn((channel) => this.model.partitionOf(channel) === partition);
    if (isEarlier && mayBeEarlier) return;
    this.same('the next message due', message, expected.nextDue.message);
  }

  /** One batch. Gives the results; leases that were kept become tickets. */
  async commit(
    process: number,
    turns: readonly (readonly [Ticket, Commit])[],
  ): Promise<CommitResult[]> {
    const marked = turns.map(([ticket, turn]) => [ticket, this.#mark(turn)] as const);
    const results = await this.store(process).actors.commit(marked.map(([, turn]) => turn));
    for (const [i, [ticket, turn]] of marked.entries()) {
      const result = results[i];
      if (!result) throw new Error('commit: a result is missing');
      this.#committed(ticket, turn, result);
    }
    return results;
  }

  /** Two processes at the same time. */
  async raceToCommit(ticket: Ticket, turns: readonly [Commit, Commit]): Promise<void> {
    const marked = turns.map((turn) => this.#mark(turn));
    const results = await Promise.all(
      marked.map(async (turn, process) => {
        const [result] = await this.store(process).actors.commit([turn]);
        if (!result) throw new Error('commit: a result is missing');
        return { turn, result };
      }),
    );
    // Who committed was first.
    results.sort((a, b) => (a.result.status < b.result.status ? -1 : 1));
    for (const { turn, result } of results) this.#committed(ticket, turn, result);
  }

  #committed(ticket: Ticket, turn: Commit, result: CommitResult): void {
    const { shift } = ticket;
    const { consumedThrough } = turn;
    const expected = this.model.commit({
      ...turn,
      consumedThrough: consumedThrough === null ? null : consumedThrough - shift,
      deadLetters: turn.deadLetters.map((letter) => ({ ...letter, seq: letter.seq - shift })),
    });
    if (result.status === 'stale' || expected.status === 'stale') {
      this.same('commit', result, expected);
      return;
    }
    const { actor, fence } = turn;
    const { version, messages } = result;
    const newShift = this.#shiftOf(actor, messages, expected.messages);
    this.same('commit', { ...result, messages: this.#unshift({ actor, messages }) }, expected);
    if (result.leaseUntil !== null) {
      this.tickets.unshift({ actor, fence, version, messages, shift: newShift });
    }
    this.#book(ticket, turn);
  }

  #book(ticket: Ticket, turn: Commit): void {
    const { actor, consumedThrough, deadLetters } = turn;
    const home = this.model.partitionOf(actor);
    const through = consumedThrough ?? -Infinity;
    const consumed = ticket.messages.filter(({ seq }) => seq <= through);
    const dead = consumed.filter(({ seq }) => deadLetters.some((letter) => letter.seq === seq));
    this.ledger.consumed(actor, consumed.map(bodyOf), dead.map(bodyOf));
    for (const channel of turn.forget) this.ledger.forgotten(channel);
    for (const { channel, body } of turn.publications) {
      const isMarker = channel.startsWith('marker:');
      if (isMarker) {
        const to = this.model.partitionOf(channel);
        this.#markers.set(to, (this.#markers.get(to) ?? 0) + 1);
        this.#senders.add(home);
      } else if (keepsAll(channel)) {
        this.ledger.published(channel, body, `partition ${home}`);
      }
    }
    for (const { to, body, id, mustExist = false } of turn.sends) {
      const required = id === undefined && !mustExist;
      this.ledger.sent(body, to, { stream: `partition ${home}`, required });
    }
  }

  /** Adds a publication per other partition at the end, which shows that all before it has arrived. */
  #mark(turn: Commit): Commit {
    const home = this.model.partitionOf(turn.actor);
    const names = [
      ...turn.sends.map(({ to }) => to),
      ...turn.publications.map(({ channel }) => channel),
    ];
    const others = new Set(
      names.map((name) => this.model.partitionOf(name)).filter((p) => p !== home),
    );
    const markers = [...others].map((p) => ({
      channel: markerOf(p),
      body: 'marker',
      history: ALL,
    }));
    return { ...turn, publications: [...turn.publications, ...markers] };
  }

  async release(process: number, ticket: Ticket): Promise<void> {
    await this.store(process).actors.release([ticket]);
    this.model.release(ticket);
  }

  async inbox(process: number, ticket: Ticket): Promise<void> {
    const messages = await this.store(process).actors.inbox(ticket, 3);
    const actual = messages && this.#unshift({ actor: ticket.actor, messages });
    this.same('inbox', actual, this.model.inbox(ticket, 3));
  }

  async resume(process: number, actor: ActorKey): Promise<void> {
    this.same('resume', await this.store(process).actors.resume(actor), this.model.resume(actor));
  }

  /** `letter`: which one, modulo how many there are; `null`: all. */
  async takeDeadLetters(
    step: {
      readonly do: 'redrive' | 'drop';
      readonly process: number;
      readonly letter: number | null;
    },
    actor: ActorKey,
  ): Promise<void> {
    const { actors } = this.store(step.process);
    const [letters, inModel] = [await actors.deadLetters(actor), this.model.deadLetters(actor)];
    this.same('deadLetters', letters.map(bodyOf), inModel.map(bodyOf));
    const isChosen = (_: unknown, i: number): boolean =>
      step.letter === null || i === step.letter % letters.length;
    const all = step.letter === null;
    const ids = letters.filter(isChosen).map(({ id }) => id);
    const idsInModel = inModel.filter(isChosen).map(({ id }) => id);
    const count = await (all ? actors[step.do](actor) : actors[step.do](actor, ids));
    const expected = all ? this.model[step.do](actor) : this.model[step.do](actor, idsInModel);
    this.same(step.do, count, expected);
    const bodies = letters.filter(isChosen).map(bodyOf);
    if (step.do === 'redrive') this.ledger.redriven(bodies);
    else this.ledger.dropped(bodies);
  }

  async publish(process: number, input: PublicationInput, options: PublishOptions): Promise<void> {
    const result = await this.store(process).channels.publish(input, options);
    const expected = this.model.channels.publish(input, options);
    this.#sameEpoch(input.channel, result.epoch, expected.epoch);
    this.same('publish', { ...result, epoch: '' }, { ...expected, epoch: '' });
    if (result.published && keepsAll(input.channel)) {
      this.ledger.published(input.channel, input.body, 'client');
    }
  }

  /** Shows what expired first: when a driver notices it is its own affair. */
  async updatePresence(process: number, update: PresenceUpdate): Promise<void> {
    await this.#expirePresence(process, update.channel);
    const [result] = await this.store(process).channels.updatePresence([update]);
    this.same('updatePresence', result, this.model.presence.update(update));
  }

  async removePresence(process: number, channel: string, client: string): Promise<void> {
    await this.#expirePresence(process, channel);
    await this.store(process).channels.removePresence(channel, client);
    this.model.presence.remove(channel, client);
  }

  async #expirePresence(process: number, channel: string): Promise<void> {
    await this.claim(process, {
      partition: this.model.partitionOf(channel),
      holder: 'nobody',
      overdueMs: { message: null, tick: null },
      limit: 1,
      leaseMs: 1,
      maxMessages: 0,
    });
  }

  /** Compares what people see of some actors. */
  async checkActors(process: number, actors: readonly ActorKey[]): Promise<void> {
    const store = this.store(process);
    for (const actor of actors) {
      this.same(`peek ${actor}`, await store.actors.peek(actor), this.model.peek(actor));
    }
  }

  /** Waits for everything that is on its way and compares all there is to see. */
  async checkAll(process: number): Promise<void> {
    await this.arriveAll();
    await this.checkActors(process, ACTORS);
    const { actors, channels } = this.store(process);
    const query = { limit: 1_000 };
    const listed = await actors.list(query);
    // Whether an actor that has but a lease is listed is the driver's to say.
    const seen = listed.actors.filter((actor) => !this.model.isOnlyHeld(actor));
    this.same('list', { ...listed, actors: seen }, { actors: this.model.list(), cursor: null });
    this.same('listDead', await actors.listDead(query), {
      actors: this.model.listDead(),
      cursor: null,
    });
    for (const actor of ACTORS) {
      const letters = await actors.deadLetters(actor);
      const withoutId = ({
        body,
        acceptedAt,
        diedAt,
        error,
        attempts,
      }: (typeof letters)[number]): unknown => ({
        body,
        acceptedAt,
        diedAt,
        error,
        attempts,
      });
      const expected = this.model.deadLetters(actor).map(withoutId);
      this.same(`deadLetters ${actor}`, letters.map(withoutId), expected);
      this.#ascend(
        `dead letters of ${actor}`,
        letters.map(({ id }) => id),
      );
      const control = `control:${actor}`;
      const clients = (await channels.presence(control)).map(({ client }) => client).toSorted();
      this.same(`presence ${control}`, clients, this.model.presence.clients(control));
    }
    for (const channel of CHANNELS) await this.checkHistory(process, channel, { limit: -1 });
  }

  async checkHistory(process: number, channel: string, part: Partial<HistoryQuery>): Promise<void> {
    const query = { limit: -1, metaTtlMs: ASKED_MS, ...part };
    const reply = await this.store(process).channels.history(channel, query);
    const expected = this.model.channels.history(channel, query);
    this.#sameEpoch(channel, reply.epoch, expected.epoch);
    this.same(`history ${channel}`, { ...reply, epoch: '' }, { ...expected, epoch: '' });
  }

  same(what: string, actual: unknown, expected: unknown): void {
    if (isDeepStrictEqual(actual, expected)) return;
    throw new Error(
      `${what}: the store and the model differ\n  store: ${JSON.stringify(actual)}\n  model: ${JSON.stringify(expected)}`,
    );
  }

  /** Epochs are the driver's to make, but it must make a new one when the model does. */
  #sameEpoch(channel: string, actual: Epoch, expected: Epoch): void {
    if (expected === '') return;
    const key = `${channel} ${expected}`;
    const known = this.#epochs.get(key);
    if (known !== undefined) return this.same(`the epoch of ${channel}`, actual, known);
    const earlier = [...this.#epochs].find(
      ([at, epoch]) => at.startsWith(`${channel} `) && epoch === actual,
    );
    if (earlier) throw new Error(`${channel} has its earlier epoch ${actual} again`);
    this.#epochs.set(key, actual);
  }

  #ascend(what: string, numbers: readonly number[]): void {
    if (numbers.some((n, i) => i > 0 && n <= (numbers[i - 1] ?? 0))) {
      throw new Error(`${what} do not ascend: ${numbers.join()}`);
    }
  }

  /** Numbers may start anywhere in an actor's life, and go on from there without holes. */
  #shiftOf(
    actor: ActorKey,
    messages: readonly InboxMessage[],
    inModel: readonly InboxMessage[],
  ): number {
    const key = `${actor} ${this.model.lifeOf(actor)}`;
    const [first, firstInModel] = [messages[0], inModel[0]];
    if (first && firstInModel && !this.#shifts.has(key)) {
      this.#shifts.set(key, first.seq - firstInModel.seq);
    }
    return this.#shifts.get(key) ?? 0;
  }

  #unshift(held: {
    readonly actor: ActorKey;
    readonly messages: readonly InboxMessage[];
  }): InboxMessage[] {
    const shift = this.#shifts.get(`${held.actor} ${this.model.lifeOf(held.actor)}`) ?? 0;
    return held.messages.map((message) => ({ ...message, seq: message.seq - shift }));
  }
}

/** Whether a channel keeps everything, so that it can be compared with all that was published. */
export function keepsAll(channel: string): boolean {
  return channel.startsWith('server:');
}

export function historyOf(channel: string): HistoryPolicy {
  return keepsAll(channel) ? ALL : FEW;
}

function markerOf(partition: Partition): string {
  return `marker:${actorIn(partition, 'marker')}`;
}

function bodyOf({ body }: { readonly body: string }): string {
  return body;
}
