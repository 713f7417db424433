import {
  runLocally,
  type AnySimulation,
  type ChunkInput,
  type JobResult,
  type JobView,
  type NodePush,
  type SubmitRequest,
} from '@belfry/protocol';
import { seededRandom, type SeededRandom } from '@belfry/testkit';
import { createFleetActors } from '../create-fleet-actors.ts';
import type { JobState } from '../core/job/job-state.ts';
import { DEFAULT_FLEET_SETTINGS, type FleetSettings } from '../fleet-settings.ts';
import { ActorWorld } from './actor-world.ts';
import { jobProblems } from './check-job.ts';
import { EventQueue } from './event-queue.ts';
import { SimulatedNode, type NodeTraits } from './simulated-node.ts';

export interface FleetLabInput {
  readonly seed: number;
  readonly simulations: readonly AnySimulation[];
  readonly settings?: Partial<FleetSettings>;
  /** The longest that a step takes, in ms. Default 4. */
  readonly delayMs?: number;
  /** How likely a turn comes to nothing. Default 0. */
  readonly crash?: number;
}

const VERSION = `sha256-${'0'.repeat(64)}`;

/** A whole fleet in simulated time: the real actors, a simulated store, simulated nodes. */
export class FleetLab {
  readonly queue = new EventQueue();
  readonly random: SeededRandom;
  readonly settings: FleetSettings;
  readonly world: ActorWorld;
  readonly nodes = new Map<string, SimulatedNode>();
  readonly views = new Map<string, JobView>();
  /** By job: when its view was published. */
  readonly viewTimes = new Map<string, number[]>();
  /** The most characters that results took in a job while they waited for their neighbours. */
  mostWaiting = 0;
  /** What was wrong after some commit. */
  readonly problems: string[] = [];
  readonly #simulations: ReadonlyMap<string, AnySimulation>;
  readonly #jobs = new Set<string>();
  readonly #roundInputs = new Map<string, ChunkInput>();
  readonly #delay: () => number;

  constructor(input: FleetLabInput) {
    const { seed, simulations, settings = {}, delayMs = 4, crash = 0 } = input;
    this.random = seededRandom(seed);
    this.settings = { ...DEFAULT_FLEET_SETTINGS, ...settings };
    this.#simulations = new Map(simulations.map((each) => [each.name, each]));
    this.#delay = () => this.random.next() * delayMs;
    const { actors } = createFleetActors({
      simulations: new Map(
        simulations.map((simulation) => [simulation.name, { version: VERSION, simulation }]),
      ),
      settings: this.settings,
    });
    this.world = new ActorWorld({
      definitions: actors,
      queue: this.queue,
      random: this.random,
      delay: this.#delay,
      crash,
      onPublication: (channel, data) => this.#heard(channel, data),
      onCommit: (actor, state) => {
        if (actor.startsWith('job/')) this.#check(actor, state as JobState | null);
      },
    });
  }

  addNode(id: string, traits: NodeTraits): SimulatedNode {
    const node = new SimulatedNode(id, traits, {
      world: this.world,
      queue: this.queue,
      random: this.random,
      heartbeatMs: this.settings.times.heartbeatMs,
      delay: this.#delay,
      simulation: (name) => this.#simulation(name),
      inputOf: (job, round) => this.#inputOf(job, round),
    });
    this.nodes.set(id, node);
    node.start();
    return node;
  }

  submit(job: string, request: Omit<SubmitRequest, 'key'>, owner = 'ann'): void {
    this.#jobs.add(job);
    const message = { type: 'submit', owner, operator: true, request: { seed: 7, ...request } };
    this.world.create(`job/${job}`, message, (reply) => {
      if (!reply.ok) this.problems.push(`submit ${job}: ${reply.message}`);
    });
  }

  job(job: string): JobState | null {
    return this.world.state(`job/${job}`) as JobState | null;
  }

