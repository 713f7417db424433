import type { HoldsReply, NodeView, RegisterReply } from '@belfry/protocol';
import type { NodeStateMessage } from '../../messages/fleet-messages.ts';
import type { LostMessage } from '../../messages/job-messages.ts';
import type { NodeClaim, NodeQuestion, RegisterMessage } from '../../messages/node-messages.ts';
import { Refusal } from '../refusal.ts';
import { attemptsOf, beginWaiting, forgetHeads, noteProgress, rateOfNode } from './holds.ts';
import { nextLapse, seen, tellAgain } from './liveness.ts';
import {
  statusOf,
  takesWork,
  streakFor,
  trustOfNode,
  type NodeEffects,
  type NodeState,
  type NodeTurn,
} from './node-state.ts';

const CODE_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 8;
const CODE_TTL_MS = 600_000;
/** A code that is about to expire is not shown again. */
const CODE_LEAST_MS = 120_000;
/** A node that its pool did not take may try again after so long. */
const REFUSED_MS = 60_000;

export function newNodeState(message: RegisterMessage, now: number): NodeState {
  const { publicKey, name, capabilities } = message;
  return {
    publicKey,
    name,
    capabilities,
    claim: null,
    code: null,
    claimedAt: 0,
    seenAt: now,
    alive: 'online',
    drain: false,
    draining: false,
    slots: capabilities.slots,
    load: null,
    refusedAt: 0,
    trust: { streak: 0, agreed: 0, disagreed: 0, caught: false },
    completed: 0,
    failed: 0,
    pace: { at: now, sum: 0 },
    heads: {},
    holds: {},
    told: null,
  };
}

/** It registers, for the first time or again. Throws a `Refusal`. */
export function register(turn: NodeTurn, message: RegisterMessage): RegisterReply {
  const { node, state, now, settings } = turn;
  if (state.refusedAt !== 0 && state.refusedAt > now - REFUSED_MS) {
    throw new Refusal(
      'pool-full',
      `the pool ${state.claim?.pool} has as many nodes as it may (fleet.limits.pool_nodes): remove some, or use another pool`,
    );
  }
  seen(turn);
  state.refusedAt = 0;
  state.name = message.name;
  if (message.capabilities.slots !== state.capabilities.slots) {
    state.slots = message.capabilities.slots;
  }
  state.capabilities = message.capabilities;
  if (state.claim === null && message.claim !== undefined) claimNode(turn, message.claim);
  const { times } = settings;
  if (state.claim !== null) return { node, status: 'claimed', pool: state.claim.pool, times };
  if (state.code === null || state.code.expiresAt < now + CODE_LEAST_MS) {
    state.code = { text: newCode(turn), expiresAt: now + CODE_TTL_MS };
  }
  const { text, expiresAt } = state.code;
  return {
    node,
    status: 'unclaimed',
    code: `${text.slice(0, CODE_LENGTH / 2)}-${text.slice(CODE_LENGTH / 2)}`,
    codeExpiresAt: expiresAt,
    times,
  };
}

export function claimNode({ state, now }: NodeTurn, claim: NodeClaim): void {
  state.claim = claim;
  state.claimedAt = now;
  state.code = null;
  state.refusedAt = 0;
}

function newCode({ random }: NodeTurn): string {
  let text = '';
  for (let i = 0; i < CODE_LENGTH; i++) {
    text += CODE_LETTERS[Math.floor(random() * CODE_LETTERS.length)];
  }
  return text;
}

/** It says how it is and is told what it has to do. */
export function heartbeat(
  turn: NodeTurn,
  message: Extract<NodeQuestion, { type: 'heartbeat' }>,
): HoldsReply {
  const { state } = turn;
  seen(turn);
  state.slots = Math.min(message.slots, state.capabilities.slots);
  state.draining = message.draining;
  state.load = message.load ?? null;
  noteProgress(turn, message.progress);
  return holdsReply(turn);
}

/** It asks what it has to do. */
export function holdsReply(turn: NodeTurn): HoldsReply {
  const { state, now, settings } = turn;
  seen(turn);
  tellAgain(turn);
  return {
    now,
    state: state.drain || state.draining ? 'draining' : 'ready',
    attempts: attemptsOf(state),
    times: settings.times,
  };
}

export function nodeView(turn: NodeTurn, user: string): NodeView {
  const { node, state, now, settings } = turn;
  const { claim, trust, capabilities } = state;
  const level = trustOfNode(state, settings);
  const whole = level === 'operator' || level === 'earned';
  return {
    node,
    name: state.name,
    owner: claim?.owner ?? '',
    mine: claim?.owner === user,
    pool: claim?.pool ?? '',
    access: claim?.access ?? { type: 'owner' },
    status: statusOf(state),
    runtime: capabilities.runtime,
    platform: capabilities.platform,
    version: capabilities.version,
    slots: state.slots,
    busy: Math.min(state.slots, Object.keys(state.holds).length),
    trust: whole ? 1 : trust.streak / streakFor(trust, settings.trust),
    agreed: trust.agreed,
    disagreed: trust.disagreed,
    completed: state.completed,
    failed: state.failed,
    rate: rateOfNode(state, now),
    load: state.load,
    lastSeenAt: state.seenAt,
    claimedAt: state.claimedAt,
  };
}

/** What the turn came to. */
export function endNodeTurn(turn: NodeTurn): NodeEffects {
  const { state } = turn;
  beginWaiting(turn);
  forgetHeads(state);
  const { out } = state;
  delete state.out;
  const pushes = [...(out?.pushes ?? [])];
  if (out !== undefined) {
    if (out.cancelled.length > 0) pushes.push({ type: 'cancel', attempts: out.cancelled });
    const attempts = attemptsOf(state, out.given);
    if (attempts.length > 0) pushes.push({ type: 'assigned', attempts });
  }
  const lost = Object.entries(out?.lost ?? {}).flatMap(([job, messages]) =>
    messages.map((message): readonly [string, LostMessage] => [job, message]),
  );
  return { pushes, lost, fleet: newsForFleet(turn), wakeAt: nextLapse(turn) };
}

function newsForFleet({ node, state, settings }: NodeTurn): NodeStateMessage | null {
  const { claim } = state;
  if (claim === null) return null;
  const message: NodeStateMessage = {
    type: 'node',
    node,
    name: state.name,
    owner: claim.owner,
    access: claim.access,
    status: statusOf(state),
    slots: takesWork(state) ? state.slots : 0,
    trust: trustOfNode(state, settings),
    simulations: state.capabilities.simulations ?? null,
  };
  const text = JSON.stringify(message);
  if (text === state.told) return null;
  state.told = text;
  return message;
}
