import type { Attempt } from '@belfry/protocol';
import { NodeAgent } from '../agent/node-agent.ts';
import type { AgentEnd, AgentNotice } from '../core/agent-events.ts';
import type { AgentSnapshot } from '../core/agent-snapshot.ts';
import { fetchExchange } from './fetch-exchange.ts';
import { RateMeter } from './rate-meter.ts';
import { type TabPauses, watchTab } from './tab-conditions.ts';
import { TabDatabase } from './tab-database.ts';
import { tabKey, UnsupportedBrowser } from './tab-key.ts';
import { WorkerExecutor } from './worker-executor.ts';
import { WorkerTimer } from './worker-timer.ts';

export interface TabNodeOptions {
  /** The server's address. Default: that of the page. */
  readonly url?: string;
  /** The address of the Beacon, where it is another. */
  readonly beaconUrl?: string;
  /** For people, 1 to 64 characters. */
  readonly name: string;
  readonly version: string;
  /** A claim token, asked for at every start; a node that is somebody's already stays so. Without one its user has to type its code. */
  readonly claim?: () => Promise<string>;
  /** Makes a worker of a module that imports `@belfry/node/browser/chunk-worker`. */
  readonly createWorker: () => Worker;
  /** How many chunks at once. Default: one less than there are cores, but one. */
  readonly slots?: number;
  /** The share of the time that each slot may run. Default 1. */
  readonly cpu?: number;
  /** Default: on battery, and not when hidden. */
  readonly pause?: Partial<TabPauses>;
}

/**
 * - `off`: it was not started, or was stopped
 * - `starting`
 * - `elsewhere`: another tab of this browser is the node; this one takes over when that one ends
 * - `on`: it is a node; `node` says what it does
 * - `unsupported`: this browser cannot be one; `problem` says why
 * - `ended`: it was removed, or refused; `problem` says why
 */
export type TabPhase = 'off' | 'starting' | 'elsewhere' | 'on' | 'unsupported' | 'ended';

export interface TabNodeState {
  readonly phase: TabPhase;
  /** For people; `null`: there is none. */
  readonly problem: string | null;
  readonly slots: number;
  readonly node: AgentSnapshot | null;
  /** Since it was started. */
  readonly iterations: number;
  /** Iterations a second, over the last 20 seconds. */
  readonly rate: number;
  readonly isPaused: boolean;
}

const MIB = 1_048_576;
const LOOK_MS = 500;
const MAX_CHUNK_MS = 600_000;
const LEAVE_MS = 2_000;

/** How many chunks a tab runs at once unless it is told otherwise. */
export function defaultTabSlots(): number {
  return Math.max(1, navigator.hardwareConcurrency - 1);
}

/** A node of the fleet in a tab, as its page sees it. */
export class TabNode {
  readonly #options: TabNodeOptions;
  readonly #listeners = new Set<(state: TabNodeState) => void>();
  readonly #meter = new RateMeter();
  #state: TabNodeState;
  /** Ends the run that is under way. */
  #stop: AbortController | null = null;
  #run: Promise<void> = Promise.resolve();
  #agent: NodeAgent | null = null;
  #isTelling = false;

