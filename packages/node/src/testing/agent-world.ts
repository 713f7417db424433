/** A node, a Sentinel and a bad network between them, in virtual time: everything that happens comes from a seed. */
import type { NodePush } from '@belfry/protocol';
import { Agent } from '../core/agent.ts';
import type { AgentSettings } from '../core/agent-snapshot.ts';
import type { AgentEffect, AgentEnd, AgentEvent, Settlement } from '../core/agent-events.ts';
import { ModelSentinel } from './model-sentinel.ts';

export interface WorldOptions {
  readonly random: () => number;
  readonly slots: number;
  readonly chunks: number;
  /** From then on nothing goes wrong any more, in ms. */
  readonly calmAt: number;
  /** 0 to 1: how much of each goes wrong until then. */
  readonly lostCalls: number;
  readonly lostPushes: number;
  readonly doubledPushes: number;
  readonly busy: number;
  readonly failures: number;
  /** Mean time between them, in ms; `Infinity`: never. */
  readonly killEvery: number;
  readonly freezeEvery: number;
  readonly dropChannelEvery: number;
  readonly cancelEvery: number;
}

const LOOK_MS = 1_000;

interface Running {
  readonly chunk: number;
  isAborted: boolean;
}

export class AgentWorld {
  readonly sentinel: ModelSentinel;
  /** What the node keeps over a restart. */
  readonly disk = new Map<string, Settlement>();
  /** Attempts whose result was kept. */
  readonly computed = new Set<string>();
  /** Chunks that never end. */
  readonly endless = new Set<number>();
  readonly effects: AgentEffect[] = [];
  readonly problems: string[] = [];
  end: AgentEnd | null = null;
  now = 0;
  agent: Agent;
  readonly #options: WorldOptions;
  readonly #queue: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  #order = 0;
  /** Counts restarts: what belongs to an earlier life of the node does not reach it. */
  #life = 0;
  #frozenUntil = 0;
  #isConnected = false;
  #wakeAt = Infinity;
  #running = new Map<string, Running>();

  constructor(options: WorldOptions) {
    this.#options = options;
    const { random, chunks, slots } = options;
    this.sentinel = new ModelSentinel({ random, chunks, slots, push: (push) => this.#push(push) });
    this.sentinel.busy = options.busy;
    this.agent = this.#newAgent();
    this.#at(0, () => this.tell({ type: 'start' }));
    this.#every(LOOK_MS, () => this.sentinel.look(this.now), { always: true });
    this.#every(options.killEvery, () => this.restart());
    this.#every(options.freezeEvery, () => {
      this.#frozenUntil = this.now + random() * 40_000;
    });
    this.#every(options.dropChannelEvery, () => this.#dropChannel());
    this.#every(options.cancelEvery, () => this.sentinel.cancelSome());
  }

  get isCalm(): boolean {
    return this.now >= this.#options.calmAt;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Lets time pass until `until` holds or it is `endAt`. */
  run(endAt: number, until: () => boolean = () => false): void {
    for (;;) {
      const next = this.#queue[0];
      if (next === undefined || next.at > endAt || until()) return;
      this.#queue.shift();
      this.now = Math.max(this.now, next.at);
      if (this.isCalm) this.sentinel.busy = 0;
      next.run();
    }
  }

  /** Something happens to the node, as soon as it can notice. */
  tell(event: AgentEvent, delay = 0): void {
    const life = this.#life;
    this.#at(this.now + delay, () => {
      if (life !== this.#life) return;
      if (this.now < this.#frozenUntil) this.tell(event, this.#frozenUntil - this.now);
      else this.#handle(event);
    });
  }

  /** kill -9, and a new start. */
  restart(): void {
    this.#life += 1;
    this.#running = new Map();
    this.#isConnected = false;
    this.#frozenUntil = 0;
    this.#wakeAt = Infinity;
    this.agent = this.#newAgent();
    this.tell({ type: 'start' }, this.#options.random() * 3_000);
  }

  #newAgent(): Agent {
    const { slots, random } = this.#options;
    const settings: AgentSettings = {
      name: 'model',
      publicKey: 'key',
      capabilities: { slots, runtime: 'test', platform: 'test', version: '0' },
      maxUndeliveredBytes: 1_000_000,
      maxChunkMs: 60_000,
    };
    return new Agent(settings, [...this.disk.values()], random);
  }

  #handle(event: AgentEvent): void {
    for (const effect of this.agent.handle(event, this.now)) this.#perform(effect);
    const at = this.agent.nextAt;
    if (at >= this.#wakeAt || at === Infinity) return;
    this.#wakeAt = at;
    const life = this.#life;
    this.#at(Math.max(at, this.now), () => {
      if (life !== this.#life || this.#wakeAt !== at) return;
      this.#wakeAt = Infinity;
      this.tell({ type: 'time' });
    });
  }

