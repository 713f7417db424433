import type { GrantsMessage } from '../../messages/job-messages.ts';
import {
  canRun,
  mayUse,
  setGrant,
  type FleetJob,
  type FleetNode,
  type FleetState,
  type FleetTurn,
  type NodeKind,
} from './fleet-state.ts';
import { shareOut, type Share, type ShareJob } from './shares.ts';

/** So often a job makes room for another in one turn, of each kind. */
const MOST_MOVES = 100;

type Member = readonly [node: string, entry: FleetNode];

/** A job with what is asked of it again and again. */
interface Claimant {
  readonly number: number;
  readonly job: FleetJob;
  readonly avoid: ReadonlySet<string>;
  /** Slots that it has now, by kind. */
  readonly has: Map<number, number>;
}

/** Nodes of one kind. */
interface Group {
  readonly kind: number;
  readonly members: Member[];
  capacity: number;
  /** How many jobs may use it. */
  rivals: number;
}

/** Shares the pool's slots out to its jobs, moving as few as it can. */
export function allocate({ state, settings }: FleetTurn): void {
  const claimants = Object.entries(state.jobs).map(([number, job]): Claimant => {
    return { number: Number(number), job, avoid: new Set(job.avoid), has: new Map() };
  });
  const byNumber = new Map(claimants.map((claimant) => [claimant.number, claimant]));
  const groups = groupNodes(state);
  for (const group of groups.values()) cleanGrants(state, group, byNumber);
  countRivals(state, groups, claimants);
  const jobs = claimants.map((claimant) => shareJob(state, claimant, groups));
  const capacity = new Map(groups.values().map((group) => [group.kind, group.capacity]));
  const shares = shareOut(jobs, capacity, settings.userSlots);
  for (const group of groups.values()) settle(state, group, { claimants, shares });
  dropKinds(state);
}

function groupNodes(state: FleetState): Map<number, Group> {
  const groups = new Map<number, Group>();
  for (const [node, entry] of Object.entries(state.nodes)) {
    let group = groups.get(entry.kind);
    if (group === undefined) {
      group = { kind: entry.kind, members: [], capacity: 0, rivals: 0 };
      groups.set(entry.kind, group);
    }
    group.members.push([node, entry]);
    group.capacity += entry.slots;
  }
  return groups;
}

function countRivals(
  state: FleetState,
  groups: ReadonlyMap<number, Group>,
  claimants: readonly Claimant[],
): void {
  for (const group of groups.values()) {
    const kind = state.kinds[group.kind];
    if (kind === undefined || group.capacity === 0) continue;
    for (const { job } of claimants) if (mayUse(kind, job.owner)) group.rivals += 1;
  }
}

/** Takes away what cannot stay: of jobs that are over or may not use the node, and what there are no slots for any more. */
function cleanGrants(
  state: FleetState,
  { kind, members }: Group,
  claimants: ReadonlyMap<number, Claimant>,
): void {
  const kindOf = state.kinds[kind];
  for (const [node, entry] of members) {
    if (entry.grants === undefined) continue;
    let left = entry.slots;
    for (const [key, slots] of Object.entries(entry.grants)) {
      const number = Number(key);
      const claimant = claimants.get(number);
      const stays =
        claimant !== undefined &&
        kindOf !== undefined &&
        mayUse(kindOf, claimant.job.owner) &&
        canRun(kindOf, claimant.job.simulation) &&
        !claimant.avoid.has(node);
      const kept = stays ? Math.min(slots, left) : 0;
      left -= kept;
      setGrant(state, node, { job: number, slots: kept });
      if (claimant !== undefined && kept > 0) {
        claimant.has.set(kind, (claimant.has.get(kind) ?? 0) + kept);
      }
    }
  }
}

function shareJob(
  state: FleetState,
  { job, avoid, has }: Claimant,
  groups: ReadonlyMap<number, Group>,
): ShareJob {
  const usable: { readonly kind: number; readonly limit: number; readonly rivals: number }[] = [];
  for (const { kind, capacity, rivals } of groups.values()) {
    const kindOf = state.kinds[kind];
    if (capacity === 0 || kindOf === undefined) continue;
    if (!mayUse(kindOf, job.owner) || !canRun(kindOf, job.simulation)) continue;
    usable.push({ kind, limit: capacity, rivals });
  }
  const limits = new Map(
    // What few others may use first, so that the rest is left to them.
    usable.sort((a, b) => a.rivals - b.rivals).map(({ kind, limit }) => [kind, limit]),
  );
  for (const node of avoid) {
    const entry = state.nodes[node];
    const limit = entry === undefined ? undefined : limits.get(entry.kind);
    if (entry !== undefined && limit !== undefined) limits.set(entry.kind, limit - entry.slots);
  }
  return { user: job.owner, priority: job.priority, wanted: job.wanted, kinds: limits, has };
}

