/** The quick scenarios, as part of the normal tests. `npm run interop` runs all of them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { scenarios } from './scenarios/all-scenarios.ts';
import { PythonAgent } from './sdk/python-agent.ts';
import { PYTHON_SDK, setUpPython } from './sdk/python-setup.ts';
import { JS_LANES, laneName, PYTHON_LANES } from './suite/lanes.ts';
import { plan, runSuite, type Observations } from './suite/run-suite.ts';
import { judge } from './suite/verdicts.ts';
import { belfry } from './targets/belfry.ts';

const LANES = [...JS_LANES, ...PYTHON_LANES].filter((lane) =>
  ['js/websocket/json', 'js/websocket/protobuf', 'js/sse/json', 'python/websocket/json'].includes(
    laneName(lane),
  ),
);
const quick = scenarios.filter(({ isQuick }) => isQuick);
const runs = plan(quick, LANES);

describe('the official SDKs find what the protocol’s documentation says', () => {
  let observations: Observations = new Map();
  let noPython: string | undefined;

  beforeAll(async () => {
    const setup = await setUpPython();
    if (setup instanceof Error) noPython = `${PYTHON_SDK}: ${setup.message}`;
    await using python = setup instanceof Error ? undefined : new PythonAgent(setup);
    const able = runs.filter(({ lane }) => lane.sdk !== 'python' || python !== undefined);
    observations = await runSuite({ targets: [belfry], runs: able, python });
  }, 300_000);

  it.for(runs.map((run) => [run.scenario.name, laneName(run.lane), run] as const))(
    '%s (%s)',
    ([, , run], context) => {
      context.skip(run.lane.sdk === 'python' && noPython !== undefined, noPython);
      const [verdict] = judge([run], observations).verdicts;
      expect(verdict?.belfry).toBeDefined();
      expect(verdict?.problems).toEqual([]);
    },
  );
});
