import {
  createAsker,
  createRunner,
  type Asker,
  type Runner,
  type RunnerEvent,
} from '@belfry/actors';
import {
  encodeActorMessage,
  nodeChannel,
  runChunk,
  type AnySimulation,
  type Attempt,
  type ChunkInput,
  type HoldsReply,
  type JobResult,
  type JobView,
  type NodePush,
  type SubmitRequest,
} from '@belfry/protocol';
import {
  openEmbeddedStore,
  openRedisStore,
  shareChannels,
  type ChannelStore,
  type Store,
} from '@belfry/store';
import { startRedis } from '@belfry/testkit';
import { createFleetActors, type FleetActors } from '../create-fleet-actors.ts';
import { DEFAULT_FLEET_SETTINGS, type FleetSettings } from '../fleet-settings.ts';
import type { JobQuestion } from '../messages/job-messages.ts';
import { resultDigest } from '../result-digest.ts';

/** On a busy machine, behind many results. */
const PATIENT = { timeoutMs: 60_000, inboxLimit: 1_000_000 };

const VERSION = `sha256-${'0'.repeat(64)}`;

export interface LiveFleetInput {
  readonly simulations: readonly AnySimulation[];
  readonly settings?: Partial<FleetSettings>;
}

/** A fleet on a real store, with runners and nodes in this process. */
export class LiveFleet implements AsyncDisposable {
  readonly store: Store;
  readonly settings: FleetSettings;
  readonly actors: FleetActors;
  readonly runners: Runner[] = [];
  readonly events: RunnerEvent[] = [];
  readonly #channels: () => ChannelStore;
  readonly #asker: Asker;
  readonly #simulations: ReadonlyMap<string, AnySimulation>;
  readonly #nodes: LiveNode[] = [];

  constructor(store: Store, { simulations, settings = {} }: LiveFleetInput) {
    this.store = store;
    this.settings = { ...DEFAULT_FLEET_SETTINGS, ...settings };
    this.#simulations = new Map(simulations.map((each) => [each.name, each]));
    this.actors = createFleetActors({
      simulations: new Map(
        simulations.map((simulation) => [simulation.name, { version: VERSION, simulation }]),
      ),
      settings: this.settings,
    });
    this.#channels = shareChannels(store.channels);
    const { actors, partitions } = store;
    this.#asker = createAsker({
      store: { actors, partitions, channels: this.#channels() },
      id: 'live',
    });
  }

  async startRunner(): Promise<Runner> {
    const runner = createRunner({
      store: this.store,
      actors: this.actors.actors,
      roles: ['worker', 'ticker'],
      id: `runner-${this.runners.length}`,
      secret: 'secret',
      historyFor: () => ({ size: 1, ttlMs: 60_000, metaTtlMs: 60_000 }),
      onEvent: (event) => void this.events.push(event),
    });
    await runner.run();
    this.runners.push(runner);
    return runner;
  }

  async addNode(id: string, traits: LiveTraits): Promise<LiveNode> {
    const simulation = (name: string): AnySimulation => {
      const known = this.#simulations.get(name);
      if (known === undefined) throw new Error(`no such simulation: ${name}`);
      return known;
    };
    const channels = this.#channels();
    const { store, settings } = this;
    const node = new LiveNode(id, traits, {
      store,
      channels,
      asker: this.#asker,
      settings,
      simulation,
    });
    this.#nodes.push(node);
    await node.start();
    return node;
  }

  async submit(job: string, request: Omit<SubmitRequest, 'key'>, owner = 'ann'): Promise<void> {
    const message = { type: 'submit', owner, operator: true, request: { seed: 7, ...request } };
    await this.#asker.create(`job/${job}`, message, PATIENT);
  }

  ask(job: string, question: JobQuestion): Promise<unknown> {
    return this.#asker.ask(`job/${job}`, question, PATIENT);
  }

  async view(job: string): Promise<JobView> {
    return (await this.ask(job, { type: 'view' })) as JobView;
  }

  async result(job: string): Promise<JobResult> {
    return (await this.ask(job, { type: 'result-of-job' })) as JobResult;
  }

  /** What runners told that ought not to be. */
  problems(): unknown[] {
    const bad = new Set(['turn-failed', 'invalid-messages', 'suspended', 'engine-error']);
    return this.events.filter(({ type }) => bad.has(type));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.#nodes) node.stop();
    await Promise.all(this.runners.map((runner) => runner.drain()));
    await this.#asker.close();
    await this.store.close();
  }
}

export interface LiveTraits {
  readonly slots: number;
  readonly trusted?: boolean;
  readonly owner?: string;
  /** Does no more than to say that it is done. Default false. */
  readonly idle?: boolean;
  /** Takes what it is given and never answers. */
  readonly silent?: boolean;
  /** It hears nothing that is pushed, and asks again and again. */
  readonly deaf?: boolean;
}

interface LiveHome {
  readonly store: Store;
  readonly channels: ChannelStore;
  readonly asker: Asker;
  readonly settings: FleetSettings;
  readonly simulation: (name: string) => AnySimulation;
}

