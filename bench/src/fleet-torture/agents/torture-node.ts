import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt } from '@belfry/protocol';
import { type BelfryNode, createNodeAgent } from '@belfry/node';
import { type FaultProxy, startFaultProxy } from '@belfry/testkit';
import { FleetHttp } from '../../fleet/load/fleet-http.ts';
import { NodeSigner } from '../../fleet/load/node-signer.ts';
import type { AgentsPlan, NodeFault, NodePlan } from './agent-protocol.ts';
import { SimulatedSlot, type Temper } from './simulated-slot.ts';

/** A real agent behind two proxies, that fails when it is told to. */
export class TortureNode {
  readonly number: number;
  ran = 0;
  sentTwice = 0;
  sentLate = 0;
  readonly failures: string[] = [];
  readonly #plan: NodePlan;
  readonly #process: AgentsPlan;
  readonly #temper: Temper;
  readonly #slot: SimulatedSlot;
  readonly #sentinel: FaultProxy;
  readonly #beacon: FaultProxy;
  readonly #http: FleetHttp;
  /** What lasts of each fault: when it is over, in ms of `performance.now`. */
  readonly #until = new Map<NodeFault, number>();
  #agent: BelfryNode | null = null;
  #isStopping = false;

  private constructor(
    plan: NodePlan,
    of: AgentsPlan,
    [sentinel, beacon]: [FaultProxy, FaultProxy],
  ) {
    this.number = plan.number;
    this.#plan = plan;
    this.#process = of;
    this.#sentinel = sentinel;
    this.#beacon = beacon;
    this.#http = new FleetHttp({ url: sentinel.url, connections: 2 });
    this.#temper = {
      speed: plan.speed,
      frozenUntil: 0,
      lie: plan.liar ? plan.number : null,
    };
    this.#slot = new SimulatedSlot({
      temper: this.#temper,
      // Never so seldom that it would earn trust.
      liesEvery: 1 + (plan.number % 3),
      onResult: (attempt, json) => this.#hasResult(attempt, json),
      onLate: (attempt, json) => void this.#sendLate(attempt, json),
    });
  }

  static async create(plan: NodePlan, of: AgentsPlan): Promise<TortureNode> {
    const turned = (urls: readonly string[]): string[] =>
      urls.map((_, i) => urls[(i + plan.number) % urls.length] ?? '');
    const proxies = await Promise.all(
      [of.sentinels, of.beacons].map((urls) => startFaultProxy({ target: turned(urls) })),
    );
    return new TortureNode(plan, of, proxies as [FaultProxy, FaultProxy]);
  }

  /** Its id; `null`: it does not run. */
  get node(): string | null {
    return this.#agent?.node ?? null;
  }

  get lies(): number {
    return this.#slot.lies;
  }

  start(): void {
    if (this.#agent !== null || this.#isStopping) return;
    const { claim, slots, number } = this.#plan;
    const agent = createNodeAgent({
      url: this.#sentinel.url,
      beaconUrl: this.#beacon.url,
      name: `node ${number}`,
      claim,
      dataDir: this.#dataDir,
      slots,
      simulations: ['harmonic'],
      executor: this.#slot,
    });
    this.#agent = agent;
    agent.run().then(
      (end) => {
        if (end.type !== 'stopped' && end.type !== 'drained') this.#failed(JSON.stringify(end));
      },
      (error: unknown) => this.#failed(String(error)),
    );
  }

  fault(fault: NodeFault, forMs: number): void {
    this.#until.set(fault, performance.now() + forMs);
    this.#apply();
    if (fault === 'freeze') this.#temper.frozenUntil = performance.now() + forMs;
    if (fault === 'die') this.#die();
    setTimeout(() => this.#apply(), forMs + 1);
    if (fault === 'die') setTimeout(() => this.start(), forMs + 1);
  }

  /** Ends it as an operator would. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#until.clear();
    this.#apply();
    await this.#agent?.drain(1_000);
    this.#http.close();
    await Promise.all([this.#sentinel[Symbol.asyncDispose](), this.#beacon[Symbol.asyncDispose]()]);
  }

  get #dataDir(): string {
    return join(this.#process.dir, `node-${this.number}`);
  }

  #die(): void {
    const agent = this.#agent;
    this.#agent = null;
    agent?.stop().catch((error: unknown) => this.#failed(String(error)));
  }

  #failed(why: string): void {
    this.failures.push(`node ${this.number}: ${why}`);
  }

  #lasts(fault: NodeFault): boolean {
    return performance.now() < (this.#until.get(fault) ?? 0);
  }

  /** Brings about what lasts now. */
  #apply(): void {
    const { speed } = this.#plan;
    this.#temper.speed = this.#lasts('slow') ? speed / 10 : speed;
    const isCut = this.#lasts('cut') || this.#lasts('die');
    const isSilent = this.#lasts('silence') || this.#lasts('freeze');
    for (const proxy of [this.#sentinel, this.#beacon]) {
      if (isCut) proxy.refuse();
      else if (isSilent) proxy.blackHole();
      else proxy.heal();
    }
  }

  /** True: it is kept back. */
  #hasResult(attempt: Attempt, json: string): boolean {
    this.ran++;
    if (this.#lasts('twice')) void this.#sendTwice(attempt, json);
    return this.#lasts('late');
  }

  async #sendTwice(attempt: Attempt, json: string): Promise<void> {
    this.sentTwice++;
    // Some before the agent's own, some long after it.
    for (const ms of [0, 100, 3_000]) {
      await sleep(ms);
      await this.#send(attempt, json);
    }
  }

  async #sendLate(attempt: Attempt, json: string): Promise<void> {
    this.sentLate++;
    await sleep(this.#process.lateMs);
    await this.#send(attempt, json);
  }

  /** As whoever has the node's key can. */
  async #send({ attempt, job }: Attempt, json: string): Promise<void> {
    if (this.#isStopping) return;
    try {
      const pem = readFileSync(join(this.#dataDir, 'node-key.pem'), 'utf8');
      const body = `{"results":[{"attempt":"${attempt}","job":"${job}","ms":1,"result":${json}}]}`;
      await this.#http.signed(NodeSigner.fromPem(pem), 'complete', body);
    } catch {
      // Once more or not: nobody may rely on it.
    }
  }
}
