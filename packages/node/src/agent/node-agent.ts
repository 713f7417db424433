import type { NodeCapabilities } from '@belfry/protocol';
import { Agent } from '../core/agent.ts';
import type {
  AgentEffect,
  AgentEnd,
  AgentEvent,
  AgentNotice,
  Pause,
} from '../core/agent-events.ts';
import type { AgentSnapshot } from '../core/agent-snapshot.ts';
import { BeaconLink } from './beacon-link.ts';
import { ChunkInputs } from './chunk-inputs.ts';
import type {
  ChunkExecutor,
  Conditions,
  HttpExchange,
  NodeKey,
  SetTimer,
  Spool,
  WatchConditions,
} from './ports.ts';
import { RunningChunks } from './running-chunks.ts';
import { SignedClient } from './signed-client.ts';

export interface NodeAgentOptions {
  readonly url: string;
  /** `null`: no connection to a Beacon; it hears of everything with its heartbeats. */
  readonly beaconUrl: string | null;
  readonly name: string;
  readonly claim?: string;
  readonly capabilities: NodeCapabilities;
  readonly maxUndeliveredBytes: number;
  readonly maxChunkMs: number;
  readonly onEvent?: (notice: AgentNotice) => void;
}

/** What an agent is made of where it runs. */
export interface NodeAgentParts {
  readonly key: NodeKey;
  readonly exchange: HttpExchange;
  readonly spool: Spool;
  readonly executor: ChunkExecutor;
  readonly watch?: WatchConditions;
  /** Default: `setTimeout`. */
  readonly setTimer?: SetTimer;
}

const DRAIN_MS = 60_000;
const DELIVER_MS = 10_000;
const LEAVE_TIMEOUT_MS = 5_000;
/** The longest a timer may be set for. */
const MOST_MS = 2 ** 30;

/** A node of the fleet: the state machine of `core/` with a clock, a network and somebody who runs chunks. */
export class NodeAgent {
  readonly #options: NodeAgentOptions;
  readonly #parts: NodeAgentParts;
  readonly #agent: Agent;
  readonly #client: SignedClient;
  readonly #chunks: RunningChunks;
  readonly #ended = new AbortController();
  readonly #end = Promise.withResolvers<AgentEnd>();
  readonly #queue: AgentEvent[] = [];
  #isHandling = false;
  #link: BeaconLink | null = null;
  #cancelTimer: () => void = () => undefined;
  #unwatch: (() => void) | undefined;
  #conditions: Conditions = { pause: null };
  #userPause: Pause | null = null;
  #hasStarted = false;

  constructor(options: NodeAgentOptions, parts: NodeAgentParts) {
    const { name, claim, capabilities, maxUndeliveredBytes, maxChunkMs } = options;
    const { key, spool, exchange, executor } = parts;
    this.#options = options;
    this.#parts = parts;
    this.#agent = new Agent(
      {
        name,
        publicKey: key.publicKey,
        capabilities,
        maxUndeliveredBytes,
        maxChunkMs,
        ...(claim === undefined ? {} : { claim }),
      },
      spool.saved,
      Math.random,
    );
    this.#client = new SignedClient(options.url, key, exchange);
    const inputs = new ChunkInputs(this.#client, this.#ended.signal);
    this.#chunks = new RunningChunks(inputs, executor, (event) => this.#tell(event));
  }