/** A node without HTTP: it talks to the actors as the API would. */
export class LiveNode {
  readonly #id: string;
  readonly #traits: LiveTraits;
  readonly #home: LiveHome;
  readonly #inputs = new Map<string, Promise<ChunkInput>>();
  readonly #seen = new Set<string>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #stopped = false;

  constructor(id: string, traits: LiveTraits, home: LiveHome) {
    this.#id = id;
    this.#traits = traits;
    this.#home = home;
  }

  async start(): Promise<void> {
    const { channels, asker, settings } = this.#home;
    const { slots, trusted = false, owner = 'lab' } = this.#traits;
    channels.attach({
      onPublication: (_channel, { body }) => {
        const { data } = JSON.parse(body) as { data: NodePush };
        if (data.type === 'assigned' && this.#traits.deaf !== true) this.#take(data.attempts);
      },
      onSignal: () => {},
      onInterrupted: () => void this.#beat(),
    });
    await channels.subscribe(nodeChannel(this.#id));
    await asker.create(
      `node/${this.#id}`,
      {
        type: 'register',
        publicKey: 'key',
        name: this.#id,
        capabilities: { slots, runtime: 'node', platform: 'lab', version: '1' },
        claim: { owner, pool: 'default', access: { type: 'everyone' }, trusted },
      },
      PATIENT,
    );
    this.#timer = setInterval(() => void this.#beat(), settings.times.heartbeatMs);
  }

  /** As if it were killed. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    if (this.#stopped) return;
    const message = {
      type: 'heartbeat',
      slots: this.#traits.slots,
      draining: false,
      progress: [],
    };
    try {
      const reply = await this.#home.asker.ask(`node/${this.#id}`, message);
      this.#take((reply as HoldsReply).attempts);
    } catch {
      // The next one may get through.
    }
  }

  #take(attempts: readonly Attempt[]): void {
    if (this.#stopped) return;
    const fresh = attempts.filter(({ attempt }) => !this.#seen.has(attempt));
    if (fresh.length === 0) return;
    for (const { attempt } of fresh) this.#seen.add(attempt);
    this.#send(`node/${this.#id}`, {
      type: 'ack',
      attempts: fresh.map(({ attempt, job }) => ({ attempt, job })),
    });
    if (this.#traits.silent === true) return;
    for (const attempt of fresh) void this.#run(attempt);
  }

  async #run(attempt: Attempt): Promise<void> {
    if (this.#traits.idle === true) {
      this.#answer(attempt, 'null');
      return;
    }
    const key = `${attempt.job} ${attempt.round}`;
    let input = this.#inputs.get(key);
    if (input === undefined) {
      input = this.#home.asker.ask(`job/${attempt.job}`, {
        type: 'input',
        node: this.#id,
        round: attempt.round,
      }) as Promise<ChunkInput>;
      this.#inputs.set(key, input);
    }
    try {
      const simulation = this.#home.simulation(attempt.simulation);
      const json = runChunk(simulation, { attempt, ...(await input) });
      if (!this.#stopped) this.#answer(attempt, json);
    } catch {
      // The job is over, or it is no round of it any more.
      this.#inputs.delete(key);
    }
  }

  #answer({ attempt, job }: Attempt, json: string): void {
    this.#send(
      `job/${job}`,
      {
        type: 'result',
        node: this.#id,
        attempt,
        ms: 1,
        result: json,
        digest: resultDigest(JSON.parse(json)),
      },
      attempt,
    );
  }

  #send(to: `${string}/${string}`, data: unknown, id?: string): void {
    const body = encodeActorMessage({ type: 'message', from: { type: 'system' }, data });
    const send = { to, body, mustExist: true, inboxLimit: 20_000, ...(id !== undefined && { id }) };
    // What is lost when the store closes is not what is looked at.
    this.#home.store.actors.send(send).catch(() => {});
  }
}

/** The stores that a fleet is tried on. */
export const STORES: readonly (readonly [
  name: string,
  open: (input: LiveFleetInput) => Promise<LiveFleet>,
])[] = [
  [
    'embedded',
    async (input) =>
      openFleet(await openEmbeddedStore({ dataDir: ':memory:', partitions: 16 }), input),
  ],
  ['redis', openOnRedis],
];

async function openOnRedis(input: LiveFleetInput): Promise<LiveFleet> {
  const redis = await startRedis();
  const store = await openRedisStore({ url: redis.url, partitions: 16 });
  const fleet = await openFleet(store, input);
  const close = fleet[Symbol.asyncDispose].bind(fleet);
  fleet[Symbol.asyncDispose] = async () => {
    await close();
    await redis[Symbol.asyncDispose]();
  };
  return fleet;
}

/** A fleet on a store; closing the one closes the other. */
export async function openFleet(store: Store, input: LiveFleetInput): Promise<LiveFleet> {
  const fleet = new LiveFleet(store, input);
  await fleet.startRunner();
  return fleet;
}
