/** After these times, in ms, a hook that failed is told again; then no more. */
const RETRY_AFTER_MS: readonly number[] = [200, 500, 2_000, 5_000, 15_000];
/** The same when the process is about to end. */
const HURRIED_MS = 250;
/** The most hooks that wait, and the most bytes of them. */
const MAX_HOOKS = 100_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** The most hooks of one backend under way at once. */
const MAX_RUNNING = 64;

/** Something to be told. */
export interface Hook {
  /** Whose hooks are told in their order. */
  readonly client: string;
  /** The backend that is told. */
  readonly lane: string;
  readonly size: number;
  /** Tells it; rejects when nobody knows whether it was heard. */
  readonly tell: () => Promise<void>;
}

/** Counts of hooks since the start. */
export interface HookCounts {
  sent: number;
  /** Attempts after the first. */
  retried: number;
  /** Given up after the last attempt, or when the process ended. */
  lost: number;
  /** Not taken because too many waited. */
  dropped: number;
}

/** The hooks of one connection: the first is under way, or waits for its turn or its next attempt. */
interface Chain {
  readonly client: string;
  readonly hooks: Hook[];
  attempts: number;
}

interface Lane {
  running: number;
  readonly ready: Set<Chain>;
}

/**
 * Tells backends what happened: what concerns one connection in its order, again if that fails, and not for ever. What concerns
 * different connections, or different backends, does not wait for each other.
 */
export class HookSender {
  readonly counts: HookCounts = { sent: 0, retried: 0, lost: 0, dropped: 0 };
  readonly #chains = new Map<string, Chain>();
  readonly #lanes = new Map<string, Lane>();
  /** Chains that wait for their next attempt. */
  readonly #resting = new Map<Chain, NodeJS.Timeout>();
  #size = 0;
  #bytes = 0;
  #hurried = false;
  #whenIdle: (() => void)[] = [];

  /** How many hooks wait or are under way. */
  get size(): number {
    return this.#size;
  }

  /** So many wait that whoever makes more of them should wait first. */
  get isBehind(): boolean {
    return this.#size > MAX_HOOKS / 2 || this.#bytes > MAX_BYTES / 2;
  }

  add(hook: Hook): void {
    if (this.#size >= MAX_HOOKS || this.#bytes + hook.size > MAX_BYTES) {
      this.counts.dropped++;
      return;
    }
    this.#size++;
    this.#bytes += hook.size;
    const chain = this.#chains.get(hook.client);
    if (chain !== undefined) {
      chain.hooks.push(hook);
      return;
    }
    const begun: Chain = { client: hook.client, hooks: [hook], attempts: 0 };
    this.#chains.set(hook.client, begun);
    this.#line(begun);
  }

  /** Puts a chain in the line of its first hook's backend. */
  #line(chain: Chain): void {
    const [hook] = chain.hooks;
    if (hook === undefined) {
      this.#chains.delete(chain.client);
      return;
    }
    const lane = this.#laneOf(hook.lane);
    lane.ready.add(chain);
    this.#pump(lane);
  }

  #laneOf(name: string): Lane {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { running: 0, ready: new Set() };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  #pump(lane: Lane): void {
    while (lane.running < MAX_RUNNING) {
      const [chain] = lane.ready;
      if (chain === undefined) return;
      lane.ready.delete(chain);
      lane.running++;
      void this.#attempt(chain).finally(() => {
        lane.running--;
        this.#pump(lane);
      });
    }
  }

  async #attempt(chain: Chain): Promise<void> {
    const [hook] = chain.hooks;
    if (hook === undefined) return;
    if (chain.attempts > 0) this.counts.retried++;
    chain.attempts++;
    try {
      await hook.tell();
    } catch {
      this.#failed(chain);
      return;
    }
    // It was given up meanwhile.
    if (this.#chains.get(chain.client) !== chain) return;
    this.counts.sent++;
    this.#done(chain);
  }

  #failed(chain: Chain): void {
    if (this.#chains.get(chain.client) !== chain) return;
    const delay = RETRY_AFTER_MS[chain.attempts - 1];
    if (delay === undefined) {
      this.counts.lost++;
      this.#done(chain);
      return;
    }
    const timer = setTimeout(() => this.#rested(chain), this.#hurried ? HURRIED_MS : delay);
    this.#resting.set(chain, timer);
  }

  #rested(chain: Chain): void {
    clearTimeout(this.#resting.get(chain));
    this.#resting.delete(chain);
    this.#line(chain);
  }

  /** The first of a chain is through, one way or the other. */
  #done(chain: Chain): void {
    const hook = chain.hooks.shift();
    chain.attempts = 0;
    this.#size--;
    this.#bytes -= hook?.size ?? 0;
    this.#line(chain);
    if (this.#size === 0) this.#becameIdle();
  }

  #becameIdle(): void {
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Resolves when everything has been told or given up; what has not been by then is given up after `limitMs`. Returns how many that were. */
  async finish(limitMs: number): Promise<number> {
    this.#hurried = true;
    for (const chain of this.#resting.keys()) this.#rested(chain);
    if (this.#size === 0) return 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenIdle.push(resolve);
    const timer = setTimeout(resolve, limitMs);
    await promise;
    clearTimeout(timer);
    return this.#giveUp();
  }

  #giveUp(): number {
    const left = this.#size;
    this.counts.lost += left;
    for (const timer of this.#resting.values()) clearTimeout(timer);
    this.#resting.clear();
    this.#chains.clear();
    for (const lane of this.#lanes.values()) lane.ready.clear();
    this.#size = 0;
    this.#bytes = 0;
    this.#becameIdle();
    return left;
  }
}
