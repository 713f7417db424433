import {
  runChunk,
  type AnySimulation,
  type Attempt,
  type ChunkInput,
  type HoldsReply,
  type NodePush,
} from '@belfry/protocol';
import type { SeededRandom } from '@belfry/testkit';
import type { NodeClaim } from '../messages/node-messages.ts';
import { resultDigest } from '../result-digest.ts';
import type { ActorWorld } from './actor-world.ts';
import type { EventQueue } from './event-queue.ts';

/** What a simulated node is like. Probabilities are per chunk. */
export interface NodeTraits {
  readonly slots: number;
  /** Ms that a block takes. */
  readonly msPerBlock: number;
  readonly owner?: string;
  readonly trusted?: boolean;
  readonly access?: NodeClaim['access'];
  /** It says something else than what is true, its own way each time or always the same. */
  readonly lies?: number;
  readonly sameLie?: boolean;
  readonly fails?: number;
  /** It answers twice. */
  readonly doubles?: number;
  /** Its answer takes half a minute. */
  readonly dawdles?: number;
  /** What is pushed to it is lost. */
  readonly deaf?: number;
}

export interface NodeHome {
  readonly world: ActorWorld;
  readonly queue: EventQueue;
  readonly random: SeededRandom;
  readonly heartbeatMs: number;
  readonly delay: () => number;
  readonly simulation: (name: string) => AnySimulation;
  readonly inputOf: (job: string, round: number) => ChunkInput;
}

interface Running {
  readonly attempt: Attempt;
  readonly startedAt: number;
}

/** A node as a program would be, in simulated time. */
export class SimulatedNode {
  readonly id: string;
  readonly traits: NodeTraits;
  readonly #home: NodeHome;
  /** Counts its lives: what an earlier one set going comes to nothing. */
  #life = 0;
  alive = false;
  frozen = false;
  /** Since when it is silent; `null`: it is not. */
  silentSince: number | null = null;
  draining = false;
  /** No answer reaches it. */
  mute = false;
  /** How likely it lies about a chunk now. */
  lies: number;
  #waiting: Attempt[] = [];
  readonly #running = new Map<string, Running>();
  /** Finished here: not to be run again, whatever an answer that was on its way says. */
  readonly #finished = new Set<string>();
  /** Ms of slots that worked, by when. */
  readonly worked: { readonly from: number; readonly to: number }[] = [];

  constructor(id: string, traits: NodeTraits, home: NodeHome) {
    this.id = id;
    this.traits = traits;
    this.lies = traits.lies ?? 0;
    this.#home = home;
  }

  start(): void {
    const { world } = this.#home;
    this.alive = true;
    this.frozen = false;
    this.silentSince = null;
    const life = ++this.#life;
    this.#waiting = [];
    this.#running.clear();
    const register = {
      type: 'register',
      publicKey: 'key',
      name: this.id,
      capabilities: { slots: this.traits.slots, runtime: 'node', platform: 'lab', version: '1' },
      claim: {
        owner: this.traits.owner ?? 'lab',
        pool: 'default',
        access: this.traits.access ?? { type: 'everyone' },
        trusted: this.traits.trusted ?? false,
      },
    };
    world.create(`node/${this.id}`, register, (reply) => {
      if (!reply.ok) world.ask(`node/${this.id}`, register);
      this.#beat(life);
    });
  }

  kill(): void {
    this.#life += 1;
    this.alive = false;
    this.silentSince ??= this.#home.queue.now;
    this.#waiting = [];
    this.#running.clear();
  }

