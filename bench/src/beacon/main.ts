/**
 * How much of a CPU does a delivery cost, and how much memory a connection, beside servers that do the same?
 *
 * `npm run bench:beacon -- [--only fan_out,…] [--targets belfry,…] [--against DIR] [--rate 1] [--runs 1] [--quick] [--json FILE]`.
 * Keys: docs/benchmarks.md.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { publishReport, type Row, type Section } from '../report.ts';
import {
  measureConnects,
  measureDeliveries,
  measureIdle,
  type Measured,
  type Settings,
} from './measure.ts';
import { CONNECTS, DELIVERY_ROWS, IDLE, ROWS } from './rows.ts';
import { comparedTo, middleRun, type Key } from './runs.ts';
import { belfryTarget, findTarget, TARGETS } from './servers/find-targets.ts';
import type { Missing, Target } from './servers/target.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: ROWS.join(',') },
    targets: { type: 'string', default: TARGETS.join(',') },
    against: { type: 'string' },
    rate: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    runs: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});

const only = values.only.split(',');
const strange = only.find((row) => !ROWS.includes(row));
if (strange !== undefined) {
  throw new Error(`--only has ${JSON.stringify(strange)}; use ${ROWS.join(', ')}`);
}
if (cpus().length < 2) throw new Error('two cores are needed: one for servers, one for the load');

/** The server that the others are compared to. */
const YARDSTICK = 'centrifugo';
const runs = positive('runs', values.runs);
const settings: Settings = {
  serverCore: 0,
  loadCore: 1,
  seconds: positive('seconds', values.seconds ?? (values.quick ? '3' : '10')),
  rate: positive('rate', values.rate),
  idleClients: values.quick ? 2000 : 15_000,
};

function positive(option: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`--${option} is ${JSON.stringify(text)}; it must be a number above 0`);
}

const found: (Target | Missing)[] = [];
for (const name of values.targets.split(',')) found.push(await findTarget(name));
if (values.against !== undefined) found.splice(1, 0, belfryTarget('belfry before', values.against));
const targets = found.filter((each) => 'start' in each);
const missing = found.filter((each) => 'why' in each);

const sections: Section[] = [];
const violations: string[] = [];

/** Measures a row for every target in turn, as many times as there are runs. `key`: the figure that they are compared by. */
async function section(
  about: Omit<Section, 'rows'> & { readonly key: Key },
  among: readonly Target[],
  measure: (target: Target) => Promise<Measured>,
): Promise<void> {
  const { name, title, key } = about;
  const rowsOf = new Map<Target, Row[]>(among.map((target) => [target, []]));
  for (let run = 0; run < runs; run++) {
    for (const [target, rows] of rowsOf) {
      console.error(`[${new Date().toISOString().slice(11, 19)}] ${name}: ${target.name}`);
      const measured = await measure(target).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        return { row: { server: target.name }, violations: [`${name}: ${target.name}: ${why}`] };
      });
      rows.push(measured.row);
      violations.push(...measured.violations);
    }
  }
  const rows = [...rowsOf.values()].map((each) => middleRun(each, key));
  sections.push({ name, title, rows: comparedTo(YARDSTICK, rows, key) });
}

for (const row of DELIVERY_ROWS) {
  if (!only.includes(row.name)) continue;
  const among = targets.filter(({ overRedis }) => overRedis || row.overRedis === undefined);
  const about = { name: row.name, title: row.title, key: 'deliveries_per_cpu_s' };
  await section(about, among, (target) => measureDeliveries(target, row, settings));
}
if (only.includes(CONNECTS)) {
  const title = '(d) connections opened, connected and closed, 64 at a time';
  const about = { name: CONNECTS, title, key: 'connects_per_cpu_s' };
  await section(about, targets, (target) => measureConnects(target, settings));
}
if (only.includes(IDLE)) {
  const title = `(e) ${settings.idleClients.toLocaleString('en')} connections that do nothing`;
  const about = { name: IDLE, title, key: 'kib_per_connection' };
  await section(about, targets, (target) => measureIdle(target, settings));
}

for (const { name, rows } of sections) {
  for (const { server, bound } of rows) {
    if (bound !== 'load') continue;
    const what = 'the load generator had no time left and the server had';
    console.log(
      `\n${name}: ${server}: ${what}: what is told of it a second and of latency is not the server's`,
    );
  }
}
for (const { name, why } of missing) console.log(`\n${name}: this part was not run: ${why}`);
publishReport(
  {
    name: 'bench:beacon',
    settings: {
      ...settings,
      runs,
      payload_bytes: 200,
      ...Object.fromEntries(targets.map(({ name, version }) => [name, version])),
      ...Object.fromEntries(missing.map(({ name, why }) => [name, `not run: ${why}`])),
    },
    sections,
    violations,
  },
  values.json,
);
process.exit();
