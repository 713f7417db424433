import { expect, test } from 'vitest';
import { jobTurn, type JobTurnInput } from '../../testing/job-turn.ts';
import { lookOver } from './outlook.ts';
import { stragglers } from './stragglers.ts';

function found(input: JobTurnInput): (readonly [from: number, node: string, ms: number])[] {
  const turn = jobTurn(input);
  return stragglers(turn, lookOver(turn)).map(({ from, node, msLeft }) => [from, node, msLeft]);
}

const now = 1_000;

test('the chunk that will take longest comes first', () => {
  const input: JobTurnInput = {
    now,
    nodes: { fast: { rate: 0.1 }, slow: { rate: 0.01 } },
    attempts: {
      a: { node: 'fast', from: 0, at: now },
      b: { node: 'slow', from: 1, at: now - 50 },
    },
  };
  expect(found(input)).toEqual([
    [1, 'slow', 50],
    [0, 'fast', 10],
  ]);
});

test('a chunk that two nodes have is nobody’s to wait for', () => {
  const nodes = { one: { rate: 0.01 }, two: { rate: 0.01 } };
  const attempts = {
    a: { node: 'one', from: 0, at: now },
    b: { node: 'two', from: 0, at: now },
    c: { node: 'two', from: 1, run: 0 },
  };
  expect(found({ now, nodes, attempts }).map(([from]) => from)).toEqual([1]);
});

test('what waits at a node takes what is before it besides', () => {
  const attempts = {
    a: { node: 'n', from: 0, at: now - 40 },
    b: { node: 'n', from: 1, run: 0 },
    c: { node: 'n', from: 2, run: 0 },
  };
  expect(found({ now, nodes: { n: { rate: 0.01 } }, attempts })).toEqual([
    [2, 'n', 60 + 200],
    [1, 'n', 60 + 100],
    [0, 'n', 60],
  ]);
});

test('of a node whose rate nobody knows, what it has run at takes as long again', () => {
  const attempts = { a: { node: 'new', from: 0, at: now - 700 } };
  expect(found({ now, nodes: { new: {} }, attempts })).toEqual([[0, 'new', 700]]);
});
