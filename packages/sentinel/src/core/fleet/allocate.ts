import type { GrantsMessage } from '../../messages/job-messages.ts';
import {
  canRun,
  indexOf,
  mayUse,
  touch,
  type FleetJob,
  type FleetState,
  type FleetTurn,
  type NodeKind,
} from './fleet-state.ts';
import { shareOut, type Share, type ShareJob } from './shares.ts';

/** So often a job makes room for another in one turn, of each kind. */
const MOST_MOVES = 100;

/** A job with what is asked of it again and again. Nodes are named by their places. */
interface Claimant {
  readonly number: number;
  readonly job: FleetJob;
  readonly avoid: ReadonlySet<number>;
  readonly grants: Map<number, number>;
  /** Slots that it has now, by kind. */
  readonly has: Map<number, number>;
}

/** Nodes of one kind that take work. */
interface Group {
  readonly kind: number;
  readonly members: number[];
  capacity: number;
  /** How many jobs may use it. */
  rivals: number;
}

/** Slots that are granted of each node. */
type Used = Int32Array;

/** Shares the pool's slots out to its jobs, moving as few as it can. Tells jobs of what has changed, and why they wait. */
export function allocate({ state, settings }: FleetTurn): Map<number, GrantsMessage['waiting']> {
  const { places } = indexOf(state);
  const used: Used = new Int32Array(state.nodes.ids.length);
  const claimants = Object.entries(state.jobs).map(([number, job]): Claimant => {
    const avoid = new Set(job.avoid.flatMap((node) => places.get(node) ?? []));
    return { number: Number(number), job, avoid, grants: grantMap(job), has: new Map() };
  });
  const groups = groupNodes(state);
  for (const claimant of claimants) cleanGrants(state, claimant, used);
  countRivals(state, groups, claimants);
  const jobs = claimants.map((claimant) => shareJob(state, claimant, groups));
  const capacity = new Map(groups.values().map((group) => [group.kind, group.capacity]));
  const shares = shareOut(jobs, capacity, settings.userSlots);
  for (const group of groups.values()) settle(state, group, { claimants, shares, used });
  giveRest(state, groups, { claimants, used, userSlots: settings.userSlots });
  const kinds = [...groups.keys()].flatMap((kind) => state.kinds[kind] ?? []);
  const waiting = new Map<number, GrantsMessage['waiting']>();
  for (const { number, job, grants } of claimants) {
    job.grants = [...grants].flat();
    waiting.set(number, waitingOf(job, grants.size > 0, kinds));
  }
  return waiting;
}

function grantMap({ grants }: FleetJob): Map<number, number> {
  const map = new Map<number, number>();
  for (let i = 0; i < grants.length; i += 2) map.set(grants[i] as number, grants[i + 1] as number);
  return map;
}

/** Groups the nodes that take work, and forgets kinds that no node is of. */
function groupNodes(state: FleetState): Map<number, Group> {
  const { ids, kinds, slots } = state.nodes;
  const groups = new Map<number, Group>();
  const seen = new Set<number>();
  for (let at = 0; at < ids.length; at++) {
    if (ids[at] === '') continue;
    const kind = kinds[at] as number;
    seen.add(kind);
    const count = slots[at] as number;
    if (count === 0) continue;
    let group = groups.get(kind);
    if (group === undefined) {
      group = { kind, members: [], capacity: 0, rivals: 0 };
      groups.set(kind, group);
    }
    group.members.push(at);
    group.capacity += count;
  }
  for (const key of Object.keys(state.kinds)) {
    if (!seen.has(Number(key))) delete state.kinds[Number(key)];
  }
  return groups;
}

function setGrant(
  state: FleetState,
  { grants, number }: Claimant,
  { at, slots }: { readonly at: number; readonly slots: number },
): void {
  if ((grants.get(at) ?? 0) === slots) return;
  if (slots > 0) grants.set(at, slots);
  else grants.delete(at);
  touch(state, number, state.nodes.ids[at] as string);
}

