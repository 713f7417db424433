/**
 * All benchmarks: `npm run bench -- [--only throughput,latency,ticks,yardstick] [--store redis|embedded] [--quick] [--json FILE]`.
 *
 * The figures are for one machine shared by client and server; compare within a run, not between machines. Keys: docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import { measureLatency } from './latency.ts';
import { publishReport, type Row, type Section } from './report.ts';
import { measureThroughput } from './throughput.ts';
import { measureTicks } from './ticks.ts';
import { measureBullmq } from './yardstick.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    store: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const PARTS = ['yardstick', 'throughput', 'latency', 'ticks'] as const;
const parts = values.only?.split(',') ?? PARTS;
for (const part of parts) {
  if (!PARTS.some((known) => known === part)) {
    throw new Error(`--only has ${JSON.stringify(part)}; use ${PARTS.join(', ')}`);
  }
}
const stores = (['redis', 'embedded'] as const).filter((s) => (values.store ?? s) === s);
if (stores.length === 0)
  throw new Error(`--store is ${JSON.stringify(values.store)}; use redis or embedded`);

/** The aim for messages/s on Redis, and for publish → receive p99 at 100 messages/s. A run below them says so and still passes. */
const AIM_MESSAGES_PER_S = 30_000;
const AIM_RECEIVE_P99_MS = 10;

const messages = values.quick ? 20_000 : 200_000;
const seconds = values.quick ? 3 : 10;
const violations: string[] = [];
const sections: Section[] = [];

if (parts.includes('yardstick')) {
  progress('BullMQ');
  const rows = [await measureBullmq(messages / 2)];
  sections.push({
    name: 'yardstick',
    title: 'BullMQ drains a queue of jobs that do nothing',
    rows,
  });
}

if (parts.includes('throughput')) {
  const rows: Row[] = [];
  for (const store of stores) {
    for (const mode of ['flow', 'drain'] as const) {
      for (const actors of [1, 100, 10_000]) {
        progress(`throughput: ${store}, ${mode}, ${actors} actors`);
        const measured = await measureThroughput({ store, actors, messages, mode });
        rows.push(measured.row);
        violations.push(...measured.violations);
      }
    }
  }
  sections.push({
    name: 'throughput',
    title: `inbox → turn → commit → publication, each with an id (aim: ${AIM_MESSAGES_PER_S} messages/s on Redis)`,
    rows: withRatio(rows, sections),
  });
}

if (parts.includes('latency')) {
  const rows: Row[] = [];
  for (const store of stores) {
    progress(`latency: ${store}`);
    rows.push(...(await measureLatency({ store, perSecond: 100, seconds })));
  }
  sections.push({
    name: 'latency',
    title: `client publish → client receive (aim: p99 ≤ ${AIM_RECEIVE_P99_MS} ms after the first 2 s)`,
    rows,
  });
}

if (parts.includes('ticks')) {
  const rows: Row[] = [];
  for (const store of stores) {
    for (const [actors, hz] of [
      [100, 20],
      [500, 64],
    ] as const) {
      progress(`ticks: ${store}, ${actors} actors at ${hz} Hz`);
      const { row, repeated } = await measureTicks({ store, actors, hz, seconds });
      rows.push(row);
      if (repeated > 0) violations.push(`ticks: ${store}: ${repeated} tick numbers came twice`);
    }
  }
  sections.push({ name: 'ticks', title: 'Ticks on one process', rows });
}

publishReport(
  {
    name: 'bench',
    settings: {
      messages,
      seconds,
      quick: values.quick,
      appendonly: 'yes',
      appendfsync: 'everysec',
    },
    sections,
    violations,
  },
  values.json,
);
process.exit();

/** Adds how many times BullMQ's drain rate each is, where that was measured in this run. */
function withRatio(rows: readonly Row[], earlier: readonly Section[]): Row[] {
  const yardstick = earlier.find(({ name }) => name === 'yardstick')?.rows[0]?.['drained_per_s'];
  if (typeof yardstick !== 'number') return [...rows];
  return rows.map((row) => ({
    ...row,
    times_bullmq: Math.round((Number(row['messages_per_s']) / yardstick) * 100) / 100,
  }));
}

function progress(text: string): void {
  console.error(`[${new Date().toISOString().slice(11, 19)}] ${text}`);
}
