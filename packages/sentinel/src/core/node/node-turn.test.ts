import { describe, expect, test } from 'vitest';
import { DEFAULT_FLEET_SETTINGS } from '../../fleet-settings.ts';
import type { WorkMessage } from '../../messages/node-messages.ts';
import { acknowledge, applyWork, noteProgress } from './holds.ts';
import { isForgotten, lapse } from './liveness.ts';
import {
  endNodeTurn,
  heartbeat,
  holdsReply,
  newNodeState,
  nodeView,
  register,
} from './node-turn.ts';
import type { NodeEffects, NodeState, NodeTurn } from './node-state.ts';

const { times } = DEFAULT_FLEET_SETTINGS;
const START = 1_700_000_000_000;

/** A node of two slots that has registered and is somebody's. */
class Rig {
  state: NodeState;
  now = START;

  constructor(claimed = true) {
    const capabilities = { slots: 2, runtime: 'node', platform: 'lab', version: '1' };
    const message = { type: 'register', publicKey: 'key', name: 'n', capabilities } as const;
    this.state = newNodeState(message, this.now);
    const access = { type: 'everyone' } as const;
    const claim = { owner: 'ann', pool: 'default', access, trusted: false };
    this.turn((turn) => register(turn, { ...message, ...(claimed && { claim }) }));
  }

  turn<T>(work: (turn: NodeTurn) => T): { readonly value: T; readonly effects: NodeEffects } {
    const turn: NodeTurn = {
      node: 'n',
      state: this.state,
      now: this.now,
      random: () => 0.5,
      settings: DEFAULT_FLEET_SETTINGS,
    };
    const value = work(turn);
    const effects = endNodeTurn(turn);
    this.state = JSON.parse(JSON.stringify(turn.state)) as NodeState;
    return { value, effects };
  }

  work(more: Partial<WorkMessage>): NodeEffects {
    const message: WorkMessage = {
      type: 'work',
      job: 'j',
      head: {
        simulation: 's',
        version: 'v',
        round: 1,
        seed: 3,
        blockIterations: 10,
        firstIteration: 1_000,
      },
      give: [],
      settled: [],
      cancelled: [],
      tally: null,
      ...more,
    };
    return this.turn((turn) => applyWork(turn, message)).effects;
  }

  beat(slots = 2): void {
    const message = { type: 'heartbeat', slots, draining: false, progress: [] } as const;
    this.turn((turn) => heartbeat(turn, message));
  }

  /** Time passes until something is due, as the tick would run then. */
  wait(ms: number, lateMs = 0): NodeEffects {
    this.now += ms;
    return this.turn((turn) => lapse(turn, lateMs)).effects;
  }
}

const lostOf = ({ lost }: NodeEffects) =>
  lost.map(([job, { attempts, reason }]) => `${job} ${attempts.join()} ${reason}`);

describe('what a node holds', () => {
  test('is pushed to it, and told again when it asks', () => {
    const rig = new Rig();
    const { pushes } = rig.work({ give: [['t1', 8, 4]] });
    const attempt = {
      attempt: 't1',
      job: 'j',
      simulation: 's',
      version: 'v',
      round: 1,
      seed: 3,
      from: 8,
      blocks: 4,
      blockIterations: 10,
      firstIteration: 1_080,
      assignedAt: START,
    };
    expect(pushes).toEqual([{ type: 'assigned', attempts: [attempt] }]);
    const { value } = rig.turn((turn) => holdsReply(turn));
    expect(value).toEqual({ now: START, state: 'ready', attempts: [attempt], times });
  });

  test('goes when it is settled, and is called back when it is cancelled', () => {
    const rig = new Rig();
    rig.work({
      give: [
        ['t1', 0, 1],
        ['t2', 1, 1],
      ],
    });
    expect(rig.work({ settled: ['t1'] }).pushes).toEqual([]);
    expect(rig.work({ cancelled: ['t2', 't1'] }).pushes).toEqual([
      { type: 'cancel', attempts: ['t2'] },
    ]);
    expect(rig.state).toMatchObject({ holds: {}, heads: {} });
  });

  test('bounces when the node takes nothing', () => {
    const rig = new Rig();
    rig.beat(0);
    expect(lostOf(rig.work({ give: [['t1', 0, 1]] }))).toEqual(['j t1 refused']);
    rig.wait(times.deadMs);
    expect(lostOf(rig.work({ give: [['t2', 0, 1]] }))).toEqual(['j t2 dead']);
    expect(rig.state.holds).toEqual({});
  });

  test('is bounded', () => {
    const rig = new Rig();
    const many = Array.from({ length: 17 }, (_, i) => [`t${i}`, i, 1] as const);
    expect(lostOf(rig.work({ give: many }))[0]).toContain('refused');
    expect(rig.work({ give: many.slice(0, 16) }).lost).toEqual([]);
  });
});

