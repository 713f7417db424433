import { defineActor, type TurnContext } from '@belfry/actors';
import type { FleetKind } from '../create-fleet-actors.ts';
import { emptyFleet, type FleetState, type FleetTurn } from '../core/fleet/fleet-state.ts';
import {
  endFleetTurn,
  jobDemand,
  jobOver,
  nodeGone,
  nodePage,
  nodeState,
  poolView,
} from '../core/fleet/fleet-turn.ts';
import { fleetMessage, type FleetMessage } from '../messages/fleet-messages.ts';
import type { ActorsInput } from './actors-input.ts';

type Context = TurnContext<FleetState, never, never>;

/** Of so many nodes reading and writing the state takes about a tenth of a ms. */
const NODES_PER_MS = 40;
const MOST_GATHER_MS = 250;
/** A pause that is shorter would gather nothing. */
const LEAST_GATHER_MS = 10;

/** The pause after a turn: the state is written whole every time, and where thousands of nodes come or go at once there would be a turn for every few. */
function gatherMs({ nodes }: FleetState): number {
  const ms = Math.min(MOST_GATHER_MS, nodes.ids.length / NODES_PER_MS);
  return ms < LEAST_GATHER_MS ? 0 : ms;
}

/** The kind `fleet`. */
export function createFleetActor({ settings }: ActorsInput): FleetKind<'fleet', FleetMessage> {
  return defineActor('fleet', {
    internal: fleetMessage,
    // All nodes of a pool may have something to say at once.
    inboxLimit: 20_000,
    maxStateLength: 16_777_216,
    initial: emptyFleet,
    onInternal(ctx: Context, message: FleetMessage) {
      const turn = turnOf(ctx);
      switch (message.type) {
        case 'node':
          return nodeState(turn, message);
        case 'gone':
          return nodeGone(turn, message.node);
        case 'demand':
          return jobDemand(turn, message);
        case 'over':
          return jobOver(turn, message);
        case 'view':
          return ctx.reply(poolView(turn));
        case 'nodes':
          return ctx.reply(nodePage(turn, message));
      }
    },
    onTurnEnd(ctx: Context) {
      const { grants, refusedNodes, refusedJobs } = endFleetTurn(turnOf(ctx));
      const pause = gatherMs(ctx.state);
      if (pause > 0) ctx.gather(pause);
      for (const [job, message] of grants) ctx.send({ kind: 'job', key: `job/${job}` }, message);
      for (const node of refusedNodes) {
        ctx.send({ kind: 'node', key: `node/${node}` }, { type: 'refused' });
      }
      for (const { job, message } of refusedJobs) {
        ctx.send({ kind: 'job', key: `job/${job}` }, { type: 'refused', message });
      }
    },
  });

  function turnOf(ctx: Context): FleetTurn {
    return { pool: ctx.id, state: ctx.state, settings };
  }
}
