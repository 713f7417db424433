import { describe, expect, test } from 'vitest';
import { jobTurn, type JobTurnInput } from '../../testing/job-turn.ts';
import { giveOut } from './assign.ts';
import type { JobTurn } from './job-state.ts';
import { lookOver } from './outlook.ts';

const NOW = 10_000;

type JobNodeInput = NonNullable<JobTurnInput['nodes']>[string];

/** Gives out; what each node got: the first blocks of its chunks. */
function given(input: JobTurnInput): Record<string, number[]> {
  return gifts(run(input));
}

function run(input: JobTurnInput): JobTurn {
  const turn = jobTurn({ now: NOW, ...input });
  giveOut(turn, lookOver(turn));
  return turn;
}

function gifts({ state }: JobTurn): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(state.out?.works ?? {}).map(([node, { give }]) => [
      node,
      give.map(([, from]) => from),
    ]),
  );
}

const vote = (node: string, owner = `owner of ${node}`) => ({ node, owner, digest: 'x' });

describe('who gets something', () => {
  test('trusted nodes first, and among them the fastest', () => {
    const nodes = {
      none: { trust: 'none', rate: 9 },
      earned: { trust: 'earned', rate: 9 },
      slow: { trust: 'operator', rate: 1 },
      fast: { trust: 'operator', rate: 2 },
    } as const;
    expect(given({ blocks: 1, nodes })).toEqual({ fast: [0] });
    const { fast: _, ...others } = nodes;
    expect(given({ blocks: 1, nodes: others })).toEqual({ slow: [0] });
    const { slow: __, ...rest } = others;
    expect(given({ blocks: 1, nodes: rest })).toEqual({ earned: [0] });
  });

  test('each a chunk before any gets a second', () => {
    const nodes = { a: { slots: 2 }, b: { slots: 2 } };
    expect(given({ blocks: 3, nodes })).toEqual({ a: [0, 2], b: [1] });
  });

  test('nobody without a slot, and nobody who takes nothing now', () => {
    const nodes = { none: { slots: 0 }, later: { pausedUntil: NOW + 1 } };
    expect(given({ nodes })).toEqual({});
    const now = { pausedUntil: NOW, rate: 0.000_1 };
    expect(given({ nodes: { now } })).toEqual({ now: [0] });
  });

  test('nobody who only fails, while there are others', () => {
    const bad = { fails: 8, rate: 0.000_1 };
    const good = { rate: 0.000_1 };
    expect(given({ blocks: 2, nodes: { bad, good } })).toEqual({ good: [0] });
    expect(given({ blocks: 2, nodes: { bad } })).toEqual({ bad: [0] });
  });

  test('a node that nobody has measured a second chunk at once, while nothing is known of any', () => {
    expect(given({ nodes: { n: {} } })).toEqual({ n: [0, 1] });
    const other = { slots: 0, rate: 1 };
    expect(given({ nodes: { n: {}, other } })).toEqual({ n: [0] });
  });

  test('a slot that runs dry soon is given another chunk, and no third', () => {
    const dry = { nodes: { n: { rate: 1 } }, attempts: { a: { node: 'n', from: 0, at: NOW - 1 } } };
    expect(given(dry)['n']).toHaveLength(1);
    const slow = { ...dry, nodes: { n: { rate: 0.000_1 } } };
    expect(given(slow)).toEqual({});
    const attempts = { ...dry.attempts, b: { node: 'n', from: 1, run: 0 } };
    expect(given({ ...dry, attempts })).toEqual({});
  });
});

