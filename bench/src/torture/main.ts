/**
 * Does anything get lost, doubled or out of order while processes are killed and frozen at random?
 *
 * `npm run torture -- [--minutes 2] [--store redis|embedded|both] [--games 50] [--seed N] [--json FILE]`
 */
import { parseArgs } from 'node:util';
import { publishReport, type Row } from '../report.ts';
import { runTorture, type TortureResult } from './run-torture.ts';
import { whenAllStart } from './when-all-start.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    store: { type: 'string', default: 'both' },
    games: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    json: { type: 'string' },
  },
});
const minutes = positive('minutes', values.minutes);
const games = positive('games', values.games);
const seed = positive('seed', values.seed);
if (!['redis', 'embedded', 'both'].includes(values.store)) {
  throw new Error(`--store is ${JSON.stringify(values.store)}; use redis, embedded or both`);
}

// What was started is ended by `exit`, which a signal by itself would skip.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const results: TortureResult[] = [];
for (const store of ['redis', 'embedded'] as const) {
  if (values.store !== store && values.store !== 'both') continue;
  results.push(await whenAllStart(runTorture({ store, minutes, games, seed })));
}
publishReport(
  {
    name: 'torture: kill and freeze at random',
    settings: { minutes, games, seed, store: values.store },
    sections: [
      {
        name: 'counts',
        title: 'What was done to them, and what they did',
        rows: results.map(row),
      },
    ],
    violations: results.flatMap(({ store, violations }) => violations.map((v) => `${store}: ${v}`)),
  },
  values.json,
);
process.exit();

function row(result: TortureResult): Row {
  const [p50, p99] = result.ledgerLatencyMs;
  return {
    store: result.store,
    kills: result.kills,
    freezes: result.freezes,
    ...result.counts,
    send_p50_ms: p50 ?? null,
    send_p99_ms: p99 ?? null,
    violations: result.violations.length,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} is ${JSON.stringify(text)}; use a number above 0`);
  return value;
}
