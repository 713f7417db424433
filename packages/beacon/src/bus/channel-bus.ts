import type { ChannelStore } from '@belfry/store';
import { internalChannel } from '../core/internal-channel.ts';
import type { Stats } from '../core/stats.ts';
import { MAX_ENVELOPE, readEnvelope, type Envelope } from './envelope.ts';
import type {
  AnswerTo,
  BusMessage,
  BusMessageOf,
  NodeFigures,
  NodeInfo,
  QuestionOf,
  QuestionType,
  Survey,
} from './messages.ts';
import type { NodeBus } from './node-bus.ts';
import { NodeRegistry } from './node-registry.ts';

const ANNOUNCE_MS = 3_000;
const EXPIRE_MS = 10_000;
/** How soon after its first announcement a node makes its second. */
const INTRODUCED_MS = 500;
/** How soon a failed subscription to the bus is tried again. */
const RETRY_MS = 1_000;
/** The most questions of this process that wait at once. */
const MAX_SURVEYS = 10_000;

/** The channel that every Beacon hears. */
const ALL = internalChannel('bus');

function channelOf(node: string): string {
  return internalChannel(`bus/${node}`);
}

export interface ChannelBusOptions {
  readonly store: Pick<ChannelStore, 'subscribe' | 'unsubscribe' | 'signal'>;
  readonly node: string;
  readonly name: string;
  readonly version: string;
  readonly figures: () => NodeFigures;
  /** Called before this node says that it is there, with the others. */
  readonly onAnnouncing?: (others: readonly NodeInfo[]) => void;
  readonly stats: Stats;
  readonly onError: (error: unknown, doing: string) => void;
  /** Milliseconds on a clock that nobody sets. */
  readonly now: () => number;
  /** Default 3,000. */
  readonly announceMs?: number;
  /** Default 10,000. */
  readonly expireMs?: number;
}

/** Stands among the nodes that a question waits for while it is handed to the store. */
const HANDING_OVER = '';

/** A question that is being asked. */
interface Asking {
  readonly waiting: Set<string>;
  readonly answers: Map<string, unknown>;
  done(): void;
}

type Handler = (message: never, from: string) => void;
type Answerer = (question: never, from: string) => unknown;

/** The bus over signals on internal channels. Its owner hands it the signals of those, and ticks it. */
export class ChannelBus implements NodeBus {
  readonly node: string;
  readonly #options: ChannelBusOptions;
  readonly #registry: NodeRegistry;
  readonly #handlers = new Map<string, Handler>();
  readonly #answerers = new Map<string, Answerer>();
  readonly #asking = new Map<number, Asking>();
  #asked = 0;
  #announceAt = Number.NEGATIVE_INFINITY;
  #state: 'idle' | 'subscribing' | 'subscribed' | 'stopped' = 'idle';
  #subscribeAt = Number.NEGATIVE_INFINITY;

  constructor(options: ChannelBusOptions) {
    this.#options = options;
    this.node = options.node;
    this.#registry = new NodeRegistry(options.expireMs ?? EXPIRE_MS);
    this.answer('ping', () => ({ pong: true }));
  }

