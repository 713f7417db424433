import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_FLEET_SETTINGS } from '../../fleet-settings.ts';
import type { DemandMessage, NodeStateMessage } from '../../messages/fleet-messages.ts';
import { emptyFleet, type FleetEffects, type FleetState } from './fleet-state.ts';
import { endFleetTurn, jobDemand, jobOver, nodeGone, nodePage, nodeState } from './fleet-turn.ts';

/** A pool, and what its jobs believe to have. */
class Pool {
  state: FleetState = emptyFleet();
  readonly believed = new Map<string, Map<string, number>>();
  readonly waiting = new Map<string, string | null>();

  turn(
    work: (turn: {
      pool: string;
      state: FleetState;
      settings: typeof DEFAULT_FLEET_SETTINGS;
    }) => void,
  ): FleetEffects {
    const turn = { pool: 'default', state: this.state, settings: DEFAULT_FLEET_SETTINGS };
    work(turn);
    const effects = endFleetTurn(turn);
    this.state = JSON.parse(JSON.stringify(turn.state)) as FleetState;
    for (const [job, { changes, waiting }] of effects.grants) {
      const has = this.believed.get(job) ?? new Map<string, number>();
      this.believed.set(job, has);
      for (const { node, slots } of changes) {
        if (slots > 0) has.set(node, slots);
        else has.delete(node);
      }
      this.waiting.set(job, waiting);
    }
    return effects;
  }

  node(node: string, slots: number, more: Partial<NodeStateMessage> = {}): FleetEffects {
    return this.turn((turn) => nodeState(turn, nodeMessage(node, slots, more)));
  }

  demand(job: string, wanted: number, more: Partial<DemandMessage> = {}): FleetEffects {
    return this.turn((turn) => jobDemand(turn, demandMessage(job, wanted, more)));
  }

  slots(job: string): number {
    return (this.believed.get(job)?.values() ?? [].values()).reduce((sum, slots) => sum + slots, 0);
  }
}

const nodeMessage = (
  node: string,
  slots: number,
  more: Partial<NodeStateMessage> = {},
): NodeStateMessage => ({
  type: 'node',
  node,
  name: node,
  owner: 'lab',
  access: { type: 'everyone' },
  status: 'online',
  slots,
  trust: 'none',
  simulations: null,
  ...more,
});

const demandMessage = (
  job: string,
  wanted: number,
  more: Partial<DemandMessage> = {},
): DemandMessage => ({
  type: 'demand',
  job,
  owner: 'ann',
  title: job,
  priority: 0,
  simulation: 'sums',
  wanted,
  avoid: [],
  speeds: [],
  ...more,
});

describe('grants', () => {
  test('move as little as they can', () => {
    const pool = new Pool();
    for (let i = 0; i < 10; i++) pool.node(`n${i}`, 2);
    pool.demand('a', 100);
    expect(pool.slots('a')).toBe(20);
    const moved = pool.demand('b', 100, { owner: 'bob' });
    expect(pool.slots('a')).toBe(10);
    expect(pool.slots('b')).toBe(10);
    expect(moved.grants.flatMap(([, { changes }]) => changes)).toHaveLength(10);
    // What changes nothing says nothing.
    expect(pool.demand('b', 90, { owner: 'bob' }).grants).toEqual([]);
    const more = pool.node('n10', 1);
    expect(more.grants.flatMap(([, { changes }]) => changes)).toHaveLength(1);
  });

  test('end with the job, the node, and its permission', () => {
    const pool = new Pool();
    pool.node('n', 4);
    pool.demand('a', 2);
    pool.demand('b', 2, { owner: 'bob' });
    pool.turn((turn) => jobOver(turn, { type: 'over', job: 'a', speeds: [] }));
    pool.demand('b', 4, { owner: 'bob' });
    expect(pool.slots('b')).toBe(4);
    pool.node('n', 4, { access: { type: 'owner' } });
    expect(pool.slots('b')).toBe(0);
    expect(pool.waiting.get('b')).toBe('no-nodes');
    pool.node('n', 4, { access: { type: 'users', users: ['bob'] } });
    expect(pool.slots('b')).toBe(4);
    const { grants } = pool.turn((turn) => nodeGone(turn, 'n'));
    expect(grants).toMatchObject([['b', { changes: [{ node: 'n', slots: 0, gone: true }] }]]);
  });

  test('say why there are none', () => {
    const pool = new Pool();
    pool.demand('a', 1);
    expect(pool.waiting.get('a')).toBe('no-nodes');
    pool.node('other', 1, { simulations: ['else'] });
    expect(pool.waiting.get('a')).toBe('no-capable-node');
    pool.demand('first', 5, { priority: 5 });
    pool.node('n', 1);
    expect(pool.slots('first')).toBe(1);
    expect(pool.waiting.get('a')).toBe('busy');
    pool.node('more', 10);
    expect(pool.waiting.get('a')).toBeNull();
  });

  test('leave out nodes that are of no use to a job, also where another has to make room', () => {
    const pool = new Pool();
    pool.node('x', 1);
    pool.node('y', 1);
    pool.demand('a', 1);
    pool.demand('b', 1, { owner: 'bob' });
    const [mine] = [...pool.believed.get('a')!.keys()];
    pool.demand('a', 1, { avoid: [mine!] });
    expect(pool.slots('a')).toBe(1);
    expect(pool.believed.get('a')!.has(mine!)).toBe(false);
    expect(pool.slots('b')).toBe(1);
  });

  test('give to others what those whose share it is avoid', () => {
    const pool = new Pool();
    pool.node('x', 1);
    pool.node('y', 1);
    pool.demand('a', 1, { avoid: ['x'] });
    pool.demand('c', 1, { owner: 'carl', avoid: ['x'] });
    pool.demand('b', 1, { owner: 'bob' });
    expect(pool.slots('a') + pool.slots('c')).toBe(1);
    expect(pool.believed.get('b')).toEqual(new Map([['x', 1]]));
  });

  test('carry how fast a node turned out to be', () => {
    const pool = new Pool();
    pool.node('n', 1);
    pool.demand('a', 1, { speeds: [['n', 2]] });
    pool.demand('b', 1, { owner: 'bob', priority: 1 });
    const change = pool.node('n', 1, { trust: 'earned' }).grants[0]![1].changes[0];
    expect(change).toMatchObject({ node: 'n', speed: 2, trust: 'earned' });
  });
});

