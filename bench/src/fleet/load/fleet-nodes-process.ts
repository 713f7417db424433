/** The nodes of a benchmark: a process of its own, driven by the one that measures. */
import type { RawTarget } from '../../load/raw-websocket.ts';
import { obeyOrders } from '../../load/ordered-process.ts';
import { FleetHttp } from './fleet-http.ts';
import { LeanNode } from './lean-node.ts';
import { NodesTally, type NodesFigures } from './nodes-tally.ts';

export interface JoinOrder {
  readonly type: 'join';
  readonly url: string;
  readonly beacon: RawTarget | null;
  /** The most HTTP connections of all nodes together. */
  readonly connections: number;
  /** Claim tokens; nodes have them in turn. */
  readonly claims: readonly string[];
  readonly slots: number;
  /** Of each node, how long a block takes there, in ms. */
  readonly blockMs: readonly number[];
  /** What they say that a block takes; absent: what it takes. */
  readonly saidMs?: number;
  readonly batchMs: number;
}

export type NodesOrder =
  | JoinOrder
  | { readonly type: 'reset' }
  | { readonly type: 'figures' }
  /** They are gone, without a word. */
  | { readonly type: 'end' };

/** How many join at once. */
const JOINING = 32;

const tally = new NodesTally();
let nodes: LeanNode[] = [];

async function join(order: JoinOrder): Promise<void> {
  const { url, beacon, connections, claims, slots, blockMs, saidMs, batchMs } = order;
  const http = new FleetHttp({ url, connections });
  const joining = blockMs.map(
    (ms, i) =>
      new LeanNode({
        name: `node ${i}`,
        claim: claims[i % claims.length] ?? '',
        slots,
        blockMs: ms,
        saidMs: saidMs ?? ms,
        batchMs,
        http,
        beacon,
        tally,
      }),
  );
  nodes = joining;
  const waiting = joining.values();
  const lane = async (): Promise<void> => {
    for (const node of waiting) {
      await node.join();
      node.beat();
    }
  };
  await Promise.all(Array.from({ length: JOINING }, lane));
}

async function obey(order: NodesOrder): Promise<NodesFigures> {
  switch (order.type) {
    case 'join':
      await join(order);
      break;
    case 'reset':
      tally.reset();
      break;
    case 'end':
      for (const node of nodes) node.end();
      nodes = [];
      break;
    case 'figures':
  }
  return tally.figures();
}

obeyOrders(obey);