  /** Works until it is drained, stopped, removed or refused. Resolves with how it ended; rejects when it cannot keep results. */
  run(): Promise<AgentEnd> {
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      this.#unwatch = this.#parts.watch?.((conditions) => {
        this.#conditions = conditions;
        this.#tellConditions();
      });
      this.#tell({ type: 'start' });
    }
    return this.#end.promise;
  }

  /**
   * Takes nothing new, finishes what runs, delivers what there is, leaves and ends.
   *
   * @param limitMs after that, what still runs is given back. Default 60 s
   * @param deliverMs how long results may take to be delivered after that. Default 10 s
   */
  drain(limitMs: number = DRAIN_MS, deliverMs: number = DELIVER_MS): Promise<AgentEnd> {
    if (!this.#hasStarted) return this.stop();
    this.#tell({ type: 'drain', limitMs, deliverMs });
    return this.#end.promise;
  }

  /** Says that it goes, without waiting for an answer: for a page that is being closed. With its next heartbeat it is back. */
  leaveNow(): void {
    void this.#client.call('leave', '{"reason":"closed"}', { timeoutMs: LEAVE_TIMEOUT_MS });
  }

  /** Ends at once. Results that are not delivered are kept for the next run. */
  stop(): Promise<AgentEnd> {
    this.#finish({ type: 'stopped' });
    return this.#end.promise;
  }

  /** Gives back everything and takes nothing new, until `resume`. */
  pause(): void {
    this.#userPause = { reason: 'user', abort: true };
    this.#tellConditions();
  }

  resume(): void {
    this.#userPause = null;
    this.#tellConditions();
  }

  snapshot(): AgentSnapshot {
    return this.#agent.snapshot;
  }

  #tellConditions(): void {
    const { pause, load } = this.#conditions;
    this.#tell({
      type: 'conditions',
      pause: this.#userPause ?? pause,
      ...(load === undefined ? {} : { load }),
    });
  }

  /** Effects may bring events at once: those are handled after. */
  #tell(event: AgentEvent): void {
    if (this.#ended.signal.aborted) return;
    this.#queue.push(event);
    if (this.#isHandling) return;
    this.#isHandling = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        for (const effect of this.#agent.handle(next, performance.now())) this.#perform(effect);
      }
    } finally {
      this.#isHandling = false;
    }
    this.#setTimer();
  }

  #setTimer(): void {
    this.#cancelTimer();
    const at = this.#agent.nextAt;
    if (at === Infinity || this.#ended.signal.aborted) return;
    // Timers may be early by a part of a millisecond.
    const ms = Math.min(MOST_MS, Math.max(0, Math.ceil(at - performance.now())));
    const { setTimer = setTimeoutTimer } = this.#parts;
    this.#cancelTimer = setTimer(() => this.#tell({ type: 'time' }), ms);
  }

  #perform(effect: AgentEffect): void {
    switch (effect.type) {
      case 'call':
        void this.#call(effect);
        break;
      case 'connect':
        this.#connect(effect.node);
        break;
      case 'disconnect':
        this.#link?.close();
        break;
      case 'prepare':
        this.#chunks.prepare(effect.attempt);
        break;
      case 'start':
        this.#chunks.start(effect.attempt);
        break;
      case 'abort':
        this.#chunks.abort(effect.attempt);
        break;
      case 'persist':
        this.#parts.spool.persist(effect.settlement);
        break;
      case 'forget':
        this.#parts.spool.forget(effect.attempts);
        break;
      case 'say':
        this.#link?.say(effect.channel, effect.data);
        break;
      case 'tell':
        this.#notify(effect.notice);
        break;
      case 'end':
        this.#finish(effect.end);
        break;
    }
  }

  #notify(notice: AgentNotice): void {
    try {
      this.#options.onEvent?.(notice);
    } catch (error) {
      // Not the agent's, and not to be hidden either.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  async #call({
    id,
    call,
    body,
    timeoutMs,
  }: Extract<AgentEffect, { type: 'call' }>): Promise<void> {
    const { signal } = this.#ended;
    const reply = await this.#client.call(call, body, { timeoutMs, signal });
    this.#tell({ type: 'reply', id, reply });
  }

  #connect(node: string): void {
    this.#link?.close();
    const { beaconUrl: url } = this.#options;
    if (url === null) return;
    const tell = (event: AgentEvent): void => this.#tell(event);
    this.#link = new BeaconLink({ url, node, client: this.#client, tell });
  }

  #finish(end: AgentEnd): void {
    if (this.#ended.signal.aborted) return;
    this.#ended.abort();
    this.#cancelTimer();
    this.#unwatch?.();
    this.#link?.close();
    this.#chunks.abortAll();
    const { executor, spool } = this.#parts;
    const closed = Promise.all([executor.close?.(), spool.close()]);
    closed.then(
      () => this.#end.resolve(end),
      (error: unknown) => this.#end.reject(error as Error),
    );
  }
}

const setTimeoutTimer: SetTimer = (run, ms) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};