test('nodes are listed in pages, those that one may use', () => {
  const pool = new Pool();
  for (let i = 0; i < 5; i++)
    pool.node(`n${i}`, 1, { access: { type: i < 3 ? 'everyone' : 'owner' } });
  const page = (user: string, cursor: string | null) =>
    nodePage(
      { pool: 'default', state: pool.state, settings: DEFAULT_FLEET_SETTINGS },
      { type: 'nodes', user, operator: false, cursor, limit: 2 },
    );
  expect(page('ann', null)).toEqual({ nodes: ['n0', 'n1'], cursor: 'n1' });
  expect(page('ann', 'n1')).toEqual({ nodes: ['n2'], cursor: null });
  expect(page('lab', 'n2')).toEqual({ nodes: ['n3', 'n4'], cursor: null });
});

const step = fc.oneof(
  fc.record({
    type: fc.constant('node' as const),
    node: fc.constantFrom('n1', 'n2', 'n3', 'n4'),
    slots: fc.integer({ min: 0, max: 5 }),
    access: fc.constantFrom({ type: 'everyone' as const }, { type: 'owner' as const }),
  }),
  fc.record({ type: fc.constant('gone' as const), node: fc.constantFrom('n1', 'n2', 'n3', 'n4') }),
  fc.record({
    type: fc.constant('demand' as const),
    job: fc.constantFrom('a', 'b', 'c'),
    wanted: fc.integer({ min: 0, max: 12 }),
    avoid: fc.subarray(['n1', 'n2', 'n3', 'n4']),
  }),
  fc.record({ type: fc.constant('over' as const), job: fc.constantFrom('a', 'b', 'c') }),
);

test('property: jobs believe to have what they have, no node gives more than it has, and none stays idle that could be used', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const pool = new Pool();
      for (const one of steps) {
        if (one.type === 'node') pool.node(one.node, one.slots, { access: one.access });
        else if (one.type === 'gone') pool.turn((turn) => nodeGone(turn, one.node));
        else if (one.type === 'over') {
          pool.turn((turn) => jobOver(turn, { type: 'over', job: one.job, speeds: [] }));
          pool.believed.delete(one.job);
        } else {
          // Each has an owner of its own; one owns the nodes.
          pool.demand(one.job, one.wanted, {
            owner: one.job === 'a' ? 'lab' : one.job,
            avoid: one.avoid,
          });
        }
        expectFair(pool);
      }
    }),
    { numRuns: 1_000 },
  );
});

function expectFair({ state, believed }: Pool): void {
  const { ids, slots, kinds } = state.nodes;
  const free = [...slots];
  for (const { job, owner, wanted, avoid, grants } of Object.values(state.jobs)) {
    const has = new Map<string, number>();
    for (let i = 0; i < grants.length; i += 2) {
      const at = grants[i]!;
      expect(ids[at]).not.toBe('');
      free[at]! -= grants[i + 1]!;
      has.set(ids[at]!, grants[i + 1]!);
      expect(avoid).not.toContain(ids[at]);
      const { access } = state.kinds[kinds[at]!]!;
      expect(access.type === 'everyone' || owner === 'lab').toBe(true);
    }
    expect(believed.get(job) ?? new Map()).toEqual(has);
    expect(total(grants)).toBeLessThanOrEqual(wanted);
  }
  for (const slots of free) expect(slots).toBeGreaterThanOrEqual(0);
  for (const { job, owner, wanted, avoid, grants } of Object.values(state.jobs)) {
    if (total(grants) >= wanted) continue;
    for (const [at, slots] of free.entries()) {
      if (ids[at] === '' || avoid.includes(ids[at]!)) continue;
      const { access } = state.kinds[kinds[at]!]!;
      const may = access.type === 'everyone' || owner === 'lab';
      if (may) expect(slots, `${job} wants more, ${ids[at]} is free`).toBe(0);
    }
  }
}

const total = (grants: readonly number[]): number =>
  grants.reduce((sum, each, i) => (i % 2 === 1 ? sum + each : sum), 0);
