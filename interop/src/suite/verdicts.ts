import { allowed, differences, type Difference } from '../differences.ts';
import { mismatches, type Mismatch } from './compare.ts';
import type { Observation, Observations, Run } from './run-suite.ts';

/** What the run makes of one scenario in one lane. */
export interface Verdict {
  readonly run: Run;
  readonly belfry: Observation | undefined;
  readonly centrifugo: Observation | undefined;
  /** What makes the run fail: Belfry is not as documented, or not as Centrifugo is. */
  readonly problems: readonly string[];
  /** The entries of the list of differences that it met. */
  readonly known: readonly Difference[];
}

export interface Judgement {
  readonly verdicts: readonly Verdict[];
  /** Entries that were tried with Centrifugo and that there is no need for any more. */
  readonly stale: readonly Difference[];
}

export function judge(runs: readonly Run[], observations: Observations): Judgement {
  const verdicts = runs.map((run) => verdictOn(run, observations));
  const met = new Set(verdicts.flatMap(({ known }) => known));
  const tried = new Set(
    verdicts
      .filter(({ belfry, centrifugo }) => isComplete(belfry) && isComplete(centrifugo))
      .map(({ run }) => run.scenario.name),
  );
  return {
    verdicts,
    stale: differences.filter((each) => tried.has(each.scenario) && !met.has(each)),
  };
}

function isComplete(observation: Observation | undefined): boolean {
  return observation?.transcript !== undefined;
}

function verdictOn(run: Run, observations: Observations): Verdict {
  const belfry = observations.get('belfry')?.get(run);
  const centrifugo = observations.get('centrifugo')?.get(run);
  const problems: string[] = [];
  const known = new Set<Difference>();
  const note = (mismatch: Mismatch, to: string): void => {
    const difference = allowed(run.scenario.name, mismatch.path);
    if (difference !== undefined) known.add(difference);
    else problems.push(`${mismatch.path}: ${to} ${mismatch.wanted}, Belfry has ${mismatch.got}`);
  };
  if (belfry?.failure !== undefined) problems.push(belfry.failure);
  for (const each of belfry?.mismatches ?? []) note(each, 'documented is');
  if (belfry?.transcript !== undefined && centrifugo !== undefined) {
    if (centrifugo.transcript === undefined) {
      problems.push(`Centrifugo: ${centrifugo.failure ?? 'nothing'}`);
    } else {
      for (const each of mismatches(centrifugo.transcript, belfry.transcript)) {
        note(each, 'Centrifugo has');
      }
    }
  }
  return { run, belfry, centrifugo, problems, known: [...known] };
}
