/** A process that runs the fleet's actors, or has its nodes, or both, on a store and without HTTP. Its first argument is a `FleetStoreRole` as JSON. */
import { createAsker, createRunner } from '@belfry/actors';
import type { JobView } from '@belfry/protocol';
import { createFleetActors, DEFAULT_FLEET_SETTINGS } from '@belfry/sentinel';
import { openEmbeddedStore, openRedisStore, shareChannels } from '@belfry/store';
import { obeyOrders } from '../../load/ordered-process.ts';
import { noop } from '../simulations/noop.ts';
import { StoreNodes } from './store-nodes.ts';

export interface FleetStoreRole {
  readonly store:
    | { readonly type: 'embedded'; readonly dataDir: string }
    | { readonly type: 'redis'; readonly url: string };
  readonly runs: boolean;
  /** `null`: it has none. */
  readonly nodes: {
    readonly count: number;
    readonly slots: number;
    readonly saidMs: number;
  } | null;
}

export type FleetStoreOrder =
  | { readonly type: 'join' }
  /** Submits jobs and answers when they have ended. */
  | { readonly type: 'run'; readonly jobs: number; readonly blocks: number }
  | { readonly type: 'end' };

export interface FleetStoreAnswer {
  readonly views: readonly JobView[];
  readonly faults: number;
  readonly fault: string;
}

const LOOK_MS = 20;

const role = JSON.parse(process.argv[2] ?? '') as FleetStoreRole;
const store =
  role.store.type === 'embedded'
    ? await openEmbeddedStore({ dataDir: role.store.dataDir })
    : await openRedisStore({ url: role.store.url });
const share = shareChannels(store.channels);

if (role.runs) {
  const { actors } = createFleetActors({
    simulations: new Map([['noop', { version: `sha256-${'0'.repeat(64)}`, simulation: noop }]]),
    settings: {
      ...DEFAULT_FLEET_SETTINGS,
      chunk: { ...DEFAULT_FLEET_SETTINGS.chunk, maxBlocks: 1 },
      verification: 'off',
    },
  });
  const runner = createRunner({
    store,
    actors,
    roles: ['worker', 'ticker'],
    id: `fleet-bench-${process.pid}`,
    secret: 'bench',
    historyFor: (channel) => ({
      size: channel.startsWith('job:') ? 1 : 0,
      ttlMs: 60_000,
      metaTtlMs: 3_600_000,
    }),
  });
  await runner.run();
}

const nodes =
  role.nodes === null
    ? null
    : new StoreNodes({
        store,
        channels: share(),
        asker: createAsker({
          store: { actors: store.actors, channels: share(), partitions: store.partitions },
          id: `fleet-bench-nodes-${process.pid}`,
        }),
        nodes: role.nodes.count,
        slots: role.nodes.slots,
        saidMs: role.nodes.saidMs,
      });
let submitted = 0;

async function run(of: StoreNodes, jobs: number, blocks: number): Promise<JobView[]> {
  const ids = Array.from({ length: jobs }, () => `bench-${submitted++}`);
  for (const id of ids) await of.submit(id, blocks);
  return Promise.all(
    ids.map(async (id) => {
      for (;;) {
        const view = await of.view(id);
        if (view.endedAt !== null) return view;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    }),
  );
}

obeyOrders(async (order: FleetStoreOrder): Promise<FleetStoreAnswer> => {
  let views: readonly JobView[] = [];
  if (nodes !== null) {
    if (order.type === 'join') await nodes.join();
    else if (order.type === 'run') views = await run(nodes, order.jobs, order.blocks);
    else nodes.end();
  }
  return { views, faults: nodes?.faults ?? 0, fault: nodes?.fault ?? '' };
});
