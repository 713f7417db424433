/**
 * Does a fleet come to what one machine would come to, to the last bit, while its nodes, Beacons and Sentinels fail at random?
 *
 * `npm run torture:fleet -- [--minutes 2] [--nodes 200] [--pace usual|quick] [--seed N] [--json FILE]`
 */
import { parseArgs } from 'node:util';
import { publishReport } from '../report.ts';
import { whenAllStart } from '../torture/when-all-start.ts';
import { PACES } from './fleet-torture-config.ts';
import { runFleetTorture } from './run-fleet-torture.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    nodes: { type: 'string', default: '200' },
    pace: { type: 'string', default: 'usual' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    json: { type: 'string' },
  },
});
const minutes = positive('minutes', values.minutes);
const nodes = positive('nodes', values.nodes);
const seed = positive('seed', values.seed);
const paces = Object.keys(PACES) as (keyof typeof PACES)[];
const pace = paces.find((each) => each === values.pace);
if (pace === undefined) {
  throw new Error(`--pace is ${JSON.stringify(values.pace)}; use ${paces.join(' or ')}`);
}

// What was started is ended by `exit`, which a signal by itself would skip.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const { counts, violations } = await whenAllStart(runFleetTorture({ minutes, nodes, seed, pace }));
publishReport(
  {
    name: 'torture:fleet: nodes, Beacons and Sentinels fail at random',
    settings: { minutes, nodes, seed, pace },
    sections: [
      {
        name: 'fleet_counts',
        title: 'What was done to them, and what they did',
        rows: Object.entries(counts).map(([what, count]) => ({ what, count })),
      },
    ],
    violations,
  },
  values.json,
);
process.exit();

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} is ${JSON.stringify(text)}; use a number above 0`);
  return value;
}
