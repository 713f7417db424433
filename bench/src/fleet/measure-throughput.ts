/** How many chunks a second are given out, handed in and put together, when they cost nothing themselves? */
import type { Row } from '../report.ts';
import {
  faultProblems,
  jobProblems,
  runJobs,
  setUp,
  spentSince,
  usages,
  type Measured,
} from './set-up.ts';
import type { FleetStore } from './start-fleet.ts';

export interface ThroughputOptions {
  readonly store: FleetStore;
  readonly jobs: number;
  /** Over all jobs. */
  readonly chunks: number;
  readonly nodes: number;
  readonly slots: number;
}

/** What nodes say that a chunk took: long enough for the job to want all their slots. */
export const SAID_MS = 1_000;
/** A job that is done before it counts: code gets warm. */
export const WARM_UP = 20_000;

/** Through the HTTP API and the Beacon, by nodes that answer at once. One block is one chunk. */
export async function measureThroughput(options: ThroughputOptions): Promise<Measured> {
  const { store, jobs, chunks, nodes, slots } = options;
  await using pair = await setUp(
    { store, fleet: { chunk: { max_blocks: 1 }, verification: 'off' } },
    { slots, blockMs: Array.from({ length: nodes }, () => 0), saidMs: SAID_MS },
  );
  const { fleet, load } = pair;
  await runJobs(fleet, { blocks: Math.min(WARM_UP, chunks) });
  await load.order({ type: 'reset' });
  const before = usages(pair);
  const start = performance.now();
  const views = await runJobs(fleet, { jobs, blocks: Math.ceil(chunks / jobs) });
  const seconds = (performance.now() - start) / 1_000;
  const spent = spentSince(before, pair);
  const after = usages(pair);
  const figures = await load.order({ type: 'figures' });
  const done = views.reduce((sum, { blocksDone }) => sum + blocksDone, 0);
  const micros = (name: string): number => Math.round(((spent[name] ?? 0) / done) * 1e6);
  const names = Object.keys(fleet.pids);
  const waited = Math.max(
    ...names.map((name) => (after[name]?.waited ?? 0) - (before[name]?.waited ?? 0)),
  );
  const row: Row = {
    store,
    way: 'http',
    jobs,
    nodes,
    slots,
    chunks: done,
    chunks_per_s: Math.round(done / seconds),
    cpu_us_per_chunk: names.reduce((sum, name) => sum + micros(name), 0),
    ...Object.fromEntries(names.map((name) => [`${name}_us`, micros(name)])),
    load_us: micros('load'),
    waited_share: Math.round((waited / seconds) * 100) / 100,
  };
  const violations = [...jobProblems(views), ...faultProblems(figures)];
  return { rows: [row], violations: violations.map((each) => `throughput: ${store}: ${each}`) };
}
