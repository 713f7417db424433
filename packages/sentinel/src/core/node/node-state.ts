import type { NodeCapabilities, NodePush, NodeStatus } from '@belfry/protocol';
import type { FleetSettings } from '../../fleet-settings.ts';
import type { NodeGoneMessage, NodeStateMessage } from '../../messages/fleet-messages.ts';
import type { Trust } from '../../messages/grant-change.ts';
import type { LostMessage } from '../../messages/job-messages.ts';
import type { NodeClaim, RoundHead } from '../../messages/node-messages.ts';

/** A node, as it is committed. Times are ms on the store's clock. */
export interface NodeState {
  readonly publicKey: string;
  name: string;
  capabilities: NodeCapabilities;
  /** `null`: nobody's yet. */
  claim: NodeClaim | null;
  /** What it shows until somebody types it, without the dash. */
  code: { readonly text: string; readonly expiresAt: number } | null;
  claimedAt: number;
  /** When it was last heard. */
  seenAt: number;
  alive: 'online' | 'suspect' | 'offline';
  /** People want it to drain; and it does so by itself. */
  drain: boolean;
  draining: boolean;
  /** Slots that it would use now. */
  slots: number;
  load: number | null;
  /** When its pool did not take it, having as many nodes as it may; 0: it did. */
  refusedAt: number;
  /** When its owner removed it; absent: it was not. It is remembered so that it is told, and does not come back by itself. */
  removedAt?: number;
  trust: TrustState;
  completed: number;
  failed: number;
  /** Iterations lately: a sum that fades, and when it was last faded. */
  pace: { at: number; sum: number };
  /** By job. */
  heads: Record<string, RoundHead>;
  /** By token, the oldest first. */
  holds: Record<string, HeldAttempt>;
  /** What its fleet knows of it, as JSON text. */
  told: string | null;
  /** What the turn has to say at its end; never committed. */
  out?: NodeOutbox;
}

export interface TrustState {
  /** Agreements in a row. */
  streak: number;
  agreed: number;
  disagreed: number;
  /** It was outvoted, and has not agreed often enough since. */
  caught: boolean;
}

export interface HeldAttempt {
  readonly job: string;
  readonly from: number;
  readonly blocks: number;
  /** When it came, or when the node was told again. */
  at: number;
  /** `pushed`: it may have arrived; `told`: an answer carried it; `known`: the node has said so. */
  state: 'pushed' | 'told' | 'known';
  /** Blocks that are done. */
  done: number;
  /** Since when it makes no progress; 0: it waits behind others. */
  since: number;
}

export interface NodeOutbox {
  given: string[];
  cancelled: string[];
  pushes: NodePush[];
  /** By job. */
  lost: Record<string, LostMessage[]>;
}

/** All that the functions of a node's turn go by. */
export interface NodeTurn {
  readonly node: string;
  readonly state: NodeState;
  readonly now: number;
  readonly random: () => number;
  readonly settings: FleetSettings;
}

/** What a node says at the end of a turn. */
export interface NodeEffects {
  readonly pushes: readonly NodePush[];
  readonly lost: readonly (readonly [job: string, message: LostMessage])[];
  /** To its fleet. */
  readonly fleet: NodeStateMessage | NodeGoneMessage | null;
  /** When to look again; `null`: when something comes. */
  readonly wakeAt: number | null;
}

export function outboxOf(state: NodeState): NodeOutbox {
  return (state.out ??= { given: [], cancelled: [], pushes: [], lost: {} });
}

export function trustOfNode({ trust, claim }: NodeState, { trust: rule }: FleetSettings): Trust {
  if (trust.caught) return 'lost';
  if (claim?.trusted === true) return 'operator';
  return trust.streak >= streakFor(trust, rule) ? 'earned' : 'none';
}

/** Each time that it was outvoted doubles what it has to show, up to so many times. */
const MOST_DOUBLINGS = 6;

/**
 * So many agreements in a row earn a node trust. Some lies never come to a vote (their job was cancelled, others were first), so who lies now and
 * then has streaks by luck: of 10 sooner or later, of 320 hardly.
 */
export function streakFor({ disagreed }: TrustState, rule: FleetSettings['trust']): number {
  return rule.after * 2 ** Math.min(disagreed, MOST_DOUBLINGS);
}

export function statusOf({ alive, drain, draining }: NodeState): NodeStatus {
  if (alive === 'offline') return 'offline';
  if (drain || draining) return 'draining';
  return alive;
}

/** Whether it may be given something new. */
export function takesWork(state: NodeState): boolean {
  return (
    state.claim !== null && state.refusedAt === 0 && statusOf(state) === 'online' && state.slots > 0
  );
}