/** Takes away what cannot stay: of nodes that it may not use or has no use for, and what there are no slots for any more. */
function cleanGrants(state: FleetState, claimant: Claimant, used: Used): void {
  const { job, avoid, grants, has } = claimant;
  const { kinds, slots: all } = state.nodes;
  for (const [at, slots] of grants) {
    const kind = kinds[at] as number;
    const kindOf = state.kinds[kind];
    const stays =
      kindOf !== undefined &&
      mayUse(kindOf, job.owner) &&
      canRun(kindOf, job.simulation) &&
      !avoid.has(at);
    const kept = stays ? Math.min(slots, (all[at] as number) - (used[at] as number)) : 0;
    setGrant(state, claimant, { at, slots: kept });
    used[at] = (used[at] as number) + kept;
    if (kept > 0) has.set(kind, (has.get(kind) ?? 0) + kept);
  }
}

function countRivals(
  state: FleetState,
  groups: ReadonlyMap<number, Group>,
  claimants: readonly Claimant[],
): void {
  for (const group of groups.values()) {
    const kind = state.kinds[group.kind];
    if (kind === undefined) continue;
    for (const { job } of claimants) if (mayUse(kind, job.owner)) group.rivals += 1;
  }
}

function shareJob(
  state: FleetState,
  { job, avoid, has }: Claimant,
  groups: ReadonlyMap<number, Group>,
): ShareJob {
  const usable: Group[] = [];
  for (const group of groups.values()) {
    const kind = state.kinds[group.kind];
    if (kind === undefined || !mayUse(kind, job.owner)) continue;
    if (canRun(kind, job.simulation)) usable.push(group);
  }
  const limits = new Map(
    // What few others may use first, so that the rest is left to them.
    usable.sort((a, b) => a.rivals - b.rivals).map(({ kind, capacity }) => [kind, capacity]),
  );
  for (const at of avoid) {
    const kind = state.nodes.kinds[at] as number;
    const limit = limits.get(kind);
    if (limit !== undefined) limits.set(kind, limit - (state.nodes.slots[at] as number));
  }
  return { user: job.owner, priority: job.priority, wanted: job.wanted, kinds: limits, has };
}

interface Settling {
  readonly claimants: readonly Claimant[];
  readonly shares: readonly Share[];
  readonly used: Used;
}

/** Makes the grants on the nodes of a kind what the shares say. */
function settle(state: FleetState, group: Group, settling: Settling): void {
  const { claimants, shares, used } = settling;
  const { kind, members } = group;
  const short: { readonly claimant: Claimant; slots: number }[] = [];
  for (const [i, claimant] of claimants.entries()) {
    const more = (shares[i]?.get(kind) ?? 0) - (claimant.has.get(kind) ?? 0);
    if (more < 0) takeBack(state, claimant, { kind, slots: -more, used });
    else if (more > 0) short.push({ claimant, slots: more });
  }
  if (short.length === 0) return;
  short.sort((a, b) => b.slots - a.slots);
  for (const at of members) {
    let free = (state.nodes.slots[at] as number) - (used[at] as number);
    for (const want of short) {
      if (free === 0) break;
      const slots = Math.min(free, want.slots);
      if (slots === 0 || want.claimant.avoid.has(at)) continue;
      addGrant(state, want.claimant, { at, slots, used });
      want.slots -= slots;
      free -= slots;
    }
  }
  let moves = MOST_MOVES;
  for (const { claimant, slots } of short) {
    for (let left = slots; left > 0 && moves > 0; left--, moves--) {
      if (!makeRoom(state, members, { claimant, claimants, used })) break;
    }
  }
}

