/**
 * Do clients get every message, once, while Beacons are killed? `npm run storm -- [--minutes 2] [--clients 2000] [--channels 200]
 * [--rate 2000] [--beacons 3] [--sdk 40] [--json FILE]`. Keys: docs/benchmarks.md.
 */
import { parseArgs } from 'node:util';
import { publishReport, type Section } from '../report.ts';
import { runStorm } from './run-storm.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    clients: { type: 'string', default: '2000' },
    channels: { type: 'string', default: '200' },
    rate: { type: 'string', default: '2000' },
    beacons: { type: 'string', default: '3' },
    sdk: { type: 'string', default: '40' },
    json: { type: 'string' },
  },
});

function numberOf(name: keyof typeof values, [min, max]: readonly [number, number]): number {
  const value = Number(values[name]);
  if (value >= min && value <= max) return value;
  throw new RangeError(`--${name} is ${String(values[name])}; give a number from ${min} to ${max}`);
}

const minutes = numberOf('minutes', [0.01, 60]);
const clients = numberOf('clients', [2, 20_000]);
const settings = {
  clients,
  sdk: numberOf('sdk', [0, clients]),
  channels: numberOf('channels', [1, clients]),
  rate: numberOf('rate', [1, 50_000]),
  beacons: numberOf('beacons', [2, 8]),
};
// Whatever hangs, it does not hang for ever.
setTimeout(
  () => {
    console.error('the storm took too long');
    process.exit(1);
  },
  minutes * 60_000 + 600_000,
).unref();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const sections: Section[] = [];
const violations: string[] = [];
for (const [scenario, share, title] of [
  ['recover', 2 / 3, 'History is long enough: nothing is lost, nothing comes twice'],
  ['short-history', 1 / 3, 'History is too short: whoever lost something is told'],
] as const) {
  console.error(`[${new Date().toISOString().slice(11, 19)}] ${scenario}`);
  const durationMs = minutes * 60_000 * share;
  const result = await runStorm({ ...settings, scenario, durationMs });
  sections.push({ name: scenario.replace('-', '_'), title, rows: [result.row] });
  violations.push(...result.violations);
}
publishReport(
  { name: 'storm', settings: { minutes, ...settings }, sections, violations },
  values.json,
);
process.exit();
