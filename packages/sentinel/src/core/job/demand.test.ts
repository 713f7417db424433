import { expect, test } from 'vitest';
import { jobTurn, type JobTurnInput } from '../../testing/job-turn.ts';
import { demandOf, isNews, speedsOf, type Demand } from './demand.ts';
import { lookOver } from './outlook.ts';

function demand(input: JobTurnInput, idle = false): Demand {
  const turn = jobTurn(input);
  return demandOf(turn, lookOver(turn), { idle });
}

const vote = (node: string) => ({ node, owner: `owner of ${node}`, digest: 'x' });

test('a job of which nothing is known could use a slot for every block', () => {
  expect(demand({ blocks: 50 })).toEqual({ wanted: 64, avoid: [] });
  const limits = { slotsPerJob: 8 };
  const { settings } = jobTurn();
  const few = { settings: { limits: { ...settings.limits, ...limits } } };
  expect(demand({ blocks: 50, ...few }).wanted).toBe(8);
});

test('it wants no more slots than each has something worth handing out for', () => {
  // 64 iterations at 0.016 a ms are 4 s; a slot is worth its trip from 100 ms on.
  const nodes = { n: { rate: 0.016 } };
  expect(demand({ nodes })).toMatchObject({ wanted: 64 });
  expect(demand({ nodes: { n: { rate: 0.16 } } })).toMatchObject({ wanted: 4 });
  expect(demand({ nodes: { n: { rate: 16 } } })).toMatchObject({ wanted: 1 });
});

test('it goes on wanting the slots that work for it, and those for what is to be done again', () => {
  const attempts = Object.fromEntries(
    [0, 1, 2].map((from) => [`t${from}`, { node: 'n', from }] as const),
  );
  expect(demand({ nodes: { n: { slots: 3, rate: 64 } }, attempts }).wanted).toBe(4);
  const chunks = { 0: { fails: 1 }, 1: { fails: 1 }, 2: { fails: 1 } };
  expect(demand({ nodes: { n: { rate: 64 } }, chunks }).wanted).toBe(4);
});

test('a job that is over wants nothing', () => {
  const turn = jobTurn();
  turn.state.status = 'cancelled';
  expect(demandOf(turn, lookOver(turn), { idle: false })).toEqual({ wanted: 0, avoid: [] });
});

test('nodes that have said all that they can are avoided, once there is nothing else for them', () => {
  const nodes = { a: { trust: 'none' as const } };
  const chunks = { 0: { blocks: 64, votes: [vote('a')] } };
  expect(demand({ nodes, chunks }, true).avoid).toEqual(['a']);
  expect(demand({ nodes, chunks }, false).avoid).toEqual([]);
  expect(demand({ nodes: { ...nodes, b: {} }, chunks }, true).avoid).toEqual([]);
});

test('that more is wanted is news at once, that less is only after a while', () => {
  const turn = jobTurn({ now: 10_000 });
  expect(isNews(turn, { wanted: 0, avoid: [] })).toBe(true);
  turn.state.demand = { wanted: 8, avoid: [], at: 9_600 };
  expect(isNews(turn, { wanted: 16, avoid: [] })).toBe(true);
  expect(isNews(turn, { wanted: 8, avoid: [] })).toBe(false);
  expect(isNews(turn, { wanted: 4, avoid: [] })).toBe(false);
  expect(isNews(turn, { wanted: 8, avoid: ['n'] })).toBe(true);
  turn.state.demand = { wanted: 8, avoid: [], at: 9_500 };
  expect(isNews(turn, { wanted: 4, avoid: [] })).toBe(true);
});

test('how fast nodes are is told where it is not what was said', () => {
  const known = { slow: { rate: 1, speed: 0.5 }, fast: { rate: 3, speed: 1 }, new: {} };
  expect(speedsOf(lookOver(jobTurn({ nodes: known })))).toEqual([['fast', 1.5]]);
  expect(speedsOf(lookOver(jobTurn({ nodes: { only: { rate: 9 } } })))).toEqual([]);
});
