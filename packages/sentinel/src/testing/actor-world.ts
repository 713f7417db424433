import { runTurn, type AnyActorDefinition, type TurnSnapshot } from '@belfry/actors';
import { encodeActorMessage, parseActorKey, type ActorKey, type AskReply } from '@belfry/protocol';
import type { SeededRandom } from '@belfry/testkit';
import type { EventQueue } from './event-queue.ts';

type Message = TurnSnapshot['messages'][number];

interface WorldActor {
  snapshot: TurnSnapshot;
  inbox: Message[];
  seq: number;
  /** A turn is on its way. */
  busy: boolean;
  turnAt: number;
}

export interface WorldInput {
  readonly definitions: readonly AnyActorDefinition[];
  readonly queue: EventQueue;
  readonly random: SeededRandom;
  /** How long a step takes, in ms: a send, a turn, a publication. */
  readonly delay: () => number;
  /** How likely a turn is run and not committed, as if its process had died. */
  readonly crash: number;
  readonly onPublication: (channel: string, data: unknown) => void;
  readonly onCommit: (actor: ActorKey, state: unknown) => void;
}

/** Actors of the real engine over a simulated store: what commits say is done, in simulated time. */
export class ActorWorld {
  readonly #input: WorldInput;
  readonly #definitions: Map<string, AnyActorDefinition>;
  readonly #actors = new Map<ActorKey, WorldActor>();
  /** When the last message of a pair arrives: their order holds. */
  readonly #pairs = new Map<string, number>();
  readonly #seen = new Set<string>();
  readonly #questions = new Map<string, (reply: AskReply) => void>();
  #asked = 0;
  /** Turns that were committed. */
  turns = 0;
  /** Messages that became dead letters, and ticks that threw. There must be none. */
  readonly problems: string[] = [];

  constructor(input: WorldInput) {
    this.#input = input;
    this.#definitions = new Map(input.definitions.map((each) => [each.kind, each]));
  }

  /** As `store.actors.send` from outside: with an id it is accepted once. */
  send(to: ActorKey, data: unknown, id?: string): void {
    if (id !== undefined) {
      if (this.#seen.has(`${to} ${id}`)) return;
      this.#seen.add(`${to} ${id}`);
    }
    this.#deliver(to, encodeActorMessage({ type: 'message', from: { type: 'system' }, data }));
  }

  ask(to: ActorKey, data: unknown, onReply: (reply: AskReply) => void = () => {}): void {
    this.#question('ask', to, { data, onReply });
  }

  create(to: ActorKey, data: unknown, onReply: (reply: AskReply) => void = () => {}): void {
    this.#question('create', to, { data, onReply });
  }

  state(actor: ActorKey): unknown {
    return JSON.parse(this.#actors.get(actor)?.snapshot.state ?? 'null') as unknown;
  }

  #question(
    type: 'ask' | 'create',
    to: ActorKey,
    { data, onReply }: { readonly data: unknown; readonly onReply: (reply: AskReply) => void },
  ): void {
    const ask = `q${++this.#asked}`;
    this.#questions.set(ask, onReply);
    const from = { type: 'system' } as const;
    this.#deliver(to, encodeActorMessage({ type, from, ask, replyTo: 'reply:x', data }));
  }

  #deliver(to: ActorKey, body: string): void {
    const actor = this.#actor(to);
    actor.inbox.push({ seq: ++actor.seq, at: this.#input.queue.now, body });
    this.#wake(to, actor);
  }

  #actor(key: ActorKey): WorldActor {
    let actor = this.#actors.get(key);
    if (actor === undefined) {
      const snapshot: TurnSnapshot = {
        key,
        version: 0 as TurnSnapshot['version'],
        fence: 1 as TurnSnapshot['fence'],
        state: null,
        meta: null,
        wakeAt: null,
        messages: [],
        now: 0,
      };
      actor = { snapshot, inbox: [], seq: 0, busy: false, turnAt: Infinity };
      this.#actors.set(key, actor);
    }
    return actor;
  }

  #wake(key: ActorKey, actor: WorldActor): void {
    if (actor.busy) return;
    const { queue, delay } = this.#input;
    const wakeAt = actor.snapshot.wakeAt ?? Infinity;
    const at = actor.inbox.length > 0 ? queue.now + delay() : wakeAt;
    if (at === Infinity || at >= actor.turnAt) return;
    actor.turnAt = at;
    queue.at(at, () => {
      if (actor.turnAt !== at || actor.busy) return;
      actor.turnAt = Infinity;
      this.#turn(key, actor);
    });
  }

  #turn(key: ActorKey, actor: WorldActor): void {
    const { queue, random, delay, crash } = this.#input;
    const definition = this.#definitions.get(parseActorKey(key)?.kind ?? '');
    if (definition === undefined) throw new Error(`no such kind: ${key}`);
    const now = Math.floor(queue.now);
    const messages = actor.inbox.slice(0, 256);
    const outcome = runTurn(
      definition,
      { ...actor.snapshot, messages, now },
      { secret: 'world', historyFor: () => ({ size: 0, ttlMs: 0, metaTtlMs: 0 }) },
    );
    actor.busy = true;
    queue.in(delay(), () => {
      actor.busy = false;
      if (random.chance(crash)) {
        // The next process to come has another fence.
        const fence = (actor.snapshot.fence + 1) as TurnSnapshot['fence'];
        actor.snapshot = { ...actor.snapshot, fence };
      } else {
        this.#commit(key, actor, outcome);
      }
      this.#wake(key, actor);
    });
  }

  #commit(
    key: ActorKey,
    actor: WorldActor,
    { commit, failures }: ReturnType<typeof runTurn>,
  ): void {
    const { snapshot } = actor;
    this.turns += 1;
    for (const { error } of failures)
      this.problems.push(`${key}: ${String((error as Error).stack)}`);
    for (const { error } of commit.deadLetters) this.problems.push(`${key}: ${error}`);
    const gone = commit.state === null;
    actor.snapshot = {
      ...snapshot,
      version: (gone ? 0 : snapshot.version + 1) as TurnSnapshot['version'],
      fence: (gone ? snapshot.fence + 1 : snapshot.fence) as TurnSnapshot['fence'],
      state: commit.state === undefined ? snapshot.state : commit.state,
      meta: commit.meta,
      wakeAt: commit.wakeAt,
    };
    const through = commit.consumedThrough ?? 0;
    actor.inbox = actor.inbox.filter(({ seq }) => seq > through);
    for (const { to, body } of commit.sends) this.#later(key, to, () => this.#deliver(to, body));
    for (const { channel, body } of commit.publications) {
      this.#later(key, channel, () => this.#publish(channel, body));
    }
    if (actor.snapshot.state !== null) this.#input.onCommit(key, JSON.parse(actor.snapshot.state));
  }

  #later(from: string, to: string, run: () => void): void {
    const { queue, delay } = this.#input;
    const pair = `${from} ${to}`;
    const at = Math.max(this.#pairs.get(pair) ?? 0, queue.now + delay());
    this.#pairs.set(pair, at);
    queue.at(at, run);
  }

  #publish(channel: string, body: string): void {
    const { data } = JSON.parse(body) as { data: unknown };
    if (channel !== 'reply:x') {
      this.#input.onPublication(channel, data);
      return;
    }
    const reply = data as AskReply;
    const onReply = this.#questions.get(reply.ask);
    this.#questions.delete(reply.ask);
    onReply?.(reply);
  }
}
