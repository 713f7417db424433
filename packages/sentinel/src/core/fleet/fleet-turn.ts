import type { PoolView } from '@belfry/protocol';
import type {
  DemandMessage,
  FleetQuestion,
  JobOverMessage,
  NodePage,
  NodeStateMessage,
} from '../../messages/fleet-messages.ts';
import type { GrantsMessage } from '../../messages/job-messages.ts';
import { allocate, kindsWithSlots, waitingOf } from './allocate.ts';
import {
  grantChange,
  mayUse,
  outboxOf,
  touch,
  type FleetEffects,
  type FleetJob,
  type FleetNode,
  type FleetState,
  type FleetTurn,
  type NodeKind,
} from './fleet-state.ts';

/** A node says how it is. */
export function nodeState({ state, settings }: FleetTurn, message: NodeStateMessage): void {
  const { node, name, slots, trust, status } = message;
  const out = outboxOf(state);
  const before = state.nodes[node];
  if (before === undefined && Object.keys(state.nodes).length >= settings.limits.nodesPerPool) {
    out.refusedNodes.push(node);
    return;
  }
  const kind = kindOf(state, message);
  const { status: _status, ...kept } = before ?? { grants: undefined, speed: undefined };
  const entry: FleetNode = {
    ...(kept.speed !== undefined && { speed: kept.speed }),
    ...(kept.grants !== undefined && { grants: kept.grants }),
    name,
    kind,
    slots,
    trust,
    ...(status !== 'online' && { status }),
  };
  state.nodes[node] = entry;
  if (before?.slots !== slots || before.kind !== kind) out.share = true;
  const told = before?.name !== name || before.trust !== trust || before.kind !== kind;
  for (const job of Object.keys(before?.grants ?? {})) if (told) touch(state, Number(job), node);
  if (status === 'offline' && before !== undefined) {
    out.gone[node] = entry;
    for (const job of Object.keys(before.grants ?? {})) touch(state, Number(job), node);
  }
}

function kindOf(state: FleetState, { owner, access, simulations }: NodeStateMessage): number {
  const out = outboxOf(state);
  out.kinds ??= Object.fromEntries(
    Object.entries(state.kinds).map(([key, kind]) => [kindText(kind), Number(key)]),
  );
  const text = kindText({ owner, access, simulations });
  const known = out.kinds[text];
  if (known !== undefined) return known;
  state.last += 1;
  out.kinds[text] = state.last;
  state.kinds[state.last] = { owner, access, simulations };
  return state.last;
}

function kindText({ owner, access, simulations }: NodeKind): string {
  return JSON.stringify([owner, access, simulations]);
}

export function nodeGone({ state }: FleetTurn, node: string): void {
  const entry = state.nodes[node];
  if (entry === undefined) return;
  const out = outboxOf(state);
  delete state.nodes[node];
  for (const job of Object.keys(entry.grants ?? {})) touch(state, Number(job), node);
  delete entry.grants;
  out.gone[node] = entry;
  out.share = true;
}

/** A job says what it could use; the first time it joins. */
export function jobDemand(turn: FleetTurn, message: DemandMessage): void {
  const { state } = turn;
  const { job, owner, title, priority, simulation, wanted, avoid } = message;
  const out = outboxOf(state);
  out.share = true;
  noteSpeeds(state, message.speeds);
  const known = Object.values(state.jobs).find((other) => other.job === job);
  if (known !== undefined) {
    known.wanted = wanted;
    known.avoid = avoid;
    known.title = title;
    return;
  }
  const problem = whyFull(turn, owner);
  if (problem !== null) {
    out.refusedJobs.push({ job, message: problem });
    return;
  }
  state.last += 1;
  const waiting = null;
  state.jobs[state.last] = { job, owner, title, priority, simulation, wanted, avoid, waiting };
}