/** What whose share it is cannot use, having avoided it, is anybody's: the highest priority's first, then his who has least. */
function giveRest(
  state: FleetState,
  groups: ReadonlyMap<number, Group>,
  rest: {
    readonly claimants: readonly Claimant[];
    readonly used: Used;
    readonly userSlots: number;
  },
): void {
  const { claimants, used, userSlots } = rest;
  const has = new Map(claimants.map((each) => [each, sumOf(each.grants.values())]));
  const ofUser = new Map<string, number>();
  for (const [{ job }, slots] of has) {
    ofUser.set(job.owner, (ofUser.get(job.owner) ?? 0) + slots);
  }
  const isHungry = (each: Claimant): boolean =>
    (has.get(each) ?? 0) < each.job.wanted && (ofUser.get(each.job.owner) ?? 0) < userSlots;
  for (const { kind, members } of groups.values()) {
    const kindOf = state.kinds[kind];
    const free = freeOf(state, members, used);
    // Where every slot is used there may be thousands of nodes, and of jobs that want more.
    if (kindOf === undefined || free.length === 0) continue;
    const hungry = claimants.filter(
      (each) =>
        isHungry(each) && mayUse(kindOf, each.job.owner) && canRun(kindOf, each.job.simulation),
    );
    if (hungry.length === 0) continue;
    hungry.sort((a, b) => b.job.priority - a.job.priority || (has.get(a) ?? 0) - (has.get(b) ?? 0));
    for (const at of free) {
      for (const claimant of hungry) {
        if (claimant.avoid.has(at)) continue;
        while ((used[at] as number) < (state.nodes.slots[at] as number) && isHungry(claimant)) {
          addGrant(state, claimant, { at, slots: 1, used });
          has.set(claimant, (has.get(claimant) ?? 0) + 1);
          ofUser.set(claimant.job.owner, (ofUser.get(claimant.job.owner) ?? 0) + 1);
        }
      }
    }
  }
}

/** The nodes that have a slot which nobody has. */
function freeOf(state: FleetState, members: readonly number[], used: Used): number[] {
  return members.filter((at) => (used[at] as number) < (state.nodes.slots[at] as number));
}

function sumOf(numbers: Iterable<number>): number {
  let sum = 0;
  for (const each of numbers) sum += each;
  return sum;
}

function takeBack(
  state: FleetState,
  claimant: Claimant,
  { kind, slots, used }: { readonly kind: number; readonly slots: number; readonly used: Used },
): void {
  let left = slots;
  // What came last goes first.
  for (const [at, has] of [...claimant.grants].reverse()) {
    if (left === 0) return;
    if (state.nodes.kinds[at] !== kind) continue;
    const taken = Math.min(has, left);
    addGrant(state, claimant, { at, slots: -taken, used });
    left -= taken;
  }
}

function addGrant(
  state: FleetState,
  claimant: Claimant,
  { at, slots, used }: { readonly at: number; readonly slots: number; readonly used: Used },
): void {
  setGrant(state, claimant, { at, slots: (claimant.grants.get(at) ?? 0) + slots });
  used[at] = (used[at] as number) + slots;
}

/**
 * The nodes with free slots are of no use to the claimant: another job moves to one of them and leaves its slot. False: that does not
 * help.
 */
function makeRoom(
  state: FleetState,
  members: readonly number[],
  room: {
    readonly claimant: Claimant;
    readonly claimants: readonly Claimant[];
    readonly used: Used;
  },
): boolean {
  const { claimant, claimants, used } = room;
  const free = freeOf(state, members, used);
  if (free.length === 0) return false;
  const own = new Set(members);
  for (const other of claimants) {
    if (other === claimant) continue;
    const target = free.find((at) => !other.avoid.has(at));
    if (target === undefined) continue;
    for (const at of other.grants.keys()) {
      if (!own.has(at) || claimant.avoid.has(at)) continue;
      addGrant(state, other, { at, slots: -1, used });
      addGrant(state, other, { at: target, slots: 1, used });
      addGrant(state, claimant, { at, slots: 1, used });
      return true;
    }
  }
  return false;
}

/** Why a job has no slots although it wants some; `null`: it has, or wants none. */
function waitingOf(
  job: FleetJob,
  granted: boolean,
  kinds: readonly NodeKind[],
): GrantsMessage['waiting'] {
  if (job.wanted === 0 || granted) return null;
  const usable = kinds.filter((kind) => mayUse(kind, job.owner));
  if (usable.length === 0) return 'no-nodes';
  return usable.some((kind) => canRun(kind, job.simulation)) ? 'busy' : 'no-capable-node';
}