describe('time', () => {
  test('makes a silent node suspect and then dead, by the documented times', () => {
    const rig = new Rig();
    rig.work({ give: [['t1', 0, 1]] });
    rig.turn(({ state }) => acknowledge(state, ['t1']));
    const suspect = rig.wait(times.suspectMs);
    expect(suspect.fleet).toMatchObject({ status: 'suspect', slots: 0 });
    expect(suspect.lost).toEqual([]);
    expect(suspect.wakeAt).toBe(START + times.deadMs);
    const dead = rig.wait(times.deadMs - times.suspectMs);
    expect(dead.fleet).toMatchObject({ status: 'offline', slots: 0 });
    expect(lostOf(dead)).toEqual(['j t1 dead']);
    rig.now += 1;
    expect(
      rig.turn((turn) =>
        heartbeat(turn, { type: 'heartbeat', slots: 2, draining: false, progress: [] }),
      ).effects.fleet,
    ).toMatchObject({ status: 'online', slots: 2 });
  });

  test('in which nobody was there to hear does not count', () => {
    const rig = new Rig();
    rig.now += times.suspectMs;
    // The tick that was due then ran a minute late.
    const { fleet } = rig.wait(60_000, 60_000);
    expect(fleet).toMatchObject({ status: 'suspect' });
    expect(rig.wait(times.deadMs - times.suspectMs).fleet).toMatchObject({ status: 'offline' });
  });

  test('takes back what is not acknowledged', () => {
    const rig = new Rig();
    rig.work({
      give: [
        ['t1', 0, 1],
        ['t2', 1, 1],
      ],
    });
    rig.turn(({ state }) => acknowledge(state, ['t1']));
    expect(rig.wait(times.ackMs - 1).lost).toEqual([]);
    const { lost, pushes } = rig.wait(1);
    expect(lost.map(([, { attempts, reason }]) => [attempts, reason])).toEqual([
      [['t2'], 'unacknowledged'],
    ]);
    expect(pushes).toEqual([{ type: 'cancel', attempts: ['t2'] }]);
  });

  test('gives what an answer told another chance', () => {
    const rig = new Rig();
    rig.work({ give: [['t1', 0, 1]] });
    rig.now += times.ackMs - 1;
    rig.beat();
    expect(rig.wait(times.ackMs - 1).lost).toEqual([]);
    rig.beat();
    expect(lostOf(rig.wait(1))).toEqual(['j t1 unacknowledged']);
  });

  test('takes back what makes no progress, not what waits behind it', () => {
    const rig = new Rig();
    rig.work({
      give: [
        ['t1', 0, 9],
        ['t2', 9, 9],
        ['t3', 18, 9],
      ],
    });
    rig.turn(({ state }) => acknowledge(state, ['t1', 't2', 't3']));
    for (let ms = 0; ms < times.stallMs; ms += 5_000) {
      rig.now += 5_000;
      rig.beat();
      rig.turn((turn) => noteProgress(turn, [{ attempt: 't1', job: 'j', blocks: 1 + ms / 5_000 }]));
    }
    expect(lostOf(rig.wait(0))).toEqual(['j t2 stalled']);
    expect(Object.keys(rig.state.holds)).toEqual(['t1', 't3']);
  });

  test('forgets a node that is away, tabs and unclaimed ones sooner', () => {
    const { forgetNodeMs, forgetTabMs } = DEFAULT_FLEET_SETTINGS.limits;
    for (const [claimed, ms] of [
      [true, forgetNodeMs],
      [false, forgetTabMs],
    ] as const) {
      const rig = new Rig(claimed);
      rig.wait(times.deadMs);
      rig.now = START + ms - 1;
      expect(rig.turn(isForgotten).value).toBe(false);
      rig.now += 1;
      expect(rig.turn(isForgotten).value).toBe(true);
    }
  });
});

describe('trust', () => {
  const tally = { completed: 1, failed: 0, agreed: 0, disagreed: 0, iterations: 5 };

  test('is earned by agreements in a row, and lost at once', () => {
    const rig = new Rig();
    rig.work({ tally: { ...tally, agreed: 9 } });
    expect(rig.turn((turn) => nodeView(turn, 'ann')).value).toMatchObject({
      trust: 0.9,
      mine: true,
    });
    const earned = rig.work({ tally: { ...tally, agreed: 1 } });
    expect(earned.fleet).toMatchObject({ trust: 'earned' });
    const lost = rig.work({ tally: { ...tally, agreed: 3, disagreed: 1 } });
    expect(lost.fleet).toMatchObject({ trust: 'lost' });
    expect(rig.turn((turn) => nodeView(turn, 'bob')).value).toMatchObject({
      trust: 0,
      mine: false,
    });
    // Now it has to show twice as much, and the next time twice that.
    expect(rig.work({ tally: { ...tally, agreed: 19 } }).fleet).toBeNull();
    expect(rig.work({ tally: { ...tally, agreed: 1 } }).fleet).toMatchObject({ trust: 'earned' });
    rig.work({ tally: { ...tally, disagreed: 1 } });
    expect(rig.work({ tally: { ...tally, agreed: 39 } }).fleet).toBeNull();
    expect(rig.work({ tally: { ...tally, agreed: 1 } }).fleet).toMatchObject({ trust: 'earned' });
  });
});

test('a node that is nobody’s shows a code, the same until it is about to expire', () => {
  const rig = new Rig(false);
  const again = () => {
    const message = {
      type: 'register',
      publicKey: 'key',
      name: 'n',
      capabilities: rig.state.capabilities,
    } as const;
    return rig.turn((turn) => register(turn, message)).value;
  };
  const first = again();
  expect(first.code).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/);
  rig.now += 60_000;
  expect(again()).toEqual(first);
  rig.now += 500_000;
  expect(again().codeExpiresAt).toBeGreaterThan(first.codeExpiresAt!);
});
