/** The processes of a fleet under torture: two Sentinels, two Beacons and the agents, each of which has many nodes. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClaimTokenReply, ClaimTokenRequest } from '@belfry/protocol';
import type { SeededRandom } from '@belfry/testkit';
import { FleetHttp } from '../fleet/load/fleet-http.ts';
import { createPart, type Part } from '../torture/deployment.ts';
import type { DeploymentSecrets } from '../torture/deployment-secrets.ts';
import type { AgentsPlan, NodePlan } from './agents/agent-protocol.ts';
import type { ChaosTarget } from './fleet-chaos.ts';
import { writeFleetConfig, type Pace } from './fleet-torture-config.ts';

const AGENTS = fileURLToPath(new URL('agents/agents-process.ts', import.meta.url));
/** Of each. */
const SERVERS = 2;
const AGENT_PROCESSES = 4;
/** Fewer than that are not worth a process. */
const NODES_OF_A_PROCESS = 12;
/** Nodes of so many people, whose results have to be confirmed at first. */
const OWNERS = 5;
/** Of all nodes: the operator's own, and those that lie. */
const TRUSTED_SHARE = 0.3;
const LIAR_SHARE = 0.1;

export interface FleetDeployment {
  readonly sentinels: readonly Part[];
  readonly agents: readonly ChaosTarget[];
  readonly all: readonly ChaosTarget[];
  /** Straight to each Sentinel. */
  readonly http: readonly FleetHttp[];
}

export interface FleetDeploymentOptions {
  readonly dir: string;
  readonly redisUrl: string;
  readonly secrets: DeploymentSecrets;
  readonly pace: Pace;
  readonly nodes: number;
  readonly random: SeededRandom;
}

/** Starts all of it; resolves when it answers. What is started is killed with this process. */
export async function startDeployment(options: FleetDeploymentOptions): Promise<FleetDeployment> {
  const { dir, redisUrl, secrets, pace } = options;
  const config = writeFleetConfig(dir, pace);
  const server = (role: 'sentinel' | 'beacon', n: number): Promise<Part> =>
    createPart({
      name: `${role}-${n + 1}`,
      args: ['--config', config, '--redis', redisUrl, '--role', role],
      env: secrets.env,
      dir,
    });
  const range = Array.from({ length: SERVERS }, (_, n) => n);
  const sentinels = await Promise.all(range.map((n) => server('sentinel', n)));
  const beacons = await Promise.all(range.map((n) => server('beacon', n)));
  await Promise.all([...sentinels, ...beacons].map((part) => part.start()));
  const http = sentinels.map(({ url }) => new FleetHttp({ url, connections: 16 }));
  const plans = await planNodes(options, http[0] as FleetHttp);
  const processes = Math.min(AGENT_PROCESSES, Math.ceil(plans.length / NODES_OF_A_PROCESS));
  const agents = await Promise.all(
    Array.from({ length: processes }, async (_, n): Promise<ChaosTarget> => {
      const nodes = plans.filter(({ number }) => number % processes === n);
      const plan: AgentsPlan = {
        dir: join(dir, 'nodes'),
        sentinels: sentinels.map(({ url }) => url),
        beacons: beacons.map(({ url }) => url),
        nodes,
        lateMs: pace.times.heartbeatMs,
      };
      const part = await createPart({
        name: `agents-${n + 1}`,
        script: [AGENTS, JSON.stringify(plan)],
        args: [],
        env: {},
        dir,
      });
      return { part, role: 'agents', nodes: nodes.map(({ number }) => number) };
    }),
  );
  await Promise.all(agents.map(({ part }) => part.start()));
  const all = [
    ...sentinels.map((part): ChaosTarget => ({ part, role: 'sentinel', nodes: [] })),
    ...beacons.map((part): ChaosTarget => ({ part, role: 'beacon', nodes: [] })),
    ...agents,
  ];
  return { sentinels, agents, all, http };
}

async function planNodes(
  { secrets, nodes, random }: FleetDeploymentOptions,
  http: FleetHttp,
): Promise<NodePlan[]> {
  const claim = async (token: string, more: ClaimTokenRequest): Promise<string> => {
    const body: ClaimTokenRequest = { access: { type: 'everyone' }, ttlMs: 86_400_000, ...more };
    const reply = await http.asked<ClaimTokenReply>(token, 'POST', { path: '/claims', body });
    return reply.claim;
  };
  const trusted = await claim(await secrets.operatorToken(), { trusted: true });
  const owned = await Promise.all(
    Array.from({ length: OWNERS }, async (_, n) => claim(await secrets.token(`owner-${n}`), {})),
  );
  return Array.from({ length: nodes }, (_, number): NodePlan => {
    const isTrusted = number < nodes * TRUSTED_SHARE;
    return {
      number,
      claim: isTrusted ? trusted : (owned[number % OWNERS] ?? ''),
      slots: random.int(1, 2),
      // A tenth to three times as fast as the usual.
      speed: 0.3 * 10 ** random.next(),
      liar: number >= nodes * (1 - LIAR_SHARE),
    };
  });
}
