/**
 * The official SDKs as black-box clients:
 * `npm run interop -- [--only TEXT] [--sdk js,python,raw] [--target belfry,centrifugo] [--store embedded|redis] [--json FILE] [--rows]`.
 *
 * Every scenario is run on Belfry and, where there is one, on a real Centrifugo, with the same config file; see docs/beacon/interop.md.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CENTRIFUGO, findGoServer } from '@belfry/testkit';
import { contract, names } from './contract.ts';
import { scenarios } from './scenarios/all-scenarios.ts';
import type { Lane } from './sdk/client.ts';
import { PythonAgent } from './sdk/python-agent.ts';
import { PYTHON_SDK, setUpPython } from './sdk/python-setup.ts';
import { JS_LANES, laneName, PYTHON_LANES, RAW } from './suite/lanes.ts';
import { plan, runSuite } from './suite/run-suite.ts';
import { table } from './suite/table.ts';
import { judge, type Verdict } from './suite/verdicts.ts';
import { belfry, STORES, type StoreName } from './targets/belfry.ts';
import { centrifugo } from './targets/centrifugo.ts';
import type { Target } from './targets/target.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    sdk: { type: 'string' },
    target: { type: 'string' },
    store: { type: 'string', default: 'embedded' },
    json: { type: 'string' },
    rows: { type: 'boolean', default: false },
  },
});

/** Those of `known` that a flag names: all, when it is not there. */
function chosen(
  flag: string,
  known: readonly string[],
  given: string | undefined,
): ReadonlySet<string> {
  const names = given?.split(',') ?? known;
  for (const name of names) {
    if (!known.includes(name)) {
      throw new Error(`--${flag} has ${JSON.stringify(name)}; use ${known.join(', ')}`);
    }
  }
  return new Set(names);
}

function say(text: string): void {
  console.error(`interop: ${text}`);
}

if (values.rows) {
  for (const { part, rows, unseen = {} } of contract) {
    for (const row of rows) {
      const seen = scenarios.filter((each) => names(each.row, part, row));
      console.log(`${part}: ${row}\n${seen.map(({ name }) => `  ${name}`).join('\n')}`);
    }
    for (const [row, why] of Object.entries(unseen)) console.log(`${part}: ${row}\n  – ${why}`);
  }
  process.exit();
}

const sdks = chosen('sdk', ['js', 'python', 'raw'], values.sdk);
const targetNames = chosen('target', ['belfry', 'centrifugo'], values.target);
const only = values.only?.toLowerCase() ?? '';
const wanted = scenarios.filter(({ name, row }) => `${name}\n${row}`.toLowerCase().includes(only));
if (wanted.length === 0) {
  throw new Error(`--only ${JSON.stringify(only)} is in the name or row of no scenario`);
}

/** What was not run, and why. */
const notRun: string[] = [];
const lanes: Lane[] = [];
if (sdks.has('js')) lanes.push(...JS_LANES);
let python: PythonAgent | undefined;
if (sdks.has('python')) {
  const setup = await setUpPython();
  if (setup instanceof Error) {
    notRun.push(`not run with ${PYTHON_SDK}: ${setup.message.trim().split('\n').at(-1)}`);
  } else {
    python = new PythonAgent(setup);
    lanes.push(...PYTHON_LANES);
  }
}

const targets: Target[] = [];
const [store = 'embedded'] = chosen('store', STORES, values.store) as ReadonlySet<StoreName>;
if (targetNames.has('belfry')) targets.push(belfry(store));
if (targetNames.has('centrifugo')) {
  const found = await findGoServer(CENTRIFUGO, { env: process.env, say });
  if (found instanceof Error) {
    notRun.push(`not run against a real Centrifugo: ${found.message}`);
  } else {
    say(`Centrifugo ${found.version}, ${found.file}`);
    targets.push(centrifugo(found.file));
  }
}
for (const each of notRun) say(each);

const runs = plan(wanted, lanes).filter(({ lane }) => sdks.has(lane.sdk));
const startedAt = performance.now();
let done = 0;
const observations = await runSuite({
  targets,
  runs,
  python,
  onDone: () => {
    done++;
    if (done % 50 === 0) say(`${done} of ${runs.length * targets.length}`);
  },
});
await python?.[Symbol.asyncDispose]();
const { verdicts, stale } = judge(runs, observations);
const columns = [...(sdks.has('raw') ? [RAW] : []), ...lanes];
console.log(table(verdicts, columns));

const bad = verdicts.filter(({ problems }) => problems.length > 0);
for (const { run, problems } of bad) {
  console.log(`\n✗ ${run.scenario.name} (${laneName(run.lane)}; ${run.scenario.row})`);
  for (const problem of problems) console.log(`  ${problem}`);
}
const known = new Set(verdicts.flatMap((each) => each.known));
for (const { scenario, path, reason } of known) console.log(`\n~ ${scenario}: ${path}: ${reason}`);
for (const { scenario, path } of stale) {
  console.log(`\n✗ differences.ts: ${scenario}: ${path} is no difference any more; take it out`);
}
const seconds = Math.round((performance.now() - startedAt) / 1_000);
const on = targets.map(({ name }) => name).join(' and ');
console.log(
  `\n${wanted.length} scenarios, ${runs.length} runs on ${on} in ${seconds} s: ${bad.length} failed`,
);
for (const each of notRun) console.log(each);

if (values.json !== undefined) {
  writeFileSync(values.json, JSON.stringify({ notRun, stale, runs: verdicts.map(plain) }, null, 2));
}
process.exitCode = bad.length > 0 || stale.length > 0 || targets.length === 0 ? 1 : 0;

function plain({ run, belfry, centrifugo, problems, known }: Verdict): object {
  const { name, row } = run.scenario;
  return { scenario: name, row, lane: run.lane, belfry, centrifugo, problems, known };
}
