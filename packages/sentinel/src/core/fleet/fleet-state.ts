import type { NodeAccess, NodeStatus } from '@belfry/protocol';
import type { FleetSettings } from '../../fleet-settings.ts';
import type { GrantChange, Trust } from '../../messages/grant-change.ts';
import type { GrantsMessage } from '../../messages/job-messages.ts';

/** A pool, as it is committed: every node of it is in here, so that each takes little. */
export interface FleetState {
  nodes: Record<string, FleetNode>;
  /** What nodes have in common, by a number. */
  kinds: Record<number, NodeKind>;
  /** By a number. */
  jobs: Record<number, FleetJob>;
  /** The last number that was given to a job or a kind. */
  last: number;
  /** What the turn has to say at its end; never committed. */
  out?: FleetOutbox;
}

/** Nodes of one kind are the same to any job, but for their speed. */
export interface NodeKind {
  readonly owner: string;
  readonly access: NodeAccess;
  readonly simulations: readonly string[] | null;
}

export interface FleetNode {
  name: string;
  kind: number;
  slots: number;
  trust: Trust;
  /** Absent: online. */
  status?: NodeStatus;
  /** Absent: nobody knows. */
  speed?: number;
  /** Slots by the numbers of jobs. Absent: none. */
  grants?: Record<number, number>;
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
}

export interface FleetOutbox {
  /** Slots are to be shared anew. */
  share: boolean;
  /** The numbers of kinds by what they are; `null`: not looked up yet. */
  kinds: Record<string, number> | null;
  /** By the number of a job: nodes of which it is to be told. */
  touched: Record<number, string[]>;
  /** Nodes that have died or been removed. */
  gone: Record<string, FleetNode>;
  refusedNodes: string[];
  refusedJobs: { readonly job: string; readonly message: string }[];
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
  return { nodes: {}, kinds: {}, jobs: {}, last: 0 };
}

export function outboxOf(state: FleetState): FleetOutbox {
  return (state.out ??= {
    share: false,
    kinds: null,
    touched: {},
    gone: {},
    refusedNodes: [],
    refusedJobs: [],
  });
}

/** The job is to be told of the node. */
export function touch(state: FleetState, job: number, node: string): void {
  (outboxOf(state).touched[job] ??= []).push(node);
}

export function setGrant(
  state: FleetState,
  node: string,
  { job, slots }: { readonly job: number; readonly slots: number },
): void {
  const entry = state.nodes[node];
  if (entry === undefined || (entry.grants?.[job] ?? 0) === slots) return;
  const grants = (entry.grants ??= {});
  if (slots > 0) grants[job] = slots;
  else delete grants[job];
  if (Object.keys(grants).length === 0) delete entry.grants;
  touch(state, job, node);
}

export function mayUse(
  { owner, access }: Pick<NodeKind, 'owner' | 'access'>,
  user: string,
): boolean {
  if (owner === user || access.type === 'everyone') return true;
  return access.type === 'users' && access.users.includes(user);
}

export function canRun({ simulations }: NodeKind, simulation: string): boolean {
  return simulations === null || simulations.includes(simulation);
}

export function grantChange(state: FleetState, node: string, job: number): GrantChange | null {
  const gone = state.out?.gone[node];
  const entry = state.nodes[node] ?? gone;
  const owner = entry === undefined ? undefined : state.kinds[entry.kind]?.owner;
  if (entry === undefined || owner === undefined) return null;
  const { name, trust, speed = null } = entry;
  const slots = entry.grants?.[job] ?? 0;
  return { node, slots, name, owner, trust, speed, ...(gone !== undefined && { gone: true }) };
}
