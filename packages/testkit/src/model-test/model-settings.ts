/** How long a model test plays. */
export interface ModelSettings {
  readonly runs: number;
  readonly timeLimitMs: number;
  readonly seed?: number;
  /** Of the whole test: also enough to make a failure shorter. */
  readonly timeout: number;
}

/**
 * Reads `BELFRY_MODEL_RUNS`, the number of scenarios to play, and `BELFRY_MODEL_SEED`, which plays those of an earlier failure again,
 * from an environment. Unless there are more runs than usual, playing takes 40 s at most.
 */
export function modelSettings(
  env: Readonly<Record<string, string | undefined>>,
  usualRuns: number,
): ModelSettings {
  const runs = integer(env, 'BELFRY_MODEL_RUNS') ?? usualRuns;
  if (runs < 1) throw new RangeError(`BELFRY_MODEL_RUNS is ${runs}; give it 1 at least`);
  const seed = integer(env, 'BELFRY_MODEL_SEED');
  const timeLimitMs = runs > usualRuns ? 3_000 * runs : 40_000;
  return {
    runs,
    timeLimitMs,
    timeout: timeLimitMs + 80_000,
    ...(seed === undefined ? {} : { seed }),
  };
}

function integer(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`${name} is ${JSON.stringify(text)}; give it a whole number`);
  }
  return value;
}