  /** To be called often: joins, and says that it is there when that is due. */
  advance(): void {
    const now = this.#options.now();
    if (this.#state === 'idle' && now >= this.#subscribeAt) void this.#join(now);
    if (this.#state !== 'subscribed' || now < this.#announceAt) return;
    this.#announce(now, false);
  }

  /** Delivery was interrupted: others may have missed that this one is there, and it that they are. */
  interrupted(): void {
    if (this.#state === 'subscribed') this.#announce(this.#options.now(), true);
  }

  /** Says that it goes, and hears nothing more. Resolves when the store knows. */
  async stop(): Promise<void> {
    const was = this.#state;
    this.#state = 'stopped';
    for (const asking of this.#asking.values()) asking.done();
    if (was === 'idle' || was === 'stopped') return;
    const { store } = this.#options;
    await this.#signal(ALL, { kind: 'bye', from: this.node });
    await Promise.allSettled([store.unsubscribe(ALL), store.unsubscribe(channelOf(this.node))]);
  }

  async #join(now: number): Promise<void> {
    const { store, onError } = this.#options;
    this.#state = 'subscribing';
    try {
      await Promise.all([store.subscribe(ALL), store.subscribe(channelOf(this.node))]);
      if (this.#state !== 'subscribing') return;
      this.#state = 'subscribed';
      const joined = this.#options.now();
      this.#announce(joined, true);
      // Soon again: by then the others are known.
      this.#announceAt = joined + INTRODUCED_MS;
    } catch (error) {
      if (this.#state !== 'subscribing') return;
      this.#state = 'idle';
      this.#subscribeAt = now + RETRY_MS;
      this.#options.stats.busFailures++;
      onError(error, 'joining the other Beacons');
    }
  }

  #info(): NodeInfo {
    const { node: uid, name, version, figures } = this.#options;
    return { uid, name, version, ...figures() };
  }

  #announce(now: number, again: boolean): void {
    this.#announceAt = now + (this.#options.announceMs ?? ANNOUNCE_MS);
    this.#options.onAnnouncing?.(this.#registry.alive(now));
    void this.#signal(ALL, { kind: 'here', from: this.node, info: this.#info(), again });
  }

  nodes(): readonly NodeInfo[] {
    return [this.#info(), ...this.#registry.alive(this.#options.now())];
  }

  async send(node: string, message: BusMessage): Promise<boolean> {
    if (node === this.node) {
      this.#told(message, node);
      return true;
    }
    if (!this.#registry.has(node, this.#options.now())) return false;
    return this.#signal(channelOf(node), { kind: 'tell', from: this.node, message });
  }

  async broadcast(message: BusMessage): Promise<boolean> {
    this.#told(message, this.node);
    return this.#signal(ALL, { kind: 'tell', from: this.node, message });
  }

  async survey<T extends QuestionType>(
    question: QuestionOf<T>,
    timeoutMs: number,
  ): Promise<Survey<AnswerTo<T>>> {
    const others = this.#registry.alive(this.#options.now()).map((each) => each.uid);
    return this.#ask({ question, timeoutMs, channel: ALL, nodes: [this.node, ...others] });
  }

  async ask<T extends QuestionType>(
    node: string,
    question: QuestionOf<T>,
    timeoutMs: number,
  ): Promise<AnswerTo<T> | undefined> {
    if (node !== this.node && !this.#registry.has(node, this.#options.now())) return undefined;
    const channel = node === this.node ? null : channelOf(node);
    const { answers } = await this.#ask({ question, timeoutMs, channel, nodes: [node] });
    return answers.get(node) as AnswerTo<T> | undefined;
  }

  #ask<Answer>(what: {
    readonly question: { readonly type: string };
    readonly timeoutMs: number;
    /** `null`: only this node is asked. */
    readonly channel: string | null;
    readonly nodes: readonly string[];
  }): Promise<Survey<Answer>> {
    const { question, timeoutMs, channel, nodes } = what;
    const { stats } = this.#options;
    if (this.#asking.size >= MAX_SURVEYS || this.#state === 'stopped') {
      stats.busFailures++;
      return Promise.resolve({ answers: new Map(), missing: nodes, complete: false });
    }
    const id = ++this.#asked;
    return new Promise((resolve) => {
      const waiting = new Set([...nodes, HANDING_OVER]);
      const answers = new Map<string, unknown>();
      const done = (): void => {
        if (!this.#asking.delete(id)) return;
        clearTimeout(timer);
        const missing = nodes.filter((each) => !answers.has(each));
        stats.busUnanswered += missing.length;
        const complete = answers.delete(HANDING_OVER) && missing.length === 0;
        resolve({ answers: answers as Map<string, Answer>, missing, complete });
      };
      const timer = setTimeout(done, timeoutMs);
      this.#asking.set(id, { waiting, answers, done });
      void this.#handOver(channel, { kind: 'ask', from: this.node, id, question });
      if (waiting.has(this.node)) void this.#answerHere(id, question);
    });
  }

  /** Asks the others. That this was done counts like an answer; that it could not be, as theirs that will not come. */
  async #handOver(
    channel: string | null,
    ask: Extract<Envelope, { readonly kind: 'ask' }>,
  ): Promise<void> {
    const reached = channel === null || (await this.#signal(channel, ask));
    const asking = this.#asking.get(ask.id);
    if (asking === undefined) return;
    if (!reached) {
      for (const each of asking.waiting) if (each !== this.node) asking.waiting.delete(each);
    }
    this.#answered({ from: HANDING_OVER, id: ask.id, ...(reached ? {} : { failed: true }) });
  }

  async #answerHere(id: number, question: { readonly type: string }): Promise<void> {
    const answer = await this.#answerTo(question, this.node);
    this.#answered({ from: this.node, id, ...answer });
  }

  async #answerTo(
    question: { readonly type: string },
    from: string,
  ): Promise<{ readonly answer: unknown } | { readonly failed: true }> {
    const answerer = this.#answerers.get(question.type);
    if (answerer === undefined) {
      this.#options.stats.busIgnored++;
      return { failed: true };
    }
    try {
      return { answer: await answerer(question as never, from) };
    } catch (error) {
      this.#options.stats.busFailures++;
      this.#options.onError(error, `answering "${question.type}" of another Beacon`);
      return { failed: true };
    }
  }

  #answered(answer: {
    readonly from: string;
    readonly id: number;
    readonly answer?: unknown;
    readonly failed?: true;
  }): void {
    const asking = this.#asking.get(answer.id);
    if (asking === undefined) return;
    if (answer.failed !== true) asking.answers.set(answer.from, answer.answer);
    asking.waiting.delete(answer.from);
    if (asking.waiting.size === 0) asking.done();
  }

  on<T extends BusMessage['type']>(
    type: T,
    handler: (message: BusMessageOf<T>, from: string) => void,
  ): void {
    this.#handlers.set(type, handler);
  }

  answer<T extends QuestionType>(
    type: T,
    answer: (question: QuestionOf<T>, from: string) => Promise<AnswerTo<T>> | AnswerTo<T>,
  ): void {
    this.#answerers.set(type, answer);
  }

  #told(message: { readonly type: string }, from: string): void {
    const handler = this.#handlers.get(message.type);
    if (handler === undefined) {
      this.#options.stats.busIgnored++;
      return;
    }
    try {
      handler(message as never, from);
    } catch (error) {
      this.#options.stats.busFailures++;
      this.#options.onError(error, `taking "${message.type}" of another Beacon`);
    }
  }

