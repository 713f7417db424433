import { defineActor, type TurnContext } from '@belfry/actors';
import { nodeChannel } from '@belfry/protocol';
import type { FleetKind } from '../create-fleet-actors.ts';
import { acknowledge, applyWork } from '../core/node/holds.ts';
import { isForgotten, lapse, leave, seen } from '../core/node/liveness.ts';
import {
  claimNode,
  endNodeTurn,
  heartbeat,
  holdsReply,
  newNodeState,
  nodeView,
  register,
} from '../core/node/node-turn.ts';
import { outboxOf, type NodeState, type NodeTurn } from '../core/node/node-state.ts';
import { mayUse } from '../core/fleet/fleet-state.ts';
import { Refusal } from '../core/refusal.ts';
import {
  nodeMessage,
  type NodeMessage,
  type NodeQuestion,
  type RegisterMessage,
} from '../messages/node-messages.ts';
import type { ActorsInput } from './actors-input.ts';
import type { FleetMeter } from './fleet-meter.ts';

type Context = TurnContext<NodeState | null, never, never>;

/** The kind `node`. */
export function createNodeActor({ settings, meter }: ActorsInput): FleetKind<'node', NodeMessage> {
  return defineActor('node', {
    internal: nodeMessage,
    creation: 'explicit',
    inboxLimit: 2_000,
    // The first message, the registration, makes it.
    initial: (): NodeState | null => null,
    onInternal(ctx: Context, message: NodeMessage) {
      if (message.type === 'register') return enrol(ctx, message);
      const turn = turnOf(ctx);
      if (turn.state.removedAt !== undefined) return answerRemoved(ctx, turn, message);
      switch (message.type) {
        case 'work':
          return applyWork(turn, message);
        case 'ack':
          seen(turn);
          return acknowledge(
            turn.state,
            message.attempts.map(({ attempt }) => attempt),
          );
        case 'leave':
          leave(turn);
          return ctx.reply(null);
        case 'refused':
          turn.state.refusedAt = ctx.now;
          return;
        default:
          return answer(ctx, turn, message);
      }
    },
    onTick(ctx: Context, { lateMs }) {
      const turn = turnOf(ctx);
      lapse(turn, lateMs);
      if (isForgotten(turn)) forget(ctx, turn, meter);
    },
    onTurnEnd(ctx: Context) {
      apply(ctx, turnOf(ctx), meter);
    },
  });

  function turnOf(ctx: Context): NodeTurn {
    const { state } = ctx;
    if (state === null)
      return ctx.reject('not-registered', `the node ${ctx.id} has not registered`);
    return { node: ctx.id, state, now: ctx.now, random: () => ctx.random(), settings };
  }

  function enrol(ctx: Context, message: RegisterMessage): void {
    const { removedAt } = ctx.state ?? {};
    if (removedAt !== undefined) {
      const { issuedAt = Infinity } = message.claim ?? {};
      if (issuedAt <= removedAt) ctx.reject('removed', REMOVED);
      ctx.state = null;
    }
    ctx.state ??= newNodeState(message, ctx.now);
    const turn = turnOf(ctx);
    const before = turn.state.code;
    try {
      ctx.reply(register(turn, message));
    } catch (error) {
      if (error instanceof Refusal) ctx.reject(error.code, error.message);
      throw error;
    }
    const { code } = turn.state;
    if (code === null || code === before) return;
    ctx.send(
      { kind: 'node-code', key: `node-code/${code.text}` },
      { type: 'shown', node: ctx.id, expiresAt: code.expiresAt },
    );
  }
}

function answer(ctx: Context, turn: NodeTurn, question: NodeQuestion): void {
  const { state } = turn;
  switch (question.type) {
    case 'key':
      return ctx.reply({ publicKey: state.publicKey });
    case 'heartbeat':
      checkClaimed(ctx, state);
      return ctx.reply(heartbeat(turn, question));
    case 'holds':
      checkClaimed(ctx, state);
      return ctx.reply(holdsReply(turn));
    case 'claim':
      claim(ctx, turn, question);
      return ctx.reply(nodeView(turn, question.claim.owner));
    case 'view':
      checkVisible(ctx, state, question);
      return ctx.reply(nodeView(turn, question.user));
    case 'remove':
      checkOwner(ctx, state, question);
      remove(ctx, turn);
      return ctx.reply(null);
    case 'drain':
    case 'rename':
    case 'access':
      checkOwner(ctx, state, question);
      change(turn, question);
      return ctx.reply(nodeView(turn, question.user));
  }
}

