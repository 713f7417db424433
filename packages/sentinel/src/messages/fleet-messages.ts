import type { NodeAccess, NodeStatus } from '@belfry/protocol';
import { z } from 'zod';
import { trust, type Trust } from './grant-change.ts';

/** What `fleet/<pool>` is told and asked. Refusals as in `JobMessage`. */
export type FleetMessage =
  | FleetQuestion
  | NodeStateMessage
  | NodeGoneMessage
  | DemandMessage
  | JobOverMessage;

export type FleetQuestion =
  /** The reply is a `PoolView`. */
  | { readonly type: 'view' }
  /** The nodes that a user may see, in the order of their ids. The reply is a `NodePage`; `node/<id>` has the rest. */
  | {
      readonly type: 'nodes';
      readonly user: string;
      readonly operator: boolean;
      /** As the last page said; `null`: from the start. */
      readonly cursor: string | null;
      /** 1 to 1,000. */
      readonly limit: number;
    };

export interface NodePage {
  readonly nodes: readonly string[];
  readonly cursor: string | null;
}

/** From `node/<id>`, whenever something of it has changed. */
export interface NodeStateMessage {
  readonly type: 'node';
  readonly node: string;
  readonly name: string;
  readonly owner: string;
  readonly access: NodeAccess;
  readonly status: NodeStatus;
  /** Slots that it would use now. */
  readonly slots: number;
  readonly trust: Trust;
  /** Names of the simulations that it runs; `null`: any. */
  readonly simulations: readonly string[] | null;
}

/** From `node/<id>`: forget it. */
export interface NodeGoneMessage {
  readonly type: 'gone';
  readonly node: string;
}

/** From `job/<id>`: what it could use. The first one makes the job known. */
export interface DemandMessage {
  readonly type: 'demand';
  readonly job: string;
  readonly owner: string;
  readonly title: string;
  readonly priority: number;
  readonly simulation: string;
  /** Slots. */
  readonly wanted: number;
  /** Nodes that have nothing to do for it now. */
  readonly avoid: readonly string[];
  /** How fast nodes turned out to be, 1 being what is usual. */
  readonly speeds: readonly (readonly [node: string, speed: number])[];
}

/** From `job/<id>`: it needs nothing any more. */
export interface JobOverMessage {
  readonly type: 'over';
  readonly job: string;
  readonly speeds: DemandMessage['speeds'];
}

const user = z.string().max(1_000);
const count = z.int().min(0);
const speeds = z.array(z.tuple([z.string(), z.number().positive()]));

export const fleetMessage: z.ZodType<FleetMessage, FleetMessage> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('node'),
    node: z.string(),
    name: z.string(),
    owner: user,
    access: z.discriminatedUnion('type', [
      z.object({ type: z.literal('owner') }),
      z.object({ type: z.literal('users'), users: z.array(user) }),
      z.object({ type: z.literal('everyone') }),
    ]),
    status: z.enum(['online', 'suspect', 'offline', 'draining']),
    slots: count,
    trust,
    simulations: z.array(z.string()).nullable(),
  }),
  z.object({ type: z.literal('gone'), node: z.string() }),
  z.object({
    type: z.literal('demand'),
    job: z.string(),
    owner: user,
    title: z.string(),
    priority: z.int(),
    simulation: z.string(),
    wanted: count,
    avoid: z.array(z.string()),
    speeds,
  }),
  z.object({ type: z.literal('over'), job: z.string(), speeds }),
  z.object({ type: z.literal('view') }),
  z.object({
    type: z.literal('nodes'),
    user,
    operator: z.boolean(),
    cursor: z.string().nullable(),
    limit: z.int().min(1).max(1_000),
  }),
]) as z.ZodType<FleetMessage, FleetMessage>;