  #perform(effect: AgentEffect): void {
    const { random } = this.#options;
    this.effects.push(effect);
    switch (effect.type) {
      case 'call':
        this.#call(effect);
        break;
      case 'connect':
        this.#connect();
        break;
      case 'start':
        this.#start(effect.attempt);
        break;
      case 'abort': {
        const running = this.#running.get(effect.attempt);
        if (running === undefined) break;
        running.isAborted = true;
        this.#later(random() * 50, () => this.#ended({ type: 'aborted', attempt: effect.attempt }));
        break;
      }
      case 'persist':
        this.disk.set(effect.settlement.attempt, effect.settlement);
        if (effect.settlement.kind === 'complete') this.computed.add(effect.settlement.attempt);
        break;
      case 'forget':
        for (const attempt of effect.attempts) this.disk.delete(attempt);
        break;
      case 'end':
        this.end = effect.end;
        break;
      case 'disconnect':
      case 'prepare':
      case 'say':
      case 'tell':
        break;
    }
  }

  #call({ id, call, body, timeoutMs }: Extract<AgentEffect, { type: 'call' }>): void {
    const { random, lostCalls } = this.#options;
    const isLost = !this.isCalm && random() < lostCalls;
    const delay = random() * (this.isCalm ? 20 : 400);
    // Half of them get there, and only the answer is lost.
    const arrives = !isLost || random() < 0.5;
    const life = this.#life;
    this.#at(this.now + delay, () => {
      const reply = arrives ? this.sentinel.answer(call, body, this.now) : null;
      if (life !== this.#life) return;
      if (!isLost && reply !== null) {
        this.tell({ type: 'reply', id, reply }, delay);
        return;
      }
      const lost = { ok: false, status: 0, code: 'network', message: 'lost' } as const;
      this.tell({ type: 'reply', id, reply: lost }, random() < 0.5 ? 5 : timeoutMs);
    });
  }

  #connect(): void {
    const { random } = this.#options;
    this.#later(random() * 500, () => {
      this.#isConnected = true;
      this.tell({ type: 'channel', state: 'connected' });
    });
  }

  #dropChannel(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    const state = this.#options.random() < 0.8 ? 'lost' : 'refused';
    this.tell({ type: 'channel', state });
    if (state === 'lost') this.#connect();
  }

  #push(push: NodePush): void {
    const { random, lostPushes, doubledPushes } = this.#options;
    if (!this.#isConnected || (!this.isCalm && random() < lostPushes)) return;
    const times = !this.isCalm && random() < doubledPushes ? 2 : 1;
    for (let i = 0; i < times; i++) {
      const delay = random() * (this.isCalm ? 10 : 3_000);
      this.tell({ type: 'push', push: structuredClone(push) }, delay);
    }
  }

  #start({ attempt, from }: { readonly attempt: string; readonly from: number }): void {
    const { random, failures, slots } = this.#options;
    for (const [other, { chunk }] of this.#running) {
      if (other === attempt) this.problems.push(`${attempt} was started while it runs`);
      else if (chunk === from) this.problems.push(`chunk ${from} runs twice at once`);
    }
    if (this.computed.has(attempt)) this.problems.push(`${attempt} was computed again`);
    this.#running.set(attempt, { chunk: from, isAborted: false });
    if (this.#running.size > slots) this.problems.push(`${this.#running.size} chunks run at once`);
    const begin = random() * 200;
    this.#later(begin, () => this.#whileRuns(attempt, { type: 'begun', attempt }));
    if (this.endless.has(from)) return;
    const ms = random() * 3_000;
    this.#later(begin + ms, () =>
      this.#ended(
        random() < (this.isCalm ? 0 : failures)
          ? { type: 'failed', attempt, reason: 'error', message: 'it threw' }
          : { type: 'done', attempt, json: `{"from":${from}}`, ms },
      ),
    );
  }

  #whileRuns(attempt: string, event: AgentEvent): void {
    if (this.#running.get(attempt)?.isAborted === false) this.tell(event);
  }

  /** Each start has one end, whichever comes first. */
  #ended(event: Extract<AgentEvent, { type: 'aborted' | 'failed' | 'done' }>): void {
    if (!this.#running.delete(event.attempt)) return;
    this.tell(event);
  }

  #later(delay: number, run: () => void): void {
    const life = this.#life;
    this.#at(this.now + delay, () => {
      if (life !== this.#life) return;
      if (this.now < this.#frozenUntil) this.#later(this.#frozenUntil - this.now, run);
      else run();
    });
  }

  #every(meanMs: number, run: () => void, { always = false } = {}): void {
    if (meanMs === Infinity) return;
    const pause = always ? meanMs : meanMs * 2 * this.#options.random();
    this.#at(this.now + pause, () => {
      if (!always && this.isCalm) return;
      run();
      this.#every(meanMs, run, { always });
    });
  }

  #at(at: number, run: () => void): void {
    const entry = { at, order: this.#order++, run };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#queue[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, entry);
  }
}
