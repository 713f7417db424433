import * as fc from 'fast-check';
import type { OpenStore } from '../conformance/harness.ts';
import { runScenario } from './run-scenario.ts';
import { scenario, type Step } from './scenario.ts';

export interface ModelCheck {
  readonly open: OpenStore;
  /** How many scenarios to play at most. */
  readonly runs: number;
  /** Of one scenario. Default 80. */
  readonly maxSteps?: number;
  /** When to stop, in ms, with what was played by then. Default 40,000. */
  readonly timeLimitMs?: number;
  /** For how long to look for a shorter scenario that fails, too, in ms. Default 40,000. */
  readonly shortenMs?: number;
  /** Plays the scenarios of an earlier failure again. Default: other ones each time. */
  readonly seed?: number;
}

/** What a check that found nothing did. */
export interface ModelCheckReport {
  readonly scenarios: number;
  readonly steps: number;
}

/**
 * Plays random scenarios on stores and compares each step with the model. Rejects with the seed and the shortest scenario it could
 * find that fails.
 */
export async function checkModel(check: ModelCheck): Promise<ModelCheckReport> {
  const { open, runs, maxSteps = 80, timeLimitMs = 40_000, shortenMs = 40_000 } = check;
  const until = performance.now() + timeLimitMs;
  const played = { scenarios: 0, steps: 0 };
  const property = fc.asyncProperty(scenario(maxSteps), async (made) => {
    // Not fast-check's own limit, which would leave the scenario that is being played to itself.
    if (performance.now() > until) return;
    played.scenarios += 1;
    played.steps += made.length;
    await runScenario(open, made);
  });
  const details = await fc.check(property, {
    numRuns: runs,
    // It is made shorter below: leaving steps out finds shorter ones sooner than making each step simpler.
    endOnFailure: true,
    ...(check.seed === undefined ? {} : { seed: check.seed }),
  });
  const failing = details.counterexample?.[0];
  if (!details.failed || !failing) return played;
  const shortest = await shorten(open, failing, performance.now() + shortenMs);
  const { error, scenario: left } = shortest ?? {
    error: details.errorInstance,
    scenario: failing,
  };
  const lines = left.map((step, i) => `  ${i}: ${JSON.stringify(step)}`);
  const message = error instanceof Error ? error.message : String(error);
  throw new Error(
    `seed ${details.seed}, run ${details.numRuns}: ${message}\nscenario of ${left.length} steps${shortest ? '' : ' (it did not fail again)'}:\n${lines.join('\n')}`,
    { cause: error },
  );
}

interface Failure {
  readonly scenario: readonly Step[];
  readonly error: unknown;
}

/** Leaves out as many steps as it can, in ever smaller pieces. `null`: the scenario does not fail again. */
async function shorten(
  open: OpenStore,
  steps: readonly Step[],
  until: number,
): Promise<Failure | null> {
  let failure = await play(open, steps);
  if (!failure) return null;
  for (
    let size = Math.ceil(steps.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = failure.scenario.length - size; from > -size; from -= size) {
      if (performance.now() > until) return failure;
      const fewer: readonly Step[] = failure.scenario.toSpliced(
        Math.max(0, from),
        size + Math.min(0, from),
      );
      failure = (await play(open, fewer)) ?? failure;
    }
  }
  return failure;
}

async function play(open: OpenStore, steps: readonly Step[]): Promise<Failure | null> {
  try {
    await runScenario(open, steps);
    return null;
  } catch (error) {
    return { scenario: steps, error };
  }
}