function whyFull({ pool, state, settings }: FleetTurn, owner: string): string | null {
  const { jobsPerPool, jobsPerUser } = settings.limits;
  const jobs = Object.values(state.jobs);
  if (jobs.length >= jobsPerPool) {
    return `pool: ${pool} has ${jobsPerPool} jobs that have not ended (fleet.limits.pool_jobs); submit it again when some have`;
  }
  if (jobs.filter((job) => job.owner === owner).length >= jobsPerUser) {
    return `owner: ${jobsPerUser} of your jobs have not ended (fleet.limits.user_jobs); cancel some, or submit it again when they have`;
  }
  return null;
}

export function jobOver({ state }: FleetTurn, { job, speeds }: JobOverMessage): void {
  noteSpeeds(state, speeds);
  for (const [key, known] of Object.entries(state.jobs)) {
    if (known.job !== job) continue;
    delete state.jobs[Number(key)];
    outboxOf(state).share = true;
  }
}

function noteSpeeds(state: FleetState, speeds: DemandMessage['speeds']): void {
  for (const [node, speed] of speeds) {
    const entry = state.nodes[node];
    if (entry === undefined) continue;
    const before = entry.speed ?? speed;
    entry.speed = Number(((before + speed) / 2).toPrecision(2));
  }
}

/** Shares out what there is to share, and says what has changed. */
export function endFleetTurn(turn: FleetTurn): FleetEffects {
  const { state } = turn;
  if (state.out?.share === true) allocate(turn);
  const { out } = state;
  if (out === undefined) return { grants: [], refusedNodes: [], refusedJobs: [] };
  const granted = out.share ? grantedSlots(state) : null;
  const kinds = out.share ? kindsWithSlots(state) : [];
  const grants: [string, GrantsMessage][] = [];
  for (const [key, job] of Object.entries(state.jobs)) {
    const number = Number(key);
    const waiting =
      granted === null ? job.waiting : waitingOf(job, granted.get(number) ?? 0, kinds);
    const touched = new Set(out.touched[number] ?? []);
    if (touched.size === 0 && waiting === job.waiting) continue;
    job.waiting = waiting;
    const changes = [...touched].flatMap((node) => grantChange(state, node, number) ?? []);
    grants.push([job.job, { type: 'grants', changes, waiting }]);
  }
  delete state.out;
  return { grants, refusedNodes: out.refusedNodes, refusedJobs: out.refusedJobs };
}

function grantedSlots(state: FleetState): Map<number, number> {
  const granted = new Map<number, number>();
  for (const { grants } of Object.values(state.nodes)) {
    if (grants === undefined) continue;
    for (const [key, slots] of Object.entries(grants)) {
      granted.set(Number(key), (granted.get(Number(key)) ?? 0) + slots);
    }
  }
  return granted;
}

export function poolView({ pool, state }: FleetTurn): PoolView {
  const granted = grantedSlots(state);
  const nodes = Object.values(state.nodes);
  const online = nodes.filter(({ status }) => status !== 'offline');
  return {
    pool,
    nodes: nodes.length,
    online: online.length,
    slots: nodes.reduce((sum, { slots }) => sum + slots, 0),
    busy: granted.values().reduce((sum, slots) => sum + slots, 0),
    jobs: Object.entries(state.jobs).map(([key, job]) => poolJob(job, granted.get(Number(key)))),
  };
}

function poolJob(
  { job, title, owner, priority, wanted }: FleetJob,
  slots = 0,
): PoolView['jobs'][number] {
  return { job, title, owner, priority, slots, wanted };
}

export function nodePage(
  { state }: FleetTurn,
  { user, operator, cursor, limit }: Extract<FleetQuestion, { type: 'nodes' }>,
): NodePage {
  const visible = Object.entries(state.nodes)
    .filter(([node, { kind }]) => {
      const kindOfNode = state.kinds[kind];
      if (cursor !== null && node <= cursor) return false;
      return operator || (kindOfNode !== undefined && mayUse(kindOfNode, user));
    })
    .map(([node]) => node)
    .sort();
  const nodes = visible.slice(0, limit);
  return { nodes, cursor: visible.length > limit ? (nodes.at(-1) ?? null) : null };
}
