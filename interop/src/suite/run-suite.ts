import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../json.ts';
import type { Lane, Sdk } from '../sdk/client.ts';
import { jsSdk } from '../sdk/js-client.ts';
import type { PythonAgent } from '../sdk/python-agent.ts';
import { pythonSdk } from '../sdk/python-client.ts';
import { startBackend, type Backend } from '../targets/backend.ts';
import { profile } from '../targets/profiles.ts';
import type { RunningTarget, Target } from '../targets/target.ts';
import { mismatches, type Mismatch } from './compare.ts';
import { RAW } from './lanes.ts';
import { expectation, type Scenario } from './scenario.ts';
import { World } from './world.ts';

/** One scenario in one lane. */
export interface Run {
  readonly scenario: Scenario;
  readonly lane: Lane;
}

/** What came of a run on one target. */
export interface Observation {
  readonly transcript?: Json;
  /** What it was that kept it from coming to its end. */
  readonly failure?: string;
  /** Where it is not as documented. */
  readonly mismatches: readonly Mismatch[];
}

export interface SuiteOptions {
  readonly targets: readonly Target[];
  readonly runs: readonly Run[];
  readonly python: PythonAgent | undefined;
  /** How many runs at once. Default 6. */
  readonly concurrency?: number;
  readonly onDone?: (run: Run, target: Target, observation: Observation) => void;
}

export type Observations = ReadonlyMap<Target['name'], ReadonlyMap<Run, Observation>>;

/** Which lanes run which scenarios. What a lane cannot run is left out. */
export function plan(scenarios: readonly Scenario[], lanes: readonly Lane[]): readonly Run[] {
  return scenarios.flatMap((scenario) => {
    if (scenario.kind === 'raw') return [{ scenario, lane: RAW }];
    const able = lanes.filter((lane) => scenario.not?.(lane) === undefined);
    return able.map((lane) => ({ scenario, lane }));
  });
}

/** Runs everything on every target, one target after the other, each with the same config files. */
export async function runSuite(options: SuiteOptions): Promise<Observations> {
  const directory = await mkdtemp(join(tmpdir(), 'belfry-interop-config-'));
  await using backend = await startBackend();
  try {
    const observations = new Map<Target['name'], ReadonlyMap<Run, Observation>>();
    for (const target of options.targets) {
      observations.set(target.name, await runTarget(target, { options, backend, directory }));
    }
    return observations;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Ground {
  readonly options: SuiteOptions;
  readonly backend: Backend;
  readonly directory: string;
}

async function runTarget(target: Target, ground: Ground): Promise<Map<Run, Observation>> {
  const { runs, concurrency = 6 } = ground.options;
  const observations = new Map<Run, Observation>();
  const profiles = new Set(runs.map(({ scenario }) => scenario.profile ?? 'main'));
  for (const name of profiles) {
    const queue = runs.filter(({ scenario }) => (scenario.profile ?? 'main') === name);
    const file = join(ground.directory, `${name}.json`);
    await writeFile(file, JSON.stringify(profile(name, ground.backend.url), null, 2));
    await using server = await target.start(file);
    const work = async (): Promise<void> => {
      for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
        const observation = await observe(run, { ...ground, target, server, file });
        observations.set(run, observation);
        ground.options.onDone?.(run, target, observation);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
  }
  return observations;
}

interface Place extends Ground {
  readonly target: Target;
  readonly server: RunningTarget;
  readonly file: string;
}

async function observe(run: Run, place: Place): Promise<Observation> {
  const { scenario, lane } = run;
  await using own = scenario.ownServer === true ? await place.target.start(place.file) : null;
  const parts = { lane, backend: place.backend, sdk: sdkFor(lane, place.options.python) };
  await using world = new World({ ...parts, target: own ?? place.server });
  try {
    const transcript = world.normalise(await scenario.run(world));
    return { transcript, mismatches: mismatches(expectation(scenario, lane), transcript) };
  } catch (error) {
    return { failure: (error as Error).message, mismatches: [] };
  }
}

function sdkFor(lane: Lane, python: PythonAgent | undefined): Sdk | undefined {
  if (lane.sdk === 'js') return jsSdk(lane);
  return lane.sdk === 'python' && python !== undefined ? pythonSdk(python, lane) : undefined;
}