/** Makes the grants on the nodes of a kind what the shares say. */
function settle(
  state: FleetState,
  { kind, members }: Group,
  {
    claimants,
    shares,
  }: { readonly claimants: readonly Claimant[]; readonly shares: readonly Share[] },
): void {
  const short: { readonly claimant: Claimant; slots: number }[] = [];
  for (const [i, claimant] of claimants.entries()) {
    const more = (shares[i]?.get(kind) ?? 0) - (claimant.has.get(kind) ?? 0);
    if (more < 0) takeBack(state, members, { job: claimant.number, slots: -more });
    else if (more > 0) short.push({ claimant, slots: more });
  }
  if (short.length === 0) return;
  short.sort((a, b) => b.slots - a.slots);
  for (const [node, entry] of members) {
    let free = freeSlots(entry);
    for (const want of short) {
      if (free === 0) break;
      const slots = Math.min(free, want.slots);
      if (slots === 0 || want.claimant.avoid.has(node)) continue;
      addGrant(state, node, { job: want.claimant.number, slots });
      want.slots -= slots;
      free -= slots;
    }
  }
  let moves = MOST_MOVES;
  for (const { claimant, slots } of short) {
    for (let left = slots; left > 0 && moves > 0; left--, moves--) {
      if (!makeRoom(state, members, { claimants, claimant })) break;
    }
  }
}

function takeBack(
  state: FleetState,
  members: readonly Member[],
  { job, slots }: { readonly job: number; readonly slots: number },
): void {
  let left = slots;
  for (let i = members.length - 1; i >= 0 && left > 0; i--) {
    const [node, entry] = members[i] as Member;
    const has = entry.grants?.[job] ?? 0;
    const taken = Math.min(has, left);
    if (taken > 0) setGrant(state, node, { job, slots: has - taken });
    left -= taken;
  }
}

function freeSlots({ slots, grants }: FleetNode): number {
  let free = slots;
  for (const granted of Object.values(grants ?? {})) free -= granted;
  return Math.max(0, free);
}

function addGrant(
  state: FleetState,
  node: string,
  { job, slots }: { readonly job: number; readonly slots: number },
): void {
  const has = state.nodes[node]?.grants?.[job] ?? 0;
  setGrant(state, node, { job, slots: has + slots });
}

/**
 * The nodes with free slots are of no use to the claimant: another job moves to one of them and leaves its slot. False: that does not
 * help.
 */
function makeRoom(
  state: FleetState,
  members: readonly Member[],
  { claimants, claimant }: { readonly claimants: readonly Claimant[]; readonly claimant: Claimant },
): boolean {
  const free = members.filter(([, entry]) => freeSlots(entry) > 0);
  if (free.length === 0) return false;
  const avoids = new Map(claimants.map(({ number, avoid }) => [number, avoid]));
  for (const [node, entry] of members) {
    if (claimant.avoid.has(node)) continue;
    for (const key of Object.keys(entry.grants ?? {})) {
      const other = Number(key);
      if (other === claimant.number) continue;
      const target = free.find(([id]) => avoids.get(other)?.has(id) !== true);
      if (target === undefined) continue;
      setGrant(state, node, { job: other, slots: (entry.grants?.[other] ?? 1) - 1 });
      addGrant(state, target[0], { job: other, slots: 1 });
      addGrant(state, node, { job: claimant.number, slots: 1 });
      return true;
    }
  }
  return false;
}

/** Forgets kinds that no node is of. */
function dropKinds(state: FleetState): void {
  const used = new Set<number>();
  for (const { kind } of Object.values(state.nodes)) used.add(kind);
  for (const { kind } of Object.values(state.out?.gone ?? {})) used.add(kind);
  for (const key of Object.keys(state.kinds)) {
    if (!used.has(Number(key))) delete state.kinds[Number(key)];
  }
}

/** Kinds of which there is a node that takes work. */
export function kindsWithSlots(state: FleetState): NodeKind[] {
  const numbers = new Set<number>();
  for (const { kind, slots } of Object.values(state.nodes)) if (slots > 0) numbers.add(kind);
  return [...numbers].flatMap((number) => state.kinds[number] ?? []);
}

/** Why a job has no slots although it wants some; `null`: it has, or wants none. */
export function waitingOf(
  job: FleetJob,
  granted: number,
  kinds: readonly NodeKind[],
): GrantsMessage['waiting'] {
  if (job.wanted === 0 || granted > 0) return null;
  const usable = kinds.filter((kind) => mayUse(kind, job.owner));
  if (usable.length === 0) return 'no-nodes';
  return usable.some((kind) => canRun(kind, job.simulation)) ? 'busy' : 'no-capable-node';
}