describe('what is to be confirmed or done again', () => {
  test('goes before what is new, and not to a node that has said what it comes to', () => {
    const chunks = { 4: { votes: [vote('a')] } };
    const node = { trust: 'none', rate: 0.000_1 } as const;
    const turn = run({ blocks: 8, nodes: { a: node, b: node }, chunks });
    expect(gifts(turn)).toEqual({ a: [0], b: [4] });
    expect(turn.state.counts.copies).toBe(1);
  });

  test('goes to another owner where there is one, for as long as it may take to come', () => {
    const chunks = { 0: { blocks: 64, votes: [vote('a', 'ann')] } };
    const nodes = {
      a: { owner: 'ann', trust: 'none' },
      hers: { owner: 'ann', trust: 'none' },
      his: { owner: 'bob', trust: 'none' },
    } as const;
    expect(given({ nodes, chunks })).toEqual({ his: [0] });
    const since = NOW - 1;
    const busy = { ...nodes, his: { ...nodes.his, pausedUntil: NOW + 1 } };
    const waiting = { 0: { ...chunks[0], since } };
    expect(given({ nodes: busy, chunks: waiting })).toEqual({});
    const { times } = jobTurn().settings;
    const long = { 0: { ...chunks[0], since: NOW - times.deadMs } };
    expect(given({ nodes: busy, chunks: long })).toEqual({ hers: [0] });
  });

  test('goes elsewhere than where it failed, while there are others', () => {
    const chunks = { 0: { blocks: 64, fails: 1, failed: ['a'] } };
    expect(given({ nodes: { a: {}, b: {} }, chunks })).toEqual({ b: [0] });
    expect(given({ nodes: { a: {} }, chunks })).toEqual({ a: [0] });
  });

  test('is left to a much faster node for which it was cut, for a while and where there is one that takes something', () => {
    const slow = { rate: 0.001 };
    const fast = { rate: 1 };
    const chunk = { blocks: 64, fails: 1, since: NOW - 1 };
    const busy = { b: { node: 'fast', from: 64, at: NOW }, c: { node: 'fast', from: 65, at: NOW } };
    const of = (more: Partial<typeof chunk>, other: JobNodeInput = fast): unknown =>
      given({
        blocks: 66,
        nodes: { slow, fast: other },
        chunks: { 0: { ...chunk, ...more } },
        attempts: busy,
      })['slow'];
    expect(of({})).toBeUndefined();
    expect(of({ since: NOW - jobTurn().settings.times.suspectMs })).toEqual([0]);
    expect(of({}, { rate: 0.0015 })).toEqual([0]);
    expect(of({}, { ...fast, slots: 0 })).toEqual([0]);
    expect(of({}, { ...fast, fails: 8 })).toEqual([0]);
    // It refused what it was given, or never said that it had it.
    expect(of({}, { ...fast, pausedUntil: NOW + 1 })).toEqual([0]);
  });

  test('is enough to do for nodes without trust: more of it would wait longer', () => {
    const votes = [vote('gone')];
    const many = (n: number) =>
      Object.fromEntries(
        Array.from({ length: n }, (_, i) => [i, { votes: [...votes, vote('a')] }]),
      );
    const nodes = { a: { trust: 'none', rate: 0.000_1 } } as const;
    expect(given({ nodes, chunks: many(16) })).toEqual({});
    expect(given({ nodes, chunks: many(15) })).toEqual({ a: [15] });
    const trusted = { a: { ...nodes.a, trust: 'earned' } } as const;
    expect(given({ nodes: trusted, chunks: many(16) })).toEqual({ a: [16] });
  });
});

describe('the front', () => {
  const limits = { ...jobTurn().settings.limits, pendingBytes: 0 };

  test('is all that is given out where as much waits for it as may', () => {
    const turn = jobTurn({ now: NOW, nodes: { n: { slots: 4 } }, settings: { limits } });
    turn.state.round.done = { 2: [2, '{}'] };
    turn.state.round.free = [0, 1, 1, 1, 4, 4];
    turn.state.round.waiting = 1;
    giveOut(turn, lookOver(turn));
    expect(gifts(turn)).toEqual({ n: [0, 1] });
  });
});

describe('a copy', () => {
  const attempts = { a: { node: 'slow', from: 0, at: NOW } };
  const slow = { rate: 0.001 };
  const fast = { rate: 1 };

  test('of what another will take longer for is made when nothing else is left', () => {
    const turn = run({ blocks: 1, nodes: { slow, fast }, attempts });
    expect(gifts(turn)).toEqual({ fast: [0] });
    expect(turn.state.counts.copies).toBe(1);
    expect(given({ blocks: 2, nodes: { slow, fast }, attempts })).toEqual({ fast: [1] });
  });

  test('is not made where it would not come sooner, nor of what the node has itself', () => {
    expect(given({ blocks: 1, nodes: { slow, same: slow }, attempts })).toEqual({});
    expect(given({ blocks: 1, nodes: { slow: { ...slow, slots: 2 } }, attempts })).toEqual({});
  });

  test('of what waits behind a chunk of which nobody knows how long it takes is made after a while', () => {
    const of = (at: number, more: Partial<JobNodeInput> = {}) =>
      given({
        blocks: 2,
        nodes: { n: {}, idle: more },
        attempts: { a: { node: 'n', from: 0, at }, b: { node: 'n', from: 1, at, run: 0 } },
      });
    const { prefetchMs } = jobTurn().settings;
    expect(of(NOW - prefetchMs + 1)).toEqual({});
    expect(of(NOW - prefetchMs)).toEqual({ idle: [1] });
    expect(of(NOW - prefetchMs, { slots: 2 })).toEqual({ idle: [1] });
    expect(of(NOW - prefetchMs, { slots: 0 })).toEqual({});
  });

  test('is one, however many are idle', () => {
    const nodes = { slow, fast, faster: { rate: 2 }, fastest: { rate: 3 } };
    expect(given({ blocks: 1, nodes, attempts })).toEqual({ fastest: [0] });
  });
});
