/** The quick scenarios, as part of the normal tests. `npm run interop` runs all of them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { scenarios } from './scenarios/all-scenarios.ts';
import type { Lane } from './sdk/client.ts';
import { laneName } from './suite/lanes.ts';
import { plan, runSuite, type Observations } from './suite/run-suite.ts';
import { judge } from './suite/verdicts.ts';
import { belfry } from './targets/belfry.ts';

const LANES: readonly Lane[] = [
  { sdk: 'js', transport: 'websocket', encoding: 'json' },
  { sdk: 'js', transport: 'websocket', encoding: 'protobuf' },
  { sdk: 'js', transport: 'sse', encoding: 'json' },
];
const runs = plan(
  scenarios.filter(({ isQuick }) => isQuick),
  LANES,
);

describe('the JavaScript SDK finds what the protocol’s documentation says', () => {
  let observations: Observations = new Map();

  beforeAll(async () => {
    observations = await runSuite({ targets: [belfry], runs, python: undefined });
  }, 120_000);

  it.each(runs.map((run) => [run.scenario.name, laneName(run.lane), run] as const))(
    '%s (%s)',
    (_name, _lane, run) => {
      const [verdict] = judge([run], observations).verdicts;
      expect(verdict?.belfry).toBeDefined();
      expect(verdict?.problems).toEqual([]);
    },
  );
});
