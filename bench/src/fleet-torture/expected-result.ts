import {
  canonicalJson,
  RangeFold,
  runLocally,
  type JobResult,
  type SubmitRequest,
} from '@belfry/protocol';
import { harmonic, type Harmonic } from '../fleet/simulations/harmonic.ts';

/** What one machine makes of a job. */
export interface Expected {
  /** The canonical JSON of the result. */
  readonly json: string;
  readonly iterations: number;
}

/** Runs a whole job here, in one go. `missing`: blocks of its only round that are left out. */
export function expectedResult(
  { input, seed = 1, targetError }: Pick<SubmitRequest, 'input' | 'seed' | 'targetError'>,
  missing: JobResult['missing'] = [],
): Expected {
  const parsed = harmonic.input['~standard'].validate(input);
  if (parsed instanceof Promise || parsed.issues !== undefined) {
    throw new TypeError(`a job was submitted with ${JSON.stringify(input)}`);
  }
  const { value } = parsed;
  if (missing.length === 0) {
    const run = runLocally(harmonic, value, {
      seed,
      ...(targetError === undefined ? {} : { targetError }),
    });
    return { json: canonicalJson(run.result), iterations: run.iterations };
  }
  const plan = harmonic.plan({ input: value, round: 0, result: undefined });
  if (plan === null) throw new TypeError('a job has no work');
  const { blocks, blockIterations: count } = plan;
  const isMissing = (block: number): boolean =>
    missing.some(({ from, blocks: size }) => block >= from && block < from + size);
  // What is left out has its place in the tree and changes nothing.
  const fold = new RangeFold<Harmonic | null>((a, b) =>
    a === null ? b : b === null ? a : harmonic.merge(a, b),
  );
  let iterations = 0;
  for (let block = 0; block < blocks; block++) {
    const left = isMissing(block);
    if (!left) iterations += count;
    const run = { input: { ...value, broken: [] }, roundInput: null, seed, round: 0 };
    const from = block * count;
    fold.push(
      { from: block, blocks: 1 },
      left ? null : harmonic.run({ ...run, block, from, count }),
    );
  }
  return { json: canonicalJson(fold.value()), iterations };
}
