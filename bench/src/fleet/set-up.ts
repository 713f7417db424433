import { setTimeout as sleep } from 'node:timers/promises';
import type { JobView } from '@belfry/protocol';
import { usageOf, type Usage } from '../beacon/usage.ts';
import { startOrdered, type OrderedProcess } from '../load/ordered-process.ts';
import type { Row } from '../report.ts';
import type { NodesOrder } from './load/fleet-nodes-process.ts';
import type { NodesFigures } from './load/nodes-tally.ts';
import { startFleet, type Fleet, type FleetOptions } from './start-fleet.ts';

/** What every part of the benchmark comes to. */
export interface Measured {
  readonly rows: readonly Row[];
  readonly violations: readonly string[];
}

export interface NodesPlan {
  readonly slots: number;
  /** Of each node, how long a block takes there, in ms; 0: nothing, and chunks are answered at once. */
  readonly blockMs: readonly number[];
  /** What they say that a block takes. Default: what it takes. */
  readonly saidMs?: number;
  /** How long results wait for others to go with them, in ms. Default 5. */
  readonly batchMs?: number;
  /** The most HTTP connections of all. Default 64. */
  readonly connections?: number;
  /** They are the operator's. Default false. */
  readonly trusted?: boolean;
  /** Whether each is connected to the Beacon. Default true. */
  readonly pushed?: boolean;
}

export interface Pair extends AsyncDisposable {
  readonly fleet: Fleet;
  /** The nodes, in a process of their own. */
  readonly load: OrderedProcess<NodesOrder, NodesFigures>;
}

const NODES = new URL('load/fleet-nodes-process.ts', import.meta.url);
/** Nodes of so many people: who is to confirm a result is asked among others' nodes. */
const OWNERS = 4;
const ORDER_MS = 600_000;
const LIMIT_MS = 300_000;

/** A fleet and its nodes, all of which have joined. */
export async function setUp(options: FleetOptions, plan: NodesPlan): Promise<Pair> {
  await using held = new AsyncDisposableStack();
  const fleet = held.use(await startFleet(options));
  const load = held.use(
    await startOrdered<NodesOrder, NodesFigures>(NODES, { timeoutMs: ORDER_MS }),
  );
  const { slots, blockMs, saidMs, batchMs = 5, connections = 64, pushed = true } = plan;
  const claims = await Promise.all(
    Array.from({ length: OWNERS }, (_, i) =>
      plan.trusted === true ? fleet.claim(null, { trusted: true }) : fleet.claim(`owner-${i}`),
    ),
  );
  await load.order({
    type: 'join',
    url: fleet.url,
    beacon: pushed ? { host: '127.0.0.1', port: fleet.beaconPort } : null,
    connections,
    claims,
    slots,
    blockMs,
    batchMs,
    ...(saidMs === undefined ? {} : { saidMs }),
  });
  const kept = held.move();
  return { fleet, load, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** Submits jobs at once and waits for their ends. */
export async function runJobs(
  fleet: Fleet,
  { jobs = 1, blocks }: { readonly jobs?: number; readonly blocks: number },
): Promise<JobView[]> {
  const ids = await Promise.all(
    Array.from({ length: jobs }, (_, i) =>
      fleet.submit(`user-${i % OWNERS}`, { simulation: 'noop', input: { blocks } }),
    ),
  );
  return Promise.all(ids.map((id) => ended(fleet, id)));
}

/** Asks for a job until it has ended. `everyMs`: how often. */
export async function ended(fleet: Fleet, job: string, everyMs = 20): Promise<JobView> {
  const giveUpAt = performance.now() + LIMIT_MS;
  for (;;) {
    const view = await fleet.view(job);
    if (view.endedAt !== null) return view;
    if (performance.now() > giveUpAt) {
      const { status, blocksDone, blocks, waiting, counts } = view;
      const found = JSON.stringify({ status, blocksDone, blocks, waiting, counts });
      throw new Error(`a job did not end within ${LIMIT_MS / 1_000} s: ${found}`);
    }
    await sleep(everyMs);
  }
}

/** What is wrong with jobs that have ended. */
export function jobProblems(views: readonly JobView[]): string[] {
  return views.flatMap(({ status, blocks, blocksDone, summary, failure }) => {
    const found = summary as { blocks?: number; sum?: number } | null;
    const sum = (blocks * (blocks - 1)) / 2;
    if (status === 'done' && found?.blocks === blocks && found.sum === sum) return [];
    const why = failure === null ? '' : ` (${failure})`;
    return [
      `a job is ${status}${why} with ${blocksDone} of ${blocks} blocks, and came to ${JSON.stringify(found)}`,
    ];
  });
}

/** What nodes could not do. */
export function faultProblems({ faults, fault }: Pick<NodesFigures, 'faults' | 'fault'>): string[] {
  return faults === 0 ? [] : [`nodes had ${faults} faults, the first: ${fault}`];
}

/** What each process has had so far, the nodes' as `load`. */
export function usages({ fleet, load }: Pair): Record<string, Usage> {
  const pids = { ...fleet.pids, load: load.pid };
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, usageOf(pid)]));
}

/** CPU of each process since `before`, in seconds. */
export function spentSince(
  before: Readonly<Record<string, Usage>>,
  pair: Pair,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(usages(pair)).map(([name, { cpu }]) => [name, cpu - (before[name]?.cpu ?? 0)]),
  );
}