  constructor(options: TabNodeOptions) {
    this.#options = options;
    this.#state = {
      phase: 'off',
      problem: null,
      slots: options.slots ?? defaultTabSlots(),
      node: null,
      iterations: 0,
      rate: 0,
      isPaused: false,
    };
  }

  get state(): TabNodeState {
    return this.#state;
  }

  /** Hears of the state now, and of every change, at most once in a turn. The returned function ends it. */
  subscribe(listener: (state: TabNodeState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => void this.#listeners.delete(listener);
  }

  /** Becomes a node, or does nothing when it is one. */
  start(): void {
    if (this.#stop !== null) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#meter.reset();
    this.#set({ phase: 'starting', problem: null, iterations: 0, rate: 0 });
    // After what was stopped has ended.
    this.#run = this.#run.then(() => this.#live(stop));
  }

  /** Gives back what it has, leaves, and is off. Results that are not delivered are delivered by the next run. */
  async stop(): Promise<void> {
    this.#stop?.abort();
    await this.#run;
  }

  /** Gives back what it has and rests, until `resume`. */
  pause(): void {
    this.#set({ isPaused: true });
    this.#agent?.pause();
  }

  resume(): void {
    this.#set({ isPaused: false });
    this.#agent?.resume();
  }

  /** How many chunks it runs at once from now on; what runs is given back. */
  async setSlots(slots: number): Promise<void> {
    if (!Number.isInteger(slots) || slots < 1 || slots === this.#state.slots) return;
    const wasOn = this.#stop !== null;
    await this.stop();
    this.#set({ slots });
    if (wasOn) this.start();
  }

  async #live(stop: AbortController): Promise<void> {
    let last: Partial<TabNodeState> = { phase: 'off' };
    try {
      const supported = whyUnsupported();
      if (supported !== null) throw new UnsupportedBrowser(supported);
      const end = await this.#withLock(stop.signal, () => this.#work(stop.signal));
      if (end !== null) last = endState(end);
    } catch (error) {
      const isUnsupported = error instanceof UnsupportedBrowser;
      const problem = error instanceof Error ? error.message : String(error);
      if (!stop.signal.aborted) last = { phase: isUnsupported ? 'unsupported' : 'ended', problem };
    }
    if (this.#stop === stop) this.#stop = null;
    this.#set({ ...last, node: null, rate: 0 });
  }

  /** One tab of a browser is the node: two would take each other's chunks. Whoever waits takes over. */
  async #withLock(signal: AbortSignal, work: () => Promise<AgentEnd>): Promise<AgentEnd | null> {
    const name = `belfry-node ${this.#url}`;
    const taken = await navigator.locks.request(name, { ifAvailable: true }, async (lock) =>
      lock === null ? null : { end: await work() },
    );
    if (taken !== null) return taken.end;
    this.#set({ phase: 'elsewhere' });
    try {
      return await navigator.locks.request(name, { signal }, work);
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    }
  }

  async #work(signal: AbortSignal): Promise<AgentEnd> {
    this.#set({ phase: 'starting' });
    const { createWorker, cpu = 1, name, version, claim, pause = {} } = this.#options;
    const { slots } = this.#state;
    const url = this.#url;
    await using parts = new AsyncDisposableStack();
    const database = await TabDatabase.open(`belfry-node ${url}`);
    parts.defer(() => database.close());
    const key = await tabKey(database);
    const onEvent = (notice: AgentNotice): void => this.#hear(notice);
    const spool = await database.spool((message) => onEvent({ type: 'disk', message }));
    const timer = new WorkerTimer(createWorker());
    parts.defer(() => timer.close());
    const token = await claim?.();
    signal.throwIfAborted();
    const agent = new NodeAgent(
      {
        url,
        beaconUrl: this.#options.beaconUrl ?? url,
        name,
        capabilities: { slots, runtime: 'browser', platform: platform(), version },
        maxUndeliveredBytes: 32 * MIB,
        maxChunkMs: MAX_CHUNK_MS,
        onEvent,
        ...(token === undefined ? {} : { claim: token }),
      },
      {
        key,
        exchange: fetchExchange,
        spool,
        executor: new WorkerExecutor({ url, cpu, createWorker }),
        watch: watchTab({ onBattery: true, whenHidden: false, ...pause }),
        setTimer: timer.set,
      },
    );
    if (this.#state.isPaused) agent.pause();
    this.#agent = agent;
    const look = setInterval(() => this.#look(), LOOK_MS);
    const stop = (): void => void agent.drain(0, LEAVE_MS);
    const leave = (): void => agent.leaveNow();
    signal.addEventListener('abort', stop, { once: true });
    window.addEventListener('pagehide', leave);
    try {
      this.#set({ phase: 'on' });
      return await agent.run();
    } finally {
      window.removeEventListener('pagehide', leave);
      signal.removeEventListener('abort', stop);
      clearInterval(look);
      this.#agent = null;
    }
  }

  get #url(): string {
    return this.#options.url ?? location.origin;
  }

  #hear(notice: AgentNotice): void {
    if (notice.type === 'done') this.#meter.add(iterationsOf(notice.attempt), performance.now());
    this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      this.#look();
    });
  }

  #look(): void {
    if (this.#agent === null) return;
    const node = this.#agent.snapshot();
    const running = node.running.reduce(
      (sum, { attempt, done }) => sum + done * attempt.blockIterations,
      0,
    );
    const { total, rate } = this.#meter.look(running, performance.now());
    this.#set({ node, iterations: total, rate });
  }

  #set(change: Partial<TabNodeState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }
}

export function createTabNode(options: TabNodeOptions): TabNode {
  return new TabNode(options);
}

function iterationsOf({ blocks, blockIterations }: Attempt): number {
  return blocks * blockIterations;
}

function endState(end: AgentEnd): Partial<TabNodeState> {
  switch (end.type) {
    case 'removed':
      return { phase: 'ended', problem: 'This node was removed by its owner.' };
    case 'refused':
      return { phase: 'ended', problem: end.message };
    case 'drained':
    case 'stopped':
      return { phase: 'off' };
  }
}

/** Why this page cannot be a node; `null`: it can, as far as can be told without a key. */
function whyUnsupported(): string | null {
  if (!globalThis.isSecureContext) {
    return 'Browsers let pages compute for others only over HTTPS (or on localhost), and this page came over HTTP.';
  }
  const needed: readonly (readonly [string, unknown])[] = [
    ['workers', globalThis.Worker],
    ['IndexedDB', globalThis.indexedDB],
    ['Web Locks', (navigator as Partial<Navigator>).locks],
  ];
  const missing = needed.filter(([, part]) => part === undefined).map(([name]) => name);
  return missing.length === 0 ? null : `This browser has no ${missing.join(' and no ')}.`;
}

function platform(): string {
  const data = (navigator as { userAgentData?: { platform?: string } }).userAgentData;
  return (data?.platform ?? 'browser').slice(0, 64) || 'browser';
}