  /** Does nothing and hears nothing for a while, and then goes on as if nothing had been. */
  freeze(ms: number): void {
    if (!this.alive || this.frozen) return;
    this.frozen = true;
    this.silentSince = this.#home.queue.now;
    const life = this.#life;
    this.#home.queue.in(ms, () => {
      if (this.#life !== life) return;
      this.frozen = false;
      this.silentSince = null;
      this.#fill();
    });
  }

  leave(): void {
    this.#home.world.ask(`node/${this.id}`, { type: 'leave' });
    this.kill();
  }

  hear(push: NodePush): void {
    if (!this.alive || this.frozen || this.#home.random.chance(this.traits.deaf ?? 0)) return;
    if (push.type === 'assigned') {
      this.#home.world.send(`node/${this.id}`, {
        type: 'ack',
        attempts: push.attempts.map(({ attempt, job }) => ({ attempt, job })),
      });
      this.#take(push.attempts);
    } else if (push.type === 'cancel') {
      for (const token of push.attempts) {
        this.#running.delete(token);
        this.#waiting = this.#waiting.filter(({ attempt }) => attempt !== token);
      }
      this.#fill();
    }
  }

  #beat(life: number): void {
    const { world, queue, heartbeatMs } = this.#home;
    if (this.#life !== life) return;
    queue.in(heartbeatMs, () => this.#beat(life));
    if (this.frozen) return;
    const held = [...this.#running.values()].map(({ attempt, startedAt }) => ({
      attempt: attempt.attempt,
      job: attempt.job,
      blocks: Math.min(
        attempt.blocks - 1,
        Math.floor((queue.now - startedAt) / this.traits.msPerBlock),
      ),
    }));
    const waiting = this.#waiting.map(({ attempt, job }) => ({ attempt, job, blocks: 0 }));
    const message = {
      type: 'heartbeat',
      slots: this.traits.slots,
      draining: this.draining,
      progress: [...held, ...waiting],
    };
    world.ask(`node/${this.id}`, message, (reply) => {
      if (!reply.ok || this.#life !== life || this.frozen || this.mute) return;
      this.#reconcile(reply.data as HoldsReply);
    });
  }

  #reconcile({ attempts }: HoldsReply): void {
    const tokens = new Set(attempts.map(({ attempt }) => attempt));
    for (const token of this.#running.keys()) if (!tokens.has(token)) this.#running.delete(token);
    this.#waiting = this.#waiting.filter(({ attempt }) => tokens.has(attempt));
    this.#take(attempts);
    const acks = attempts.map(({ attempt, job }) => ({ attempt, job }));
    if (acks.length > 0) this.#home.world.send(`node/${this.id}`, { type: 'ack', attempts: acks });
  }

  #take(attempts: readonly Attempt[]): void {
    for (const attempt of attempts) {
      const token = attempt.attempt;
      if (this.#running.has(token) || this.#finished.has(token)) continue;
      if (!this.#waiting.some((other) => other.attempt === token)) this.#waiting.push(attempt);
    }
    this.#fill();
  }

  #fill(): void {
    const { queue } = this.#home;
    while (!this.frozen && this.#running.size < this.traits.slots) {
      const attempt = this.#waiting.shift();
      if (attempt === undefined) return;
      this.#running.set(attempt.attempt, { attempt, startedAt: queue.now });
      queue.in(attempt.blocks * this.traits.msPerBlock, () => this.#finish(attempt, this.#life));
    }
  }

  #finish(attempt: Attempt, life: number): void {
    const { queue, random } = this.#home;
    const running = this.#running.get(attempt.attempt);
    if (this.#life !== life || running === undefined) return;
    if (this.frozen) {
      queue.in(500, () => this.#finish(attempt, life));
      return;
    }
    this.#running.delete(attempt.attempt);
    this.#finished.add(attempt.attempt);
    this.worked.push({ from: running.startedAt, to: queue.now });
    const late = random.chance(this.traits.dawdles ?? 0) ? 30_000 : 0;
    const times = random.chance(this.traits.doubles ?? 0) ? 2 : 1;
    for (let i = 0; i < times; i++) {
      queue.in(late + this.#home.delay(), () =>
        this.#answer(attempt, queue.now - running.startedAt),
      );
    }
    this.#fill();
  }

  #answer(attempt: Attempt, ms: number): void {
    const { attempt: token, job } = attempt;
    const { world, random } = this.#home;
    const common = { node: this.id, attempt: token };
    const fail = (message: string): void => {
      const failure = { type: 'failure', ...common, reason: 'error', message };
      world.send(`job/${job}`, failure, `f:${token}`);
    };
    if (random.chance(this.traits.fails ?? 0)) {
      fail('it broke');
      return;
    }
    let result: unknown;
    try {
      result = this.#run(attempt);
    } catch (error) {
      fail(String(error));
      return;
    }
    if (random.chance(this.lies)) {
      result = { ...(result as object), lie: this.traits.sameLie === true ? 1 : random.next() };
    }
    const text = JSON.stringify(result);
    world.send(
      `job/${job}`,
      { type: 'result', ...common, ms, result: text, digest: resultDigest(result) },
      token,
    );
  }

  #run(attempt: Attempt): unknown {
    const simulation = this.#home.simulation(attempt.simulation);
    const given = this.#home.inputOf(attempt.job, attempt.round);
    return JSON.parse(runChunk(simulation, { attempt, ...given }));
  }
}
