import type { PoolView } from '@belfry/protocol';
import type {
  DemandMessage,
  FleetQuestion,
  JobOverMessage,
  NodePage,
  NodeStateMessage,
} from '../../messages/fleet-messages.ts';
import type { GrantsMessage } from '../../messages/job-messages.ts';
import { allocate } from './allocate.ts';
import {
  grantChange,
  indexOf,
  kindText,
  mayUse,
  outboxOf,
  slotsAt,
  touch,
  type FleetEffects,
  type FleetJob,
  type FleetState,
  type FleetTurn,
  type NodeKind,
} from './fleet-state.ts';
import { clearNode, nodeAt, putNode } from './node-table.ts';

/** A node says how it is. */
export function nodeState({ state, settings }: FleetTurn, message: NodeStateMessage): void {
  const { node, name, owner, slots, trust, status } = message;
  const out = outboxOf(state);
  const { places, free } = indexOf(state);
  let at = places.get(node);
  const before = at === undefined ? null : nodeAt(state.nodes, at);
  if (at === undefined) {
    if (places.size >= settings.limits.nodesPerPool) {
      out.refusedNodes.push(node);
      return;
    }
    at = free.pop() ?? state.nodes.ids.length;
    places.set(node, at);
  }
  const kind = kindOf(state, message);
  const row = { name, owner, kind, slots, trust, status, speed: before?.speed ?? 0 };
  putNode(state.nodes, at, { id: node, ...row });
  if (before === null || before.slots !== slots || before.kind !== kind) out.share = true;
  if (before === null) return;
  const died = status === 'offline' && before.status !== 'offline';
  if (died) out.gone[node] = row;
  if (died || before.name !== name || before.owner !== owner || before.trust !== trust) {
    touchHolders(state, node, at);
  }
}

/** Jobs that have something of a node are to be told of it. */
function touchHolders(state: FleetState, node: string, at: number): void {
  for (const [key, job] of Object.entries(state.jobs)) {
    if (slotsAt(job, at) > 0) touch(state, Number(key), node);
  }
}

function kindOf(state: FleetState, { owner, access, simulations }: NodeStateMessage): number {
  // Who owns a node that everyone may use makes no difference.
  const kind: NodeKind = { owner: access.type === 'everyone' ? null : owner, access, simulations };
  const { kinds } = indexOf(state);
  const text = kindText(kind);
  const known = kinds.get(text);
  if (known !== undefined) return known;
  state.last += 1;
  kinds.set(text, state.last);
  state.kinds[state.last] = kind;
  return state.last;
}

export function nodeGone({ state }: FleetTurn, node: string): void {
  const { places, free } = indexOf(state);
  const at = places.get(node);
  if (at === undefined) return;
  const out = outboxOf(state);
  out.gone[node] = nodeAt(state.nodes, at);
  out.share = true;
  touchHolders(state, node, at);
  for (const job of Object.values(state.jobs)) {
    const i = job.grants.findIndex((place, k) => k % 2 === 0 && place === at);
    if (i >= 0) job.grants.splice(i, 2);
  }
  clearNode(state.nodes, at);
  places.delete(node);
  free.push(at);
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
  state.jobs[state.last] = {
    job,
    owner,
    title,
    priority,
    simulation,
    wanted,
    avoid,
    waiting: null,
    grants: [],
  };
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

function noteSpeeds(state: FleetState, reported: DemandMessage['speeds']): void {
  if (reported.length === 0) return;
  const { places } = indexOf(state);
  const { speeds } = state.nodes;
  for (const [node, speed] of reported) {
    const at = places.get(node);
    if (at === undefined) continue;
    const known = speeds[at] ?? 0;
    const before = known > 0 ? known : speed;
    speeds[at] = Number(((before + speed) / 2).toPrecision(2));
  }
}

/** Shares out what there is to share, and says what has changed. */
export function endFleetTurn(turn: FleetTurn): FleetEffects {
  const { state } = turn;
  const reasons = state.out?.share === true ? allocate(turn) : null;
  const { out } = state;
  if (out === undefined) return { grants: [], refusedNodes: [], refusedJobs: [] };
  const grants: [string, GrantsMessage][] = [];
  for (const [key, job] of Object.entries(state.jobs)) {
    const number = Number(key);
    const waiting = reasons?.get(number) ?? (reasons === null ? job.waiting : null);
    const touched = new Set(out.touched[number] ?? []);
    if (touched.size === 0 && waiting === job.waiting) continue;
    job.waiting = waiting;
    grants.push([job.job, { type: 'grants', changes: changesOf(state, job, touched), waiting }]);
  }
  delete state.out;
  return { grants, refusedNodes: out.refusedNodes, refusedJobs: out.refusedJobs };
}

function changesOf(
  state: FleetState,
  { grants }: FleetJob,
  touched: ReadonlySet<string>,
): GrantsMessage['changes'] {
  const slots = new Map<string, number>();
  for (let i = 0; i < grants.length; i += 2) {
    slots.set(state.nodes.ids[grants[i] as number] as string, grants[i + 1] as number);
  }
  return [...touched].flatMap((node) => grantChange(state, node, slots.get(node) ?? 0) ?? []);
}

export function poolView({ pool, state }: FleetTurn): PoolView {
  const { ids, slots } = state.nodes;
  let nodes = 0;
  let online = 0;
  for (let at = 0; at < ids.length; at++) {
    if (ids[at] === '') continue;
    nodes += 1;
    if (nodeAt(state.nodes, at).status !== 'offline') online += 1;
  }
  const jobs = Object.values(state.jobs).map(poolJob);
  return {
    pool,
    nodes,
    online,
    slots: slots.reduce((sum, count) => sum + count, 0),
    busy: jobs.reduce((sum, job) => sum + job.slots, 0),
    jobs,
  };
}

function poolJob(of: FleetJob): PoolView['jobs'][number] {
  const { job, title, owner, priority, wanted, grants } = of;
  const slots = grants.reduce((sum, each, i) => (i % 2 === 1 ? sum + each : sum), 0);
  return { job, title, owner, priority, slots, wanted };
}

export function nodePage(
  { state }: FleetTurn,
  { user, operator, cursor, limit }: Extract<FleetQuestion, { type: 'nodes' }>,
): NodePage {
  const { ids, kinds } = state.nodes;
  const visible: string[] = [];
  for (const [at, id] of ids.entries()) {
    if (id === '' || (cursor !== null && id <= cursor)) continue;
    const kind = state.kinds[kinds[at] as number];
    if (operator || (kind !== undefined && mayUse(kind, user))) visible.push(id);
  }
  visible.sort();
  const nodes = visible.slice(0, limit);
  return { nodes, cursor: visible.length > limit ? (nodes.at(-1) ?? null) : null };
}
