/** The quick scenarios, as part of the normal tests. `npm run interop` runs all of them. */
import { CENTRIFUGO, findGoServer } from '@belfry/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { contract, names } from './contract.ts';
import { scenarios } from './scenarios/all-scenarios.ts';
import { PythonAgent } from './sdk/python-agent.ts';
import { PYTHON_SDK, setUpPython } from './sdk/python-setup.ts';
import { JS_LANES, laneName, PYTHON_LANES } from './suite/lanes.ts';
import { plan, runSuite, type Observations } from './suite/run-suite.ts';
import { judge } from './suite/verdicts.ts';
import { belfry } from './targets/belfry.ts';
import { centrifugo } from './targets/centrifugo.ts';

const LANES = [...JS_LANES, ...PYTHON_LANES].filter((lane) =>
  ['js/websocket/json', 'js/websocket/protobuf', 'js/sse/json', 'python/websocket/json'].includes(
    laneName(lane),
  ),
);
/** What is run on a Centrifugo, too. */
const COMPARED = new Set(['raw', 'js/websocket/json']);
const quick = scenarios.filter(({ isQuick }) => isQuick);
const runs = plan(quick, LANES);

const found = await findGoServer(CENTRIFUGO, { env: process.env });
if (found instanceof Error) {
  console.warn(`NOT RUN: comparison with a real Centrifugo: ${found.message}`);
}

describe('the official SDKs find what the protocol’s documentation says', () => {
  let observations: Observations = new Map();
  let noPython: string | undefined;

  beforeAll(async () => {
    const setup = await setUpPython();
    if (setup instanceof Error) noPython = `${PYTHON_SDK}: ${setup.message}`;
    await using python = setup instanceof Error ? undefined : new PythonAgent(setup);
    const able = runs.filter(({ lane }) => lane.sdk !== 'python' || python !== undefined);
    const ours = await runSuite({ targets: [belfry()], runs: able, python });
    const theirs =
      found instanceof Error
        ? []
        : await runSuite({
            targets: [centrifugo(found.file)],
            runs: runs.filter(({ lane }) => COMPARED.has(laneName(lane))),
            python: undefined,
          });
    observations = new Map([...ours, ...theirs]);
  }, 300_000);

  it.for(runs.map((run) => [run.scenario.name, laneName(run.lane), run] as const))(
    '%s (%s)',
    ([, , run], context) => {
      context.skip(run.lane.sdk === 'python' && noPython !== undefined, noPython);
      const [verdict] = judge([run], observations).verdicts;
      expect(verdict?.belfry).toBeDefined();
      expect(verdict?.centrifugo !== undefined).toBe(
        !(found instanceof Error) && COMPARED.has(laneName(run.lane)),
      );
      expect(verdict?.problems).toEqual([]);
    },
  );
});

describe('every row of the protocol', () => {
  it.each(contract)('is in a scenario, or has a reason why not: $part', ({ part, rows }) => {
    const isSeen = (row: string): boolean => scenarios.some((each) => names(each.row, part, row));
    expect(rows.filter((row) => !isSeen(row))).toEqual([]);
  });

  it('that has a reason is in no scenario', () => {
    const both = contract.flatMap(({ part, unseen = {} }) =>
      Object.keys(unseen).filter((row) => scenarios.some((each) => names(each.row, part, row))),
    );
    expect(both).toEqual([]);
  });
});
