/**
 * What does a fleet itself cost, and how well does it use its nodes?
 *
 * `npm run bench:fleet -- [--only yardstick,throughput,…] [--store embedded|redis] [--quick] [--json FILE]`. Keys: docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import { publishReport, type Row, type Section } from '../report.ts';
import { measureHeartbeats } from './measure-heartbeats.ts';
import { measureLatency } from './measure-latency.ts';
import { measureStoreThroughput } from './measure-store-throughput.ts';
import { measureThroughput } from './measure-throughput.ts';
import { measureUtilisation } from './measure-utilisation.ts';
import { measureVerification } from './measure-verification.ts';
import type { Measured } from './set-up.ts';
import { measureBullmqFleet } from './yardstick/measure-bullmq-fleet.ts';

const PARTS = [
  'yardstick',
  'throughput',
  'latency',
  'utilisation',
  'verification',
  'heartbeats',
] as const;
const STORES = ['embedded', 'redis'] as const;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.join(',') },
    store: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const only = values.only.split(',');
const strange = only.find((part) => !PARTS.some((known) => known === part));
if (strange !== undefined) {
  throw new Error(`--only has ${JSON.stringify(strange)}; use ${PARTS.join(', ')}`);
}
const stores = STORES.filter((store) => (values.store ?? store) === store);
if (stores.length === 0) {
  throw new Error(`--store is ${JSON.stringify(values.store)}; use ${STORES.join(' or ')}`);
}

// What was started is ended by `exit`, which a signal by itself would skip.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const { quick } = values;
const settings = {
  chunks: quick ? 20_000 : 200_000,
  throughput_nodes: 16,
  throughput_slots: 32,
  latency_jobs: quick ? 10 : 100,
  utilisation_nodes: 100,
  utilisation_ideal_s: quick ? 20 : 60,
  verification_nodes: 50,
  verification_ideal_s: quick ? 15 : 60,
  heartbeat_nodes: quick ? 1_000 : 10_000,
  heartbeat_s: quick ? 10 : 30,
  quick,
};
const sections: Section[] = [];
const violations: string[] = [];

async function section(
  about: Omit<Section, 'rows'>,
  measures: readonly (() => Promise<Measured>)[],
): Promise<void> {
  if (!only.includes(about.name)) return;
  const rows: Row[] = [];
  for (const measure of measures) {
    console.error(`[${new Date().toISOString().slice(11, 19)}] ${about.name}`);
    const measured = await measure().catch((error: unknown): Measured => {
      const why = error instanceof Error ? error.message : String(error);
      return { rows: [], violations: [`${about.name}: ${why}`] };
    });
    rows.push(...measured.rows);
    violations.push(...measured.violations);
  }
  sections.push({ ...about, rows });
}

await section(
  { name: 'yardstick', title: 'The least fleet that one would write on BullMQ: one queue' },
  [() => measureBullmqFleet(settings.chunks / 2)],
);
await section(
  {
    name: 'throughput',
    title:
      'Chunks that cost nothing: given out, handed in, put together (aims: 10,000/s embedded, 5,000/s on Redis)',
  },
  stores.flatMap((store) =>
    [1, 8].flatMap((jobs) => {
      const { chunks, throughput_nodes: nodes, throughput_slots: slots } = settings;
      const options = { store, jobs, chunks, nodes, slots };
      return [() => measureThroughput(options), () => measureStoreThroughput(options)];
    }),
  ),
);
await section(
  { name: 'latency', title: 'Submit → first chunk at a node, result → next chunk there' },
  stores.map((store) => () => measureLatency({ store, jobs: settings.latency_jobs })),
);
await section(
  {
    name: 'utilisation',
    title: 'Nodes whose speeds differ ten times (aim: 95 % of slots busy until 95 % are done)',
  },
  [
    () =>
      measureUtilisation({
        nodes: settings.utilisation_nodes,
        idealS: settings.utilisation_ideal_s,
      }),
  ],
);
await section(
  {
    name: 'verification',
    title: 'Work that is done to confirm other work (aim: at most 10 % with trusted nodes)',
  },
  [
    () =>
      measureVerification({
        nodes: settings.verification_nodes,
        idealS: settings.verification_ideal_s,
      }),
  ],
);
await section(
  { name: 'heartbeats', title: 'Nodes that do nothing but say that they live, on one Sentinel' },
  [() => measureHeartbeats({ nodes: settings.heartbeat_nodes, seconds: settings.heartbeat_s })],
);

publishReport({ name: 'bench:fleet', settings, sections, violations }, values.json);
process.exit();
