import type { AckRequest, HeartbeatRequest, NodeAccess, NodeCapabilities } from '@belfry/protocol';
import { z } from 'zod';

/** What `node/<id>` is told and asked. Refusals as in `JobMessage`. */
export type NodeMessage =
  | RegisterMessage
  | NodeQuestion
  | AckMessage
  | LeaveMessage
  | WorkMessage
  | NodeRefusedMessage;

/** Whose a node becomes, as a claim token or whoever typed its code says. */
export interface NodeClaim {
  readonly owner: string;
  readonly pool: string;
  readonly access: NodeAccess;
  /** Run by the operator: trusted from the start. */
  readonly trusted: boolean;
  /** When the claim token was made, in ms; absent: somebody claims the node now. */
  readonly issuedAt?: number | undefined;
}

/**
 * The first time with `asker.create('node/<id>', message)`, after that (`exists`) with `ask`. The reply is a `RegisterReply`; where it is
 * `unclaimed`, `node-code/<code>` knows the node until the code expires. A claim has no effect on a node that is somebody's. Refused
 * with `pool-full`, and with `removed` where the claim is older than the node's removal.
 */
export interface RegisterMessage {
  readonly type: 'register';
  readonly publicKey: string;
  readonly name: string;
  readonly capabilities: NodeCapabilities;
  readonly claim?: NodeClaim | undefined;
}

/** People's are refused with `forbidden` where the user is neither the node's owner nor an operator; those of a removed node with `removed`. */
export type NodeQuestion =
  /** Makes the node somebody's, by its code (without the dash). The reply is a `NodeView`. Refused with `wrong-code` or `claimed`. */
  | { readonly type: 'claim'; readonly code: string; readonly claim: NodeClaim }
  /** The reply is `{ publicKey: string }`. */
  | { readonly type: 'key' }
  /** The reply is a `HoldsReply`. Refused with `unclaimed`. */
  | ({ readonly type: 'heartbeat' } & HeartbeatRequest)
  | { readonly type: 'holds' }
  /** The reply is a `NodeView`. Also for whom its access lets use it. */
  | { readonly type: 'view'; readonly user: string; readonly operator: boolean }
  /** Gives it nothing new (`on`), or again. The reply is a `NodeView`. */
  | {
      readonly type: 'drain';
      readonly on: boolean;
      readonly user: string;
      readonly operator: boolean;
    }
  /** Forgets the node; what it holds goes to others. The reply is `null`. */
  | { readonly type: 'remove'; readonly user: string; readonly operator: boolean }
  /** The reply is a `NodeView`. */
  | {
      readonly type: 'rename';
      readonly name: string;
      readonly user: string;
      readonly operator: boolean;
    }
  /** The reply is a `NodeView`. */
  | {
      readonly type: 'access';
      readonly access: NodeAccess;
      readonly user: string;
      readonly operator: boolean;
    };

/** Told, not asked. */
export interface AckMessage {
  readonly type: 'ack';
  readonly attempts: AckRequest['attempts'];
}

/** Told, or asked: the reply is `null`. What it holds goes to others; with its next heartbeat it is back. */
export interface LeaveMessage {
  readonly type: 'leave';
}

/** What all attempts of a job's round have in common. */
export interface RoundHead {
  readonly simulation: string;
  readonly version: string;
  readonly round: number;
  readonly seed: number;
  readonly blockIterations: number;
  /** The number of the round's first iteration. */
  readonly firstIteration: number;
}

/** An attempt as job and node keep it: `[token, first block, blocks]`. */
export type GivenAttempt = readonly [attempt: string, from: number, blocks: number];

/** From `job/<id>`, at most one a turn: what is new for this node. */
export interface WorkMessage {
  readonly type: 'work';
  readonly job: string;
  readonly head: RoundHead | null;
  readonly give: readonly GivenAttempt[];
  /** Over, as the node knows. */
  readonly settled: readonly string[];
  /** Not wanted any more. */
  readonly cancelled: readonly string[];
  /** What its results were worth since the last time. */
  readonly tally: NodeTally | null;
}

export interface NodeTally {
  readonly completed: number;
  readonly failed: number;
  readonly agreed: number;
  readonly disagreed: number;
  readonly iterations: number;
}

/** From `fleet/<pool>`: it takes no more nodes. */
export interface NodeRefusedMessage {
  readonly type: 'refused';
}

const user = z.string().max(1_000);
const person = { user, operator: z.boolean() };
const name = z.string().min(1).max(64);
const count = z.int().min(0);
const attemptOfJob = { attempt: z.string(), job: z.string() };

const access: z.ZodType<NodeAccess> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('owner') }),
  z.object({ type: z.literal('users'), users: z.array(user).max(100) }),
  z.object({ type: z.literal('everyone') }),
]);

const claim = z.object({
  owner: user,
  pool: z.string().max(64),
  access,
  trusted: z.boolean(),
  issuedAt: z.number().optional(),
});

export const nodeMessage: z.ZodType<NodeMessage, NodeMessage> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('heartbeat'),
    slots: count.max(1_024),
    draining: z.boolean(),
    progress: z.array(z.object({ ...attemptOfJob, blocks: count })),
    load: z.number().optional(),
  }),
  z.object({
    type: z.literal('work'),
    job: z.string(),
    head: z
      .object({
        simulation: z.string(),
        version: z.string(),
        round: count,
        seed: count,
        blockIterations: count,
        firstIteration: count,
      })
      .nullable(),
    give: z.array(z.tuple([z.string(), count, count])),
    settled: z.array(z.string()),
    cancelled: z.array(z.string()),
    tally: z
      .object({
        completed: count,
        failed: count,
        agreed: count,
        disagreed: count,
        iterations: z.number(),
      })
      .nullable(),
  }),
  z.object({ type: z.literal('ack'), attempts: z.array(z.object(attemptOfJob)) }),
  z.object({
    type: z.literal('register'),
    publicKey: z.string(),
    name,
    capabilities: z.object({
      slots: z.int().min(1).max(1_024),
      runtime: z.string().max(32),
      platform: z.string().max(64),
      version: z.string().max(64),
      simulations: z.array(z.string().max(32)).max(100).optional(),
    }),
    claim: claim.optional(),
  }),
  z.object({ type: z.literal('claim'), code: z.string(), claim }),
  z.object({ type: z.literal('key') }),
  z.object({ type: z.literal('holds') }),
  z.object({ type: z.literal('view'), ...person }),
  z.object({ type: z.literal('drain'), on: z.boolean(), ...person }),
  z.object({ type: z.literal('remove'), ...person }),
  z.object({ type: z.literal('rename'), name, ...person }),
  z.object({ type: z.literal('access'), access, ...person }),
  z.object({ type: z.literal('leave') }),
  z.object({ type: z.literal('refused') }),
]) as z.ZodType<NodeMessage, NodeMessage>;
