import type { NodeAccess } from '@belfry/protocol';
import type { FleetSettings } from '../../fleet-settings.ts';
import type { GrantChange } from '../../messages/grant-change.ts';
import type { GrantsMessage } from '../../messages/job-messages.ts';
import { emptyTable, nodeAt, type NodeRow, type NodeTable } from './node-table.ts';

/** A pool, as it is committed. */
export interface FleetState {
  readonly nodes: NodeTable;
  /** What nodes have in common, by a number. */
  kinds: Record<number, NodeKind>;
  /** By a number. */
  jobs: Record<number, FleetJob>;
  /** The last number that was given to a job or a kind. */
  last: number;
  /** What the turn has to say at its end; never committed. */
  out?: FleetOutbox;
}

/** Nodes of one kind may be used by the same users, and run the same simulations. */
export interface NodeKind {
  /** `null`: whoever it is, everyone may use it. */
  readonly owner: string | null;
  readonly access: NodeAccess;
  readonly simulations: readonly string[] | null;
}

export interface FleetJob {
  readonly job: string;
  readonly owner: string;
  title: string;
  readonly priority: number;
  readonly simulation: string;
  wanted: number;
  avoid: readonly string[];
  /** As the job was told. */
  waiting: GrantsMessage['waiting'];
  /** Slots by the places of nodes: `[place, slots, place, slots, …]`. */
  grants: number[];
}

export interface FleetOutbox {
  /** Slots are to be shared anew. */
  share: boolean;
  /** The places of nodes by their ids, those that are free, and the numbers of kinds by what they are; looked up once a turn. */
  index: FleetIndex | null;
  /** By the number of a job: nodes of which it is to be told. */
  touched: Record<number, string[]>;
  /** Nodes that have died or been removed, as they were. */
  gone: Record<string, NodeRow>;
  refusedNodes: string[];
  refusedJobs: { readonly job: string; readonly message: string }[];
}

export interface FleetIndex {
  readonly places: Map<string, number>;
  readonly free: number[];
  readonly kinds: Map<string, number>;
}

export interface FleetTurn {
  readonly pool: string;
  readonly state: FleetState;
  readonly settings: FleetSettings;
}

/** What a fleet says at the end of a turn. */
export interface FleetEffects {
  readonly grants: readonly (readonly [job: string, message: GrantsMessage])[];
  readonly refusedNodes: readonly string[];
  readonly refusedJobs: FleetOutbox['refusedJobs'];
}

export function emptyFleet(): FleetState {
  return { nodes: emptyTable(), kinds: {}, jobs: {}, last: 0 };
}

export function outboxOf(state: FleetState): FleetOutbox {
  return (state.out ??= {
    share: false,
    index: null,
    touched: {},
    gone: {},
    refusedNodes: [],
    refusedJobs: [],
  });
}

export function indexOf(state: FleetState): FleetIndex {
  const out = outboxOf(state);
  if (out.index !== null) return out.index;
  const places = new Map<string, number>();
  const free: number[] = [];
  for (const [at, id] of state.nodes.ids.entries()) {
    if (id === '') free.push(at);
    else places.set(id, at);
  }
  const kinds = new Map<string, number>();
  for (const [key, kind] of Object.entries(state.kinds)) kinds.set(kindText(kind), Number(key));
  out.index = { places, free, kinds };
  return out.index;
}

export function kindText({ owner, access, simulations }: NodeKind): string {
  return JSON.stringify([owner, access, simulations]);
}

/** The job is to be told of the node. */
export function touch(state: FleetState, job: number, node: string): void {
  (outboxOf(state).touched[job] ??= []).push(node);
}

export function mayUse(
  { owner, access }: { readonly owner: string | null; readonly access: NodeAccess },
  user: string,
): boolean {
  if (owner === user || access.type === 'everyone') return true;
  return access.type === 'users' && access.users.includes(user);
}

export function canRun({ simulations }: NodeKind, simulation: string): boolean {
  return simulations === null || simulations.includes(simulation);
}

/** Slots that a job has of the node at a place. */
export function slotsAt({ grants }: FleetJob, at: number): number {
  for (let i = 0; i < grants.length; i += 2) if (grants[i] === at) return grants[i + 1] ?? 0;
  return 0;
}

/** What a job is told of a node. */
export function grantChange(state: FleetState, node: string, slots: number): GrantChange | null {
  const gone = state.out?.gone[node];
  const at = indexOf(state).places.get(node);
  const row = at === undefined ? gone : nodeAt(state.nodes, at);
  if (row === undefined) return null;
  const { name, owner, trust, speed } = row;
  return {
    node,
    slots,
    name,
    owner,
    trust,
    speed: speed > 0 ? speed : null,
    ...(gone !== undefined && { gone: true }),
  };
}
