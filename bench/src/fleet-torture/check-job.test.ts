import type { JobResult, JobView } from '@belfry/protocol';
import { describe, expect, it } from 'vitest';
import { runLocally } from '@belfry/protocol';
import { harmonic, type Harmonic } from '../fleet/simulations/harmonic.ts';
import { type HarmonicJob, jobViolations, type KnownJob } from './check-job.ts';

const INPUT: HarmonicJob = { blocks: 13, iterations: 5, rounds: 1, blockMs: 100, broken: [] };

function known(changes: Partial<KnownJob> = {}, input: Partial<HarmonicJob> = {}): KnownJob {
  return {
    key: 'k1',
    user: 'ann',
    request: { simulation: 'harmonic', seed: 7, input: { ...INPUT, ...input } },
    answered: ['j1', 'j1'],
    made: 1,
    cancelled: false,
    retried: false,
    ...changes,
  };
}

function view(changes: Partial<JobView> = {}): JobView {
  const counts = {
    assigned: 9,
    completed: 8,
    failed: 0,
    lost: 1,
    late: 0,
    copies: 1,
    disputed: 0,
  };
  return {
    job: 'j1',
    status: 'done',
    failure: null,
    blocks: 13,
    blocksDone: 13,
    counts,
    ...changes,
  } as JobView;
}

function result(changes: Partial<JobResult> = {}): JobResult {
  const local = runLocally(harmonic, { ...INPUT, broken: [] }, { seed: 7 });
  return {
    job: 'j1',
    result: local.result,
    summary: null,
    iterations: local.iterations,
    missing: [],
    ...changes,
  };
}

const truth = result().result as Harmonic;

it('a job that came out as on one machine is right', () => {
  expect(jobViolations(known(), { view: view(), result: result() })).toEqual([]);
});

describe('what is wrong with a job is told', () => {
  it.each([
    ['a last bit', { ...truth, sum: truth.sum * (1 + Number.EPSILON) }],
    ['another order of merging', { ...truth, tree: truth.tree ^ 1 }],
  ])('%s', (_what, wrong) => {
    const found = { view: view(), result: result({ result: wrong }) };
    expect(jobViolations(known(), found)).toEqual([expect.stringContaining('one machine to')]);
  });

  it('a block that was taken twice for another', () => {
    const wrong = result({ result: { ...truth, indexes: truth.indexes + 1 } });
    expect(jobViolations(known(), { view: view(), result: wrong })).toContainEqual(
      expect.stringContaining('not each once'),
    );
  });

  it('a job that did not end, and one that failed for no reason', () => {
    expect(jobViolations(known(), { view: view({ status: 'running' }), result: null })).toEqual([
      'job j1 of ann: is running, not done',
    ]);
    const failed = view({ status: 'failed', failure: 'it failed 5 times' });
    expect(jobViolations(known({}, { broken: [3] }), { view: failed, result: null })).toEqual([
      expect.stringContaining('for another reason'),
    ]);
  });

  it('a key that made two jobs', () => {
    const job = known({ answered: ['j1', 'j2'], made: 2 });
    expect(jobViolations(job, { view: view(), result: result() })).toEqual([
      'job j1 of ann: its key was answered with 2 jobs',
      'job j1 of ann: 2 answers said that they made it',
    ]);
  });

  it('more ends than attempts', () => {
    const counts = { ...view().counts, completed: 9 };
    expect(jobViolations(known(), { view: view({ counts }), result: result() })).toEqual([
      'job j1 of ann: 9 attempts were given out, and 9 + 0 + 1 ended',
    ]);
  });

  it('a cancelled job that is done all the same, unless it was to go on', () => {
    const found = { view: view(), result: result() };
    expect(jobViolations(known({ cancelled: true }), found)).toHaveLength(1);
    expect(jobViolations(known({ cancelled: true, retried: true }), found)).toEqual([]);
  });
});

describe('a job that goes on without its broken blocks', () => {
  const job = known({}, { broken: [3, 8] });
  const partial: KnownJob = { ...job, request: { ...job.request, onPoison: 'partial' } };
  const missing = [
    { round: 0, from: 3, blocks: 1 },
    { round: 0, from: 8, blocks: 1 },
  ];

  it('is right when it has all others, put together as they would be with them', () => {
    // By hand: ((0 1)(2 ·))((4 5)(6 7)) · (· 9)(10 11) · 12, each level one merge.
    const run = (block: number): Harmonic =>
      harmonic.run({
        input: { ...INPUT, broken: [] },
        roundInput: null,
        seed: 7,
        round: 0,
        block,
        from: block * 5,
        count: 5,
      });
    const join = (...parts: readonly Harmonic[]): Harmonic =>
      parts.reduce((a, b) => harmonic.merge(a, b));
    const low = join(
      join(join(run(0), run(1)), run(2)),
      join(join(run(4), run(5)), join(run(6), run(7))),
    );
    const high = join(run(9), join(run(10), run(11)));
    const found = result({ result: join(low, high, run(12)), iterations: 55, missing });
    expect(jobViolations(partial, { view: view({ blocksDone: 11 }), result: found })).toEqual([]);
  });

  it('is wrong when it left out others', () => {
    const wrong = result({ missing: [{ round: 0, from: 2, blocks: 2 }] });
    expect(jobViolations(partial, { view: view(), result: wrong })).toContainEqual(
      'job j1 of ann: left out the blocks 2, 3, and 3, 8 are broken',
    );
  });
});
