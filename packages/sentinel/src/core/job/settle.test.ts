import { expect, test } from 'vitest';
import { DEFAULT_FLEET_SETTINGS } from '../../fleet-settings.ts';
import { sums } from '../../testing/sums.ts';
import type { Chunk, JobTurn } from './job-state.ts';
import { settleFailure } from './settle.ts';
import { submitJob } from './submit.ts';

const settings = DEFAULT_FLEET_SETTINGS;

/** A job in which two nodes are at a chunk of two blocks that has failed four times. */
function turnWith(onPoison: 'fail' | 'partial'): JobTurn {
  const random = (): number => 0.5;
  const simulations = new Map([['sums', { version: 'v', simulation: sums }]]);
  const request = { simulation: 'sums', input: { rounds: 1, blocks: 8, count: 1 }, onPoison };
  const submit = { type: 'submit', owner: 'ann', operator: false, request } as const;
  const state = submitJob(submit, { simulations, settings, now: 0, random });
  const chunk: Chunk = { blocks: 2, live: 2, fails: settings.maxAttempts - 1 };
  state.round.free = [0, 2, 4, 4];
  state.round.chunks = { 2: chunk };
  state.attempts = {
    a: { node: 'one', from: 2, at: 0, run: 1 },
    b: { node: 'two', from: 2, at: 0, run: 1 },
  };
  return { job: 'j', state, now: 10, random, settings, simulation: sums };
}

const failure = {
  type: 'failure',
  node: 'one',
  attempt: 'a',
  reason: 'error',
  message: 'bad',
} as const;

test('a chunk that two nodes failed of at once is cut all the same, so that no more than what is bad is left out', () => {
  const turn = turnWith('partial');
  settleFailure(turn, failure);
  const { round, missing, attempts, out } = turn.state;
  expect(missing).toEqual([]);
  expect(
    Object.entries(round.chunks).map(([from, { blocks, live }]) => [from, blocks, live]),
  ).toEqual([
    ['2', 1, 0],
    ['3', 1, 0],
  ]);
  expect(round.again).toEqual([2, 3]);
  expect(attempts).toEqual({});
  expect(out?.works['two']?.cancelled).toEqual(['b']);
});

test('a job that is to fail then fails', () => {
  const turn = turnWith('fail');
  settleFailure(turn, failure);
  expect(turn.state).toMatchObject({
    status: 'failed',
    failure: 'blocks 2 to 3 of round 0: it failed 5 times, the last time with: bad',
  });
});