  /** A signal on an internal channel. */
  receive(body: string): void {
    if (this.#state === 'stopped') return;
    const envelope = readEnvelope(body);
    const { stats } = this.#options;
    if (envelope === null) {
      stats.busIgnored++;
      return;
    }
    // What this one broadcasts comes back to it.
    if (envelope.from === this.node) return;
    stats.busMessagesReceived++;
    switch (envelope.kind) {
      case 'here':
        this.#heard(envelope.info, envelope.again);
        return;
      case 'bye':
        this.#left(envelope.from);
        return;
      case 'tell':
        this.#told(envelope.message, envelope.from);
        return;
      case 'ask':
        void this.#reply(envelope);
        return;
      case 'answer':
        this.#answered(envelope);
    }
  }

  #heard(info: NodeInfo, again: boolean): void {
    const now = this.#options.now();
    this.#registry.heard(info, now);
    if (again && this.#state === 'subscribed') this.#announce(now, false);
  }

  #left(node: string): void {
    this.#registry.left(node);
    for (const asking of this.#asking.values()) {
      if (!asking.waiting.delete(node)) continue;
      if (asking.waiting.size === 0) asking.done();
    }
  }

  async #reply({ from, id, question }: Extract<Envelope, { kind: 'ask' }>): Promise<void> {
    const answer = await this.#answerTo(question, from);
    if (this.#state === 'stopped') return;
    const reply: Envelope = { kind: 'answer', from: this.node, id, ...answer };
    if (await this.#signal(channelOf(from), reply)) return;
    if ('failed' in answer) return;
    // Too large, most likely: the asker need not wait for nothing.
    await this.#signal(channelOf(from), { kind: 'answer', from: this.node, id, failed: true });
  }

  async #signal(channel: string, envelope: Envelope): Promise<boolean> {
    const { store, stats, onError } = this.#options;
    try {
      const body = JSON.stringify(envelope);
      if (body.length > MAX_ENVELOPE) {
        throw new RangeError(`a message of ${body.length} characters is more than ${MAX_ENVELOPE}`);
      }
      await store.signal(channel, body);
      stats.busMessagesSent++;
      return true;
    } catch (error) {
      stats.busFailures++;
      onError(error, 'telling other Beacons');
      return false;
    }
  }
}
