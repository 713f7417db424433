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
