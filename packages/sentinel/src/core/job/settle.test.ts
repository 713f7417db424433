import { describe, expect, test } from 'vitest';
import { DEFAULT_FLEET_SETTINGS } from '../../fleet-settings.ts';
import type { ResultMessage } from '../../messages/job-messages.ts';
import { jobTurn } from '../../testing/job-turn.ts';
import { freeBlocks } from '../ranges/free-ranges.ts';
import type { JobTurn } from './job-state.ts';
import { settleFailure, settleLost, settleResult } from './settle.ts';

const settings = DEFAULT_FLEET_SETTINGS;

/** A job in which two nodes are at a chunk of two blocks that has failed four times. */
const turnWith = (onPoison: 'fail' | 'partial'): JobTurn =>
  jobTurn({
    blocks: 8,
    onPoison,
    nodes: { one: {}, two: {} },
    attempts: { a: { node: 'one', from: 2 }, b: { node: 'two', from: 2 } },
    chunks: { 2: { blocks: 2, fails: settings.maxAttempts - 1 } },
  });

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

const settled = (from: Partial<ResultMessage> & Pick<ResultMessage, 'node' | 'attempt'>) => ({
  type: 'result' as const,
  ms: 5,
  result: '{"n":1}',
  digest: 'true',
  ...from,
});

describe('a result', () => {
  const attempts = { a: { node: 'one', from: 0 }, b: { node: 'two', from: 0 } };
  const nodes = { one: {}, two: {} };

  test('counts once: the second of a chunk is late, and so is one of an attempt that was another’s', () => {
    const turn = jobTurn({ nodes, attempts });
    settleResult(turn, settled({ node: 'two', attempt: 'a' }));
    expect(turn.state.counts).toMatchObject({ completed: 0, late: 1 });
    settleResult(turn, settled({ node: 'one', attempt: 'a' }));
    expect(turn.state.round.done).toEqual({ 0: [1, '{"n":1}'] });
    expect(turn.state.out?.works['two']?.cancelled).toEqual(['b']);
    settleResult(turn, settled({ node: 'two', attempt: 'b', result: '{"n":2}' }));
    settleResult(turn, settled({ node: 'one', attempt: 'a', result: '{"n":3}' }));
    expect(turn.state.round.done).toEqual({ 0: [1, '{"n":1}'] });
    expect(turn.state.counts).toMatchObject({ completed: 1, late: 3 });
  });

  test('that is too long is a failure that says what to do', () => {
    const { limits } = jobTurn().settings;
    const turn = jobTurn({ nodes, attempts, settings: { limits: { ...limits, resultBytes: 3 } } });
    settleResult(turn, settled({ node: 'one', attempt: 'a' }));
    expect(turn.state.counts).toMatchObject({ completed: 0, failed: 1 });
    expect(turn.state.errors[0]?.message).toContain('3 are allowed (fleet.limits.result_bytes)');
  });

  test('of a node without trust waits until another says the same', () => {
    const wary = { one: { trust: 'none' }, two: { trust: 'none' } } as const;
    const turn = jobTurn({ nodes: wary, attempts });
    settleResult(turn, settled({ node: 'one', attempt: 'a' }));
    expect(turn.state.round.done).toEqual({});
    settleResult(turn, settled({ node: 'two', attempt: 'b' }));
    expect(turn.state.round.done).toEqual({ 0: [1, '{"n":1}'] });
  });

  test('of a trusted node that is outvoted takes with it what rests on its word alone and waits', () => {
    const turn = jobTurn({
      nodes: { liar: { trust: 'earned', slots: 3 }, boss: { trust: 'operator' } },
      attempts: {
        a: { node: 'liar', from: 4 },
        b: { node: 'liar', from: 8 },
        c: { node: 'boss', from: 8 },
        d: { node: 'liar', from: 12 },
      },
      chunks: { 20: { votes: [{ node: 'liar', owner: 'l', digest: 'x' }] } },
      // None is checked, but for the one that is asked twice.
      random: 0.99,
    });
    const { round } = turn.state;
    settleResult(turn, settled({ node: 'liar', attempt: 'a' }));
    expect(round.done).toEqual({ 4: [1, '{"n":1}', 'liar'] });
    turn.state.round.chunks[8] = { blocks: 1, live: 2, votes: [] };
    const checked: JobTurn = { ...turn, random: () => 0 };
    settleResult(checked, settled({ node: 'liar', attempt: 'b', digest: 'lie' }));
    settleResult(checked, settled({ node: 'boss', attempt: 'c' }));
    expect(round.done).toEqual({ 8: [1, '{"n":1}'] });
    expect(turn.state.counts.disputed).toBe(1);
    expect(turn.state.nodes['liar']?.outvoted).toBe(true);
    // What it said of other chunks is no vote any more, and what it says from now on does not count by itself.
    expect(round.chunks[20]).toBeUndefined();
    settleResult(turn, settled({ node: 'liar', attempt: 'd' }));
    expect(round.done).toEqual({ 8: [1, '{"n":1}'] });
    expect(freeBlocks(round.free)).toBe(64 - 2);
  });
});