type Change = Extract<NodeQuestion, { type: 'drain' | 'rename' | 'access' }>;

function change({ state }: NodeTurn, question: Change): void {
  switch (question.type) {
    case 'drain':
      state.drain = question.on;
      if (question.on) outboxOf(state).pushes.push({ type: 'drain' });
      return;
    case 'rename':
      state.name = question.name;
      return;
    case 'access':
      if (state.claim !== null) state.claim = { ...state.claim, access: question.access };
  }
}

function claim(
  ctx: Context,
  turn: NodeTurn,
  question: Extract<NodeQuestion, { type: 'claim' }>,
): void {
  const { state, now } = turn;
  if (state.claim !== null) ctx.reject('claimed', 'the node is somebody’s already');
  const { code } = state;
  if (code === null || code.expiresAt <= now || code.text !== question.code) {
    ctx.reject('wrong-code', 'code: the node shows another one by now');
  }
  claimNode(turn, question.claim);
}

function checkClaimed(ctx: Context, { claim: owned }: NodeState): void {
  if (owned === null)
    ctx.reject('unclaimed', 'register with a claim, or have somebody type the code');
}

type Person = { readonly user: string; readonly operator: boolean };

function checkOwner(ctx: Context, { claim: owned }: NodeState, { user, operator }: Person): void {
  if (operator || owned?.owner === user) return;
  ctx.reject('forbidden', 'only its owner and operators may do that');
}

function checkVisible(ctx: Context, { claim: owned }: NodeState, { user, operator }: Person): void {
  if (operator || (owned !== null && mayUse(owned, user))) return;
  ctx.reject('forbidden', 'it is not for you to use');
}

const REMOVED = 'its owner removed the node; it needs a new claim';

/** Takes the node out of its fleet. It is told, now and whenever it asks; with a new claim it may come back. */
function remove(ctx: Context, turn: NodeTurn): void {
  const { state } = turn;
  leave(turn);
  leaveFleet(ctx, state);
  state.claim = null;
  state.code = null;
  state.removedAt = ctx.now;
  state.seenAt = ctx.now;
  ctx.publishTo(nodeChannel(ctx.id), { type: 'removed' });
}

/** What was away for so long is known to nobody any more. */
function forget(ctx: Context, turn: NodeTurn, meter: FleetMeter): void {
  apply(ctx, turn, meter);
  leaveFleet(ctx, turn.state);
  ctx.destroy();
}

function leaveFleet(ctx: Context, { claim: owned }: NodeState): void {
  if (owned === null) return;
  ctx.send({ kind: 'fleet', key: `fleet/${owned.pool}` }, { type: 'gone', node: ctx.id });
}

function answerRemoved(ctx: Context, turn: NodeTurn, message: NodeMessage): void {
  switch (message.type) {
    case 'work':
      // It was given before the job knew.
      return applyWork(turn, message);
    case 'key':
      // So that what it signed is told from what others did.
      return ctx.reply({ publicKey: turn.state.publicKey });
    case 'ack':
    case 'leave':
    case 'refused':
      return ctx.reply(null);
    default:
      ctx.reject('removed', REMOVED);
  }
}

function apply(ctx: Context, turn: NodeTurn, meter: FleetMeter): void {
  const { pushes, lost, fleet, wakeAt } = endNodeTurn(turn);
  for (const [job, message] of lost) {
    meter.noteLost(message.reason, message.attempts.length);
    ctx.send({ kind: 'job', key: `job/${job}` }, message);
  }
  const pool = turn.state.claim?.pool;
  if (fleet !== null && pool !== undefined) {
    ctx.send({ kind: 'fleet', key: `fleet/${pool}` }, fleet);
  }
  for (const push of pushes) ctx.publishTo(nodeChannel(ctx.id), push);
  if (wakeAt === null) ctx.cancelTick();
  else ctx.scheduleTick(wakeAt);
}