  /** Runs until all jobs that were submitted have ended, or the time is over. True: they have. */
  runJobs(ms: number): boolean {
    const until = this.queue.now + ms;
    const over = (): boolean =>
      [...this.#jobs].every((job) => this.views.get(job)?.endedAt != null);
    while (!over()) if (!this.queue.step(until)) return false;
    return true;
  }

  run(ms: number): void {
    const until = this.queue.now + ms;
    while (this.queue.step(until));
    this.queue.now = until;
  }

  /** Asks an actor and waits for the answer. Throws what it refuses. */
  ask(actor: `${string}/${string}`, data: unknown): unknown {
    let answer: { readonly value: unknown } | undefined;
    let refusal: string | undefined;
    this.world.ask(actor, data, (reply) => {
      if (reply.ok) answer = { value: reply.data };
      else refusal = `${reply.reason ?? reply.code}: ${reply.message}`;
    });
    const until = this.queue.now + 60_000;
    while (answer === undefined && refusal === undefined && this.queue.step(until));
    if (answer === undefined) throw new Error(refusal ?? 'no answer');
    return answer.value;
  }

  result(job: string): JobResult {
    return this.ask(`job/${job}`, { type: 'result-of-job' }) as JobResult;
  }

  /** What one machine comes to, as JSON text. */
  expected(request: Pick<SubmitRequest, 'simulation' | 'input' | 'targetError' | 'seed'>): string {
    const { simulation, input, targetError, seed = 7 } = request;
    const options = { seed, ...(targetError !== undefined && { targetError }) };
    const simulated = this.#simulation(simulation);
    const { value } = simulated.input['~standard'].validate(input) as { readonly value: unknown };
    return JSON.stringify(runLocally(simulated, value, options).result);
  }

  /** The part of the time of all slots that was worked, from `from` to `to`. */
  utilisation(from: number, to: number): number {
    let worked = 0;
    let slots = 0;
    for (const node of this.nodes.values()) {
      slots += node.traits.slots;
      for (const span of node.worked) {
        worked += Math.max(0, Math.min(to, span.to) - Math.max(from, span.from));
      }
    }
    return worked / (slots * (to - from));
  }

  /** As a job tells it to a node that holds something of it. */
  #inputOf(job: string, round: number): ChunkInput {
    const key = `${job} ${round}`;
    const known = this.#roundInputs.get(key);
    if (known !== undefined) return known;
    const state = this.job(job);
    // Whoever still works at a round that is over does so in vain.
    if (state?.round.n !== round) return { input: null, roundInput: null };
    const { spec } = state;
    const input = { input: JSON.parse(spec.input), roundInput: JSON.parse(state.round.input) };
    this.#roundInputs.set(key, input);
    return input;
  }

  #simulation(name: string): AnySimulation {
    const simulation = this.#simulations.get(name);
    if (simulation === undefined) throw new Error(`no such simulation: ${name}`);
    return simulation;
  }

  #heard(channel: string, data: unknown): void {
    const [namespace, key = ''] = channel.split(':');
    if (namespace === 'node') this.nodes.get(key)?.hear(data as NodePush);
    if (namespace !== 'job') return;
    this.views.set(key, data as JobView);
    this.viewTimes.set(key, [...(this.viewTimes.get(key) ?? []), this.queue.now]);
  }

  #check(actor: string, state: JobState | null): void {
    if (state === null || this.problems.length > 0) return;
    this.mostWaiting = Math.max(this.mostWaiting, state.round.waiting);
    this.problems.push(...jobProblems(state).map((problem) => `${actor}: ${problem}`));
    const { deadMs, heartbeatMs } = this.settings.times;
    for (const [token, { node }] of Object.entries(state.attempts)) {
      const since = this.nodes.get(node)?.silentSince ?? this.queue.now;
      if (this.queue.now - since <= deadMs + 2 * heartbeatMs) continue;
      this.problems.push(
        `${actor}: ${token} is at ${node}, silent for ${this.queue.now - since} ms`,
      );
    }
  }
}