describe('an attempt that is lost', () => {
  const nodes = { one: {} };

  test('is a quarter of a failure when its node died with it', () => {
    const { maxAttempts } = settings;
    const attempts = { a: { node: 'one', from: 0 } };
    const lose = (lost: number) => {
      const turn = jobTurn({ nodes, attempts, chunks: { 0: { lost } } });
      settleLost(turn, { type: 'lost', node: 'one', reason: 'dead', attempts: ['a'] });
      return turn.state;
    };
    expect(lose(maxAttempts * 4 - 2).status).toBe('queued');
    const failed = lose(maxAttempts * 4 - 1);
    expect(failed).toMatchObject({ status: 'failed' });
    expect(failed.failure).toContain('20 nodes died or came to a standstill with it');
  });

  test('is nothing when it only waited, was refused or never arrived', () => {
    for (const [run, reason] of [
      [0, 'dead'],
      [1, 'refused'],
      [1, 'unacknowledged'],
    ] as const) {
      const turn = jobTurn({ nodes, attempts: { a: { node: 'one', from: 0, run } } });
      settleLost(turn, { type: 'lost', node: 'one', reason, attempts: ['a'] });
      expect(turn.state.round.chunks).toEqual({});
      expect(turn.state.attempts).toEqual({});
      expect(freeBlocks(turn.state.round.free)).toBe(64);
    }
  });

  test('is told of with the time that it stood still', () => {
    const turn = jobTurn({ nodes, attempts: { a: { node: 'one', from: 0, at: 1 } } });
    settleLost(turn, { type: 'lost', node: 'one', reason: 'stalled', attempts: ['a'] });
    expect(turn.state.errors[0]?.message).toBe('no progress for 30000 ms');
    expect(turn.state.round.again).toEqual([0]);
  });
});

test('of what went wrong the latest five are kept, as long as they may be', () => {
  const attempts = Object.fromEntries(
    Array.from({ length: 7 }, (_, i) => [`t${i}`, { node: 'one', from: i }] as const),
  );
  const turn = jobTurn({ nodes: { one: { slots: 7 } }, attempts });
  for (let i = 0; i < 7; i++) {
    settleFailure(turn, { ...failure, attempt: `t${i}`, message: `${i}`.repeat(5_000) });
  }
  const { errors } = turn.state;
  expect(errors.map(({ from, message }) => [from, message[0], message.length])).toEqual(
    [2, 3, 4, 5, 6].map((i) => [i, `${i}`, 2_000]),
  );
});

test('a chunk that is given back has not failed, and the node gets nothing for a heartbeat', () => {
  const turn = jobTurn({ nodes: { one: {} }, attempts: { a: { node: 'one', from: 0 } } });
  settleFailure(turn, { ...failure, reason: 'refused' });
  const { times } = turn.settings;
  expect(turn.state.counts.failed).toBe(0);
  expect(turn.state.nodes['one']?.pausedUntil).toBe(turn.now + times.heartbeatMs);
  expect(freeBlocks(turn.state.round.free)).toBe(64);
});
