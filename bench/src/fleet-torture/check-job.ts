import {
  canonicalJson,
  type JobResult,
  type JobStatus,
  type JobView,
  type SubmitRequest,
} from '@belfry/protocol';
import type { Harmonic } from '../fleet/simulations/harmonic.ts';
import { expectedResult } from './expected-result.ts';

/** What was done with a job, as whoever submitted it knows. */
export interface KnownJob {
  readonly key: string;
  readonly user: string;
  readonly request: SubmitRequest & { readonly input: HarmonicJob };
  /** The ids that were answered, one for each time that it was submitted. */
  readonly answered: readonly string[];
  /** How many of these answers said that it was made then. */
  readonly made: number;
  /** It was told to be cancelled, and that was answered; and then to go on. */
  readonly cancelled: boolean;
  readonly retried: boolean;
}

/** What jobs are submitted with. */
export interface HarmonicJob {
  readonly blocks: number;
  readonly iterations: number;
  readonly rounds: number;
  readonly blockMs: number;
  readonly broken: readonly number[];
}

/** How a job was found in the end. `result` is there where it is done. */
export interface FoundJob {
  readonly view: JobView;
  readonly result: JobResult | null;
}

/** What is wrong with a job, once everything has ended. */
export function jobViolations(job: KnownJob, { view, result }: FoundJob): string[] {
  const name = `job ${view.job} of ${job.user}`;
  return [
    ...keyProblems(job),
    ...endingProblems(job, view),
    ...countProblems(view),
    ...resultProblems(job, result),
  ].map((problem) => `${name}: ${problem}`);
}

/** A key makes one job, however often it is submitted. */
function keyProblems({ answered, made }: KnownJob): string[] {
  const ids = new Set(answered);
  const problems: string[] = [];
  if (ids.size !== 1) problems.push(`its key was answered with ${ids.size} jobs`);
  if (made > 1) problems.push(`${made} answers said that they made it`);
  return problems;
}

function endingProblems(job: KnownJob, { status, failure }: JobView): string[] {
  const expected = expectedEndings(job);
  if (!expected.includes(status)) {
    const why = failure === null ? '' : ` (${failure})`;
    return [`is ${status}${why}, not ${expected.join(' or ')}`];
  }
  if (status === 'failed' && failure?.includes('is broken') !== true) {
    return [`failed for another reason than its broken block: ${failure}`];
  }
  return [];
}

function expectedEndings({ request, cancelled, retried }: KnownJob): JobStatus[] {
  // Cancelling may have come too late.
  if (cancelled && !retried) return ['cancelled'];
  const fails = request.input.broken.length > 0 && request.onPoison !== 'partial';
  return [fails ? 'failed' : 'done'];
}

/** Each attempt ends one way at most. */
function countProblems({ counts, blocks, blocksDone }: JobView): string[] {
  const problems: string[] = [];
  const { assigned, completed, failed, lost, copies } = counts;
  if (completed + failed + lost > assigned) {
    problems.push(
      `${assigned} attempts were given out, and ${completed} + ${failed} + ${lost} ended`,
    );
  }
  if (copies > assigned) problems.push(`${copies} copies of ${assigned} attempts`);
  if (blocksDone > blocks) problems.push(`${blocksDone} of ${blocks} blocks are done`);
  return problems;
}

function resultProblems({ request }: KnownJob, result: JobResult | null): string[] {
  if (result === null) return [];
  const { input, onPoison, targetError } = request;
  const { missing } = result;
  const problems: string[] = [];
  const left = missing.flatMap(({ from, blocks }) =>
    Array.from({ length: blocks }, (_, i) => from + i),
  );
  const broken = onPoison === 'partial' ? input.broken : [];
  if (left.toSorted(byNumber).join() !== broken.toSorted(byNumber).join()) {
    problems.push(`left out the blocks ${left.join(', ')}, and ${broken.join(', ')} are broken`);
  }
  const found = result.result as Harmonic;
  if (input.rounds === 1 && targetError === undefined) {
    // By itself, whatever ran it: each block once.
    const all = (input.blocks * (input.blocks - 1)) / 2 - left.reduce((sum, n) => sum + n, 0);
    if (found.blocks !== input.blocks - left.length || found.indexes !== all) {
      problems.push(
        `has ${found.blocks} blocks whose numbers add up to ${found.indexes}: not each once`,
      );
    }
  }
  const expected = expectedResult(request, missing);
  if (canonicalJson(found) !== expected.json) {
    problems.push(`came to ${canonicalJson(found)}, one machine to ${expected.json}`);
  }
  if (result.iterations !== expected.iterations) {
    problems.push(`has ${result.iterations} iterations, one machine ${expected.iterations}`);
  }
  return problems;
}

function byNumber(a: number, b: number): number {
  return a - b;
}
