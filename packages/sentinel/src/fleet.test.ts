import type { JobView, NodeView, PoolView } from '@belfry/protocol';
import { describe, expect, test } from 'vitest';
import { DEFAULT_FLEET_SETTINGS, type FleetSettings } from './fleet-settings.ts';
import { FleetLab, type FleetLabInput } from './testing/fleet-lab.ts';
import { awkward, bulky, sums } from './testing/sums.ts';

const { times, limits } = DEFAULT_FLEET_SETTINGS;

function newLab(settings: Partial<FleetSettings> = {}, more: Partial<FleetLabInput> = {}) {
  return new FleetLab({ seed: 1, simulations: [sums], settings, ...more });
}

const request = (blocks: number, more: object = {}) => ({
  simulation: 'sums',
  input: { rounds: 1, blocks, count: 10, ...more },
});

/** Runs to the end, and fails on whatever was wrong after any commit. */
function finish(lab: FleetLab, ms = 600_000): void {
  const ended = lab.runJobs(ms);
  expect(lab.problems).toEqual([]);
  expect(lab.world.problems).toEqual([]);
  expect(ended).toBe(true);
}

const viewOf = (lab: FleetLab, job = 'j'): JobView => lab.views.get(job)!;
const nodeView = (lab: FleetLab, node: string): NodeView =>
  lab.ask(`node/${node}`, { type: 'view', user: 'op', operator: true }) as NodeView;
const poolView = (lab: FleetLab): PoolView =>
  lab.ask('fleet/default', { type: 'view' }) as PoolView;
const owner = { user: 'ann', operator: false };

describe('a job', () => {
  test('is shared by nodes and comes to what one machine would have computed', () => {
    const lab = newLab();
    for (let i = 0; i < 5; i++) {
      lab.addNode(`n${i}`, { slots: 2, msPerBlock: 20 + 10 * i, trusted: true });
    }
    const two = { simulation: 'sums', input: { rounds: 2, blocks: 1_000, count: 10 } };
    lab.submit('j', two);
    finish(lab);
    const { result, iterations, missing } = lab.result('j');
    expect(JSON.stringify(result)).toBe(lab.expected(two));
    expect({ iterations, missing }).toEqual({ iterations: 20_040, missing: [] });
    expect(viewOf(lab)).toMatchObject({ status: 'done', blocksDone: 1_004, map: 'd335' });
  });

  test('of a simulation that says -0, NaN and undefined comes to the same, wherever it is cut', () => {
    for (const targetError of [undefined, 0.5]) {
      const lab = newLab({}, { simulations: [awkward] });
      for (let i = 0; i < 3; i++) {
        lab.addNode(`n${i}`, { slots: 2, msPerBlock: 20 + 30 * i, owner: `o${i}` });
      }
      const odd = {
        simulation: 'awkward',
        input: { rounds: 3, blocks: 300, count: 2 },
        ...(targetError !== undefined && { targetError }),
      };
      lab.submit('j', odd);
      finish(lab);
      expect(JSON.stringify(lab.result('j').result)).toBe(lab.expected(odd));
      // It stops early by what became of them.
      expect(lab.result('j').iterations < 1_800).toBe(targetError !== undefined);
    }
  });

  test('tells its progress at most ten times a second, and never goes back', () => {
    const lab = newLab();
    lab.addNode('n', { slots: 4, msPerBlock: 10, trusted: true });
    lab.submit('j', request(2_000));
    const seen: number[] = [];
    while (lab.views.get('j')?.endedAt == null && lab.queue.step(Infinity)) {
      const done = lab.views.get('j')?.blocksDone ?? 0;
      if (done !== seen.at(-1)) seen.push(done);
    }
    const times = lab.viewTimes.get('j') ?? [];
    expect(times.length).toBeGreaterThan(20);
    // What is published 100 ms apart arrives some ms sooner or later.
    for (let i = 10; i < times.length; i++) {
      expect(times[i]! - times[i - 10]!).toBeGreaterThan(985);
    }
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('stops at the checkpoint where it is exact enough, whoever was faster', () => {
    for (const seed of [1, 2, 3]) {
      const lab = newLab({}, { seed });
      lab.addNode('slow', { slots: 1, msPerBlock: 300, trusted: true });
      lab.addNode('fast', { slots: 4, msPerBlock: 10, trusted: true });
      const enough = { ...request(2_000), targetError: 0.01 };
      lab.submit('j', enough);
      finish(lab);
      expect(JSON.stringify(lab.result('j').result)).toBe(lab.expected(enough));
      expect(viewOf(lab).blocksDone).toBeLessThan(2_000);
      expect(viewOf(lab).map).toMatch(/^d\d+w\d+$/);
    }
  });

  test('is done from its front on, so that it stops soon after it is exact enough', () => {
    const lab = newLab();
    // The first chunk is small, as nothing is known of the node; later ones are larger than what it leaves behind.
    lab.addNode('n', { slots: 1, msPerBlock: 20, trusted: true });
    lab.submit('j', { ...request(2_000), targetError: 0.02 });
    finish(lab);
    const { iterations } = lab.result('j');
    const given = viewOf(lab).counts.completed;
    expect(iterations).toBeLessThan(2_000);
    expect(given).toBeLessThan(12);
  });

  test('that nobody may do says why it waits', () => {
    const lab = newLab();
    lab.submit('j', request(10));
    lab.run(1_000);
    expect(viewOf(lab)).toMatchObject({ status: 'queued', waiting: 'no-nodes' });
    lab.addNode('other', { slots: 1, msPerBlock: 10, owner: 'bob', access: { type: 'owner' } });
    lab.run(1_000);
    expect(viewOf(lab)).toMatchObject({ waiting: 'no-nodes' });
    lab.addNode('mine', { slots: 1, msPerBlock: 10, owner: 'ann', access: { type: 'owner' } });
    lab.run(2_000);
    expect(viewOf(lab)).toMatchObject({ status: 'running', waiting: 'needs-verification' });
    lab.addNode('too', {
      slots: 1,
      msPerBlock: 10,
      owner: 'bob',
      access: { type: 'users', users: ['ann'] },
    });
    finish(lab);
  });

  test('is refused with the field that is wrong', () => {
    const lab = newLab();
    const refusal = (message: object): string => {
      try {
        let text = '';
        lab.world.create(
          'job/x',
          { type: 'submit', owner: 'ann', operator: false, request: message },
          (reply) => {
            text = reply.ok ? 'accepted' : `${reply.reason}: ${reply.message}`;
          },
        );
        while (text === '' && lab.queue.step(Infinity));
        return text;
      } catch (error) {
        return String(error);
      }
    };
    expect(refusal({ ...request(1), simulation: 'x' })).toBe(
      'simulation: simulation: there is no "x"; there are sums',
    );
    expect(refusal({ simulation: 'sums', input: { blocks: 'x' } })).toBe(
      'input: input.blocks: must be a number',
    );
    expect(refusal(request(0))).toContain('plan: plan: blocks is 0');
    expect(refusal({ ...request(1), seed: -1 })).toContain('seed: seed: -1');
    expect(refusal({ ...request(1), priority: 1 })).toContain('priority: above 0 needs');
    expect(refusal({ ...request(1), pool: 'A b' })).toContain('pool: pool: "A b"');
    expect(refusal({ ...request(1), targetError: 1 })).toContain('target-error');
    expect(refusal({ ...request(1), title: 'x'.repeat(121) })).toContain('title: has 121');
    expect(refusal({ ...request(1), input: { blocks: 1, text: 'x'.repeat(300_000) } })).toContain(
      'fleet.limits.input_bytes',
    );
    expect(refusal(request(1))).toBe('accepted');
  });

  test('keeps what waits for its neighbours within its limit, and comes to its end all the same', () => {
    const lab = newLab({ limits: { ...limits, pendingBytes: 200_000 } }, { simulations: [bulky] });
    lab.addNode('slow', { slots: 1, msPerBlock: 900, trusted: true });
    for (let i = 0; i < 3; i++) lab.addNode(`n${i}`, { slots: 2, msPerBlock: 20, trusted: true });
    const large = { simulation: 'bulky', input: { blocks: 400, length: 20_000 } };
    lab.submit('j', large);
    finish(lab);
    expect(lab.mostWaiting).toBeGreaterThan(50_000);
    expect(lab.mostWaiting).toBeLessThan(400_000);
    expect(JSON.stringify(lab.result('j').result)).toBe(lab.expected(large));
  });

  test('can be cancelled and goes on from where it was when it is retried', () => {
    const lab = newLab();
    lab.addNode('n', { slots: 2, msPerBlock: 20, trusted: true });
    lab.submit('j', request(500));
    lab.run(2_000);
    expect(() => lab.ask('job/j', { type: 'cancel', user: 'bob', operator: false })).toThrow(
      'forbidden',
    );
    const cancelled = lab.ask('job/j', { type: 'cancel', ...owner }) as JobView;
    expect(cancelled).toMatchObject({ status: 'cancelled', nodeCount: 0 });
    lab.run(1_000);
    expect(nodeView(lab, 'n').busy).toBe(0);
    expect(poolView(lab)).toMatchObject({ busy: 0, jobs: [] });
    expect(() => lab.ask('job/j', { type: 'cancel', ...owner })).toThrow('over');
    const before = cancelled.blocksDone;
    expect(before).toBeGreaterThan(50);
    lab.ask('job/j', { type: 'retry', ...owner });
    lab.run(200);
    expect(viewOf(lab).blocksDone).toBeGreaterThanOrEqual(before);
    finish(lab);
    expect(JSON.stringify(lab.result('j').result)).toBe(lab.expected(request(500)));
  });

  test('is kept for a while after its end, and then forgotten', () => {
    const lab = newLab({ limits: { ...limits, keepMs: 60_000 } });
    lab.addNode('n', { slots: 1, msPerBlock: 10, trusted: true });
    lab.submit('j', request(5));
    finish(lab);
    lab.run(50_000);
    expect(lab.result('j').missing).toEqual([]);
    lab.run(20_000);
    expect(lab.job('j')).toBeNull();
    expect(() => lab.result('j')).toThrow('no-actor');
  });

  test('is listed for its owner, the newest first', () => {
    const lab = newLab();
    lab.addNode('n', { slots: 1, msPerBlock: 10, trusted: true });
    for (const job of ['a', 'b', 'c']) {
      lab.submit(job, request(5));
      lab.run(20);
    }
    finish(lab);
    lab.run(1_000);
    const list = (cursor: string | null, status?: string) =>
      lab.ask('jobs-of/ann', { type: 'list', cursor, limit: 2, ...(status && { status }) }) as {
        jobs: { job: string; status: string }[];
        cursor: string | null;
      };
    const first = list(null);
    expect(first.jobs.map(({ job, status }) => `${job} ${status}`)).toEqual(['c done', 'b done']);
    const rest = list(first.cursor);
    expect(rest).toMatchObject({ jobs: [{ job: 'a' }], cursor: null });
    expect(list(null, 'running').jobs).toEqual([]);
  });
});

describe('a chunk that fails', () => {
  test('everywhere fails the job, with its errors', () => {
    const lab = newLab();
    for (let i = 0; i < 3; i++) lab.addNode(`n${i}`, { slots: 1, msPerBlock: 10, trusted: true });
    lab.submit('j', request(100, { bad: [42] }));
    finish(lab);
    const view = viewOf(lab);
    expect(view).toMatchObject({ status: 'failed', counts: { failed: 5 } });
    expect(view.failure).toContain('it failed 5 times, the last time with: Error: block 42 is bad');
    expect(view.errors).toHaveLength(5);
    expect(new Set(view.errors.map(({ node }) => node)).size).toBe(3);
    // It may be tried again: the reason may have been elsewhere.
    lab.ask('job/j', { type: 'retry', ...owner });
    lab.run(300_000);
    expect(viewOf(lab)).toMatchObject({ status: 'failed', counts: { failed: 10 } });
  });

  test('is found and left out where the submitter chose so', () => {
    const lab = newLab();
    for (let i = 0; i < 3; i++) lab.addNode(`n${i}`, { slots: 1, msPerBlock: 10, trusted: true });
    lab.submit('j', { ...request(100, { bad: [42, 43, 7] }), onPoison: 'partial' });
    finish(lab);
    const { missing, iterations } = lab.result('j');
    expect(missing.toSorted((a, b) => a.from - b.from)).toEqual([
      { round: 0, from: 7, blocks: 1 },
      { round: 0, from: 42, blocks: 1 },
      { round: 0, from: 43, blocks: 1 },
    ]);
    expect(iterations).toBe(970);
    expect(viewOf(lab)).toMatchObject({ status: 'done', blocksDone: 97 });
    expect(viewOf(lab).map).toBe('d7p1d34p2d56');
  });

  test('fails a partial job of which nothing is left', () => {
    const lab = newLab();
    lab.addNode('n', { slots: 1, msPerBlock: 10, trusted: true });
    lab.submit('j', { ...request(2, { bad: [0, 1] }), onPoison: 'partial' });
    finish(lab);
    expect(viewOf(lab)).toMatchObject({ status: 'failed' });
    expect(viewOf(lab).failure).toContain('every block failed');
  });

  test('with a result that is too long says so', () => {
    const lab = newLab({ limits: { ...limits, resultBytes: 20 } });
    lab.addNode('n', { slots: 1, msPerBlock: 10, trusted: true });
    lab.submit('j', request(2));
    finish(lab);
    expect(viewOf(lab).failure).toContain('fleet.limits.result_bytes');
  });
});

describe('verification', () => {
  test('nodes that lie change nothing, and lose their trust', () => {
    const lab = newLab();
    for (let i = 0; i < 4; i++) lab.addNode(`n${i}`, { slots: 2, msPerBlock: 30, owner: `o${i}` });
    lab.addNode('liar', { slots: 2, msPerBlock: 10, owner: 'liar', lies: 1 });
    lab.submit('j', request(600));
    finish(lab);
    expect(JSON.stringify(lab.result('j').result)).toBe(lab.expected(request(600)));
    expect(viewOf(lab).counts.disputed).toBeGreaterThan(0);
    lab.run(1_000);
    const liar = nodeView(lab, 'liar');
    expect(liar).toMatchObject({ trust: 0, agreed: 0 });
    expect(liar.disagreed).toBeGreaterThan(0);
    expect(nodeView(lab, 'n0')).toMatchObject({ trust: 1, disagreed: 0 });
  });

  describe('a node that begins to lie once it is trusted', () => {
    /** Five nodes that have earned trust; one of them lies from then on, in a job of several seconds. */
    function betrayed(check: number, lies: number): FleetLab {
      const lab = newLab({ trust: { after: 5, check } });
      for (let i = 0; i < 4; i++) {
        lab.addNode(`n${i}`, { slots: 2, msPerBlock: 30, owner: `o${i}` });
      }
      const traitor = lab.addNode('traitor', { slots: 2, msPerBlock: 30, owner: 'traitor' });
      lab.submit('first', request(400));
      finish(lab);
      lab.run(1_000);
      expect(nodeView(lab, 'traitor')).toMatchObject({ trust: 1, disagreed: 0 });
      traitor.lies = lies;
      lab.submit('j', request(2_000));
      finish(lab);
      lab.run(1_000);
      return lab;
    }

    test('changes nothing where every result is checked', () => {
      const lab = betrayed(1, 0.3);
      expect(JSON.stringify(lab.result('j').result)).toBe(lab.expected(request(2_000)));
      expect(nodeView(lab, 'traitor').disagreed).toBeGreaterThan(0);
    });

    test('is not believed either when it is the only one left, where every result is checked', () => {
      const lab = newLab({ trust: { after: 2, check: 1 } });
      const traitor = lab.addNode('traitor', { slots: 1, msPerBlock: 50, owner: 'traitor' });
      const other = lab.addNode('other', { slots: 1, msPerBlock: 50, owner: 'other' });
      lab.submit('first', request(100));
      finish(lab);
      lab.run(1_000);
      expect(nodeView(lab, 'traitor').trust).toBe(1);
      traitor.lies = 1;
      other.kill();
      lab.submit('j', request(100));
      expect(lab.runJobs(120_000)).toBe(false);
      expect(viewOf(lab)).toMatchObject({ status: 'running', waiting: 'needs-verification' });
      lab.addNode('third', { slots: 1, msPerBlock: 50, owner: 'third' });
      lab.addNode('fourth', { slots: 1, msPerBlock: 50, owner: 'fourth' });
      finish(lab);
      expect(JSON.stringify(lab.result('j').result)).toBe(lab.expected(request(100)));
    });

    test('is caught by the checks, and has its trust no more', () => {
      const lab = betrayed(0.3, 1);
      expect(nodeView(lab, 'traitor')).toMatchObject({ trust: 0 });
      expect(nodeView(lab, 'traitor').disagreed).toBeGreaterThan(0);
      for (let i = 0; i < 4; i++) expect(nodeView(lab, `n${i}`).disagreed).toBe(0);
    });
  });

  test('two that tell the same lie do not agree while others are there, once one is caught', () => {
    const lab = newLab();
    for (let i = 0; i < 3; i++) lab.addNode(`n${i}`, { slots: 2, msPerBlock: 20, trusted: true });
    for (const name of ['l1', 'l2']) {
      lab.addNode(name, { slots: 2, msPerBlock: 20, owner: 'liar', lies: 1, sameLie: true });
    }
    lab.submit('j', request(600));
    finish(lab);
    expect(JSON.stringify(lab.result('j').result)).toBe(lab.expected(request(600)));
  });

  test('costs at most a tenth with nodes that are trusted', () => {
    const lab = newLab();
    for (let i = 0; i < 8; i++) lab.addNode(`n${i}`, { slots: 2, msPerBlock: 50, owner: `o${i}` });
    lab.submit('first', request(1_000));
    finish(lab);
    lab.run(1_000);
    for (let i = 0; i < 8; i++) expect(nodeView(lab, `n${i}`).trust).toBe(1);
    lab.submit('j', request(4_000));
    finish(lab);
    const { copies, completed } = viewOf(lab).counts;
    expect(copies).toBeGreaterThan(0);
    expect(copies / completed).toBeLessThan(0.1);
  });

  test('does not have slow nodes confirm what was cut for fast ones', () => {
    const lab = newLab();
    for (let i = 0; i < 16; i++) {
      lab.addNode(`n${i}`, { slots: 1, msPerBlock: i < 8 ? 20 : 200, owner: `o${i % 4}` });
    }
    lab.submit('j', request(6_000));
    finish(lab);
    const { startedAt, endedAt } = viewOf(lab);
    // 14 s if nothing were confirmed and no slot waited.
    expect((endedAt ?? Infinity) - (startedAt ?? 0)).toBeLessThan(20_000);
  });

  test('can be turned off for a pool', () => {
    const lab = newLab({ pools: { default: { verification: 'off' } } });
    lab.addNode('n', { slots: 1, msPerBlock: 10 });
    lab.submit('j', request(50));
    finish(lab);
    expect(viewOf(lab).counts.copies).toBe(0);
  });

  test('does not wait for ever when the only node left is trusted and was to be checked', () => {
    const lab = newLab({ trust: { after: 2, check: 0.999 } });
    lab.addNode('a', { slots: 1, msPerBlock: 50, owner: 'a' });
    const b = lab.addNode('b', { slots: 1, msPerBlock: 50, owner: 'b' });
    lab.submit('j', request(100));
    lab.queue.in(4_000, () => b.kill());
    finish(lab);
    expect(JSON.stringify(lab.result('j').result)).toBe(lab.expected(request(100)));
  });
});

describe('liveness', () => {
  test('what a dead node holds is given to others within two heartbeats of its threshold', () => {
    const lab = newLab();
    const mortal = lab.addNode('mortal', { slots: 4, msPerBlock: 5_000, trusted: true });
    lab.submit('j', request(4));
    lab.run(2_000);
    const diedAt = lab.queue.now;
    mortal.kill();
    lab.run(times.suspectMs + 1_000);
    expect(nodeView(lab, 'mortal').status).toBe('suspect');
    expect(poolView(lab)).toMatchObject({ slots: 0 });
    lab.addNode('heir', { slots: 4, msPerBlock: 10, trusted: true });
    finish(lab);
    expect(viewOf(lab).counts.lost + viewOf(lab).counts.copies).toBeGreaterThan(0);
    expect(lab.queue.now - diedAt).toBeLessThan(times.deadMs + 2 * times.heartbeatMs);
    lab.run(10_000);
    expect(nodeView(lab, 'mortal').status).toBe('offline');
    mortal.start();
    lab.run(1_000);
    expect(nodeView(lab, 'mortal').status).toBe('online');
  });

  test('what is not acknowledged is taken back', () => {
    const lab = newLab();
    // Neither pushes nor the answers to its heartbeats reach it.
    const deaf = lab.addNode('deaf', { slots: 1, msPerBlock: 10, trusted: true, deaf: 1 });
    deaf.mute = true;
    lab.submit('j', request(1));
    lab.run(times.ackMs * 2 + times.heartbeatMs + 500);
    expect(viewOf(lab).counts.lost).toBeGreaterThan(0);
  });

  test('a push that is lost costs no more than a heartbeat', () => {
    const lab = newLab();
    lab.addNode('deaf', { slots: 1, msPerBlock: 10, trusted: true, deaf: 1 });
    lab.submit('j', request(1));
    lab.run(times.heartbeatMs + 500);
    expect(viewOf(lab)).toMatchObject({ status: 'done', counts: { lost: 0 } });
  });

  test('a chunk without progress is taken from a node that lives', () => {
    const lab = newLab();
    // Its blocks take for ever; its heartbeats go on.
    lab.addNode('stuck', { slots: 1, msPerBlock: 1e9, trusted: true });
    lab.submit('j', request(1));
    lab.run(times.stallMs - 1_000);
    expect(viewOf(lab).counts.lost).toBe(0);
    lab.run(3_000);
    expect(viewOf(lab).counts.lost).toBe(1);
    expect(viewOf(lab).errors[0]?.message).toContain('no progress for 30000 ms');
  });

  test('a node that leaves gives up what it holds at once', () => {
    const lab = newLab();
    const leaver = lab.addNode('leaver', { slots: 2, msPerBlock: 3_000, trusted: true });
    lab.submit('j', request(2));
    lab.run(1_000);
    leaver.leave();
    lab.addNode('heir', { slots: 2, msPerBlock: 10, trusted: true });
    finish(lab, 2_000);
    expect(viewOf(lab).counts.lost).toBe(2);
  });

  test('a node that drains finishes what it holds and gets nothing new', () => {
    const lab = newLab();
    const drained = lab.addNode('drained', { slots: 1, msPerBlock: 2_000, trusted: true });
    lab.submit('j', request(20));
    lab.run(1_000);
    lab.ask('node/drained', { type: 'drain', on: true, user: 'lab', operator: false });
    lab.run(10_000);
    const { counts } = viewOf(lab);
    expect(counts).toMatchObject({ completed: 1, lost: 0 });
    expect(nodeView(lab, 'drained')).toMatchObject({ status: 'draining', busy: 0 });
    expect(drained.alive).toBe(true);
    lab.addNode('heir', { slots: 2, msPerBlock: 10, trusted: true });
    finish(lab);
  });

  test('a node that is removed is forgotten, with what was on its way to it', () => {
    const lab = newLab({}, { delayMs: 50 });
    lab.addNode('removed', { slots: 2, msPerBlock: 500, trusted: true });
    lab.submit('j', request(20));
    lab.run(1_000);
    lab.ask('node/removed', { type: 'remove', user: 'lab', operator: false });
    lab.run(1_000);
    expect(lab.world.state('node/removed')).toMatchObject({
      claim: null,
      holds: {},
      removedAt: expect.any(Number) as number,
    });
    expect(poolView(lab)).toMatchObject({ nodes: 0, slots: 0 });
    expect(lab.job('j')).toMatchObject({ attempts: {}, nodes: {} });
    lab.addNode('heir', { slots: 2, msPerBlock: 10, trusted: true });
    finish(lab);
  });

  test('stragglers near the end are given to a second node', () => {
    const lab = newLab();
    lab.addNode('slow', { slots: 1, msPerBlock: 20_000, trusted: true });
    lab.addNode('fast', { slots: 1, msPerBlock: 20, trusted: true });
    lab.submit('j', request(100));
    finish(lab, 8_000);
    expect(viewOf(lab).counts.copies).toBeGreaterThan(0);
    lab.run(1_000);
    expect(nodeView(lab, 'slow').busy).toBe(0);
  });
});

describe('a pool', () => {
  test('is shared evenly between users, then between the jobs of each', () => {
    const lab = newLab();
    for (let i = 0; i < 4; i++) lab.addNode(`n${i}`, { slots: 3, msPerBlock: 100, trusted: true });
    lab.submit('a1', request(5_000), 'ann');
    lab.run(1_000);
    expect(poolView(lab).jobs).toMatchObject([{ job: 'a1', slots: 12 }]);
    lab.submit('b1', request(5_000), 'bob');
    lab.submit('b2', request(5_000), 'bob');
    lab.run(2_000);
    const slots = Object.fromEntries(poolView(lab).jobs.map(({ job, slots }) => [job, slots]));
    expect(slots).toEqual({ a1: 6, b1: 3, b2: 3 });
    expect(Object.keys(lab.job('b1')?.attempts ?? {}).length).toBeGreaterThan(0);
    lab.ask('job/b2', { type: 'cancel', user: 'bob', operator: false });
    lab.run(1_000);
    expect(poolView(lab).jobs.map((job) => job.slots)).toEqual([6, 6]);
  });

  test('gives higher priorities all that they want', () => {
    const lab = newLab();
    lab.addNode('n', { slots: 4, msPerBlock: 100, trusted: true });
    lab.submit('low', request(5_000));
    lab.run(1_000);
    lab.submit('high', { ...request(100), priority: 1 });
    lab.run(1_000);
    const jobs = poolView(lab).jobs;
    expect(jobs).toMatchObject([
      { job: 'low', slots: 0 },
      { job: 'high', slots: 4 },
    ]);
    lab.run(30_000);
    expect(viewOf(lab, 'high').status).toBe('done');
    expect(poolView(lab).jobs).toMatchObject([{ job: 'low', slots: 4 }]);
  });

  test('gives a user no more slots than there are for each, nor takes more jobs than it may', () => {
    const lab = newLab({ userSlots: 3, limits: { ...limits, jobsPerUser: 2, jobsPerPool: 3 } });
    lab.addNode('n', { slots: 8, msPerBlock: 100, trusted: true });
    lab.submit('a', request(1_000));
    lab.submit('b', request(1_000));
    lab.run(1_000);
    expect(poolView(lab).busy).toBe(3);
    expect(() => lab.ask('jobs-of/ann', { type: 'may-submit' })).toThrow('too-many-jobs');
    lab.submit('c', request(1_000));
    lab.run(1_000);
    expect(viewOf(lab, 'c').failure).toContain('fleet.limits.user_jobs');
    lab.submit('d', request(1_000), 'bob');
    lab.run(1_000);
    lab.submit('e', request(1_000), 'cy');
    lab.run(1_000);
    expect(viewOf(lab, 'd').status).toBe('running');
    expect(viewOf(lab, 'e').failure).toContain('fleet.limits.pool_jobs');
  });

  test('takes no more nodes than it may', () => {
    const lab = newLab({ limits: { ...limits, nodesPerPool: 1 } });
    lab.addNode('n', { slots: 1, msPerBlock: 10, trusted: true });
    lab.run(100);
    lab.addNode('surplus', { slots: 1, msPerBlock: 10, trusted: true });
    lab.run(1_000);
    expect(poolView(lab)).toMatchObject({ nodes: 1, slots: 1 });
    const register = { type: 'register', publicKey: 'key', name: 'n' };
    const capabilities = { slots: 1, runtime: 'node', platform: 'lab', version: '1' };
    expect(() => lab.ask('node/surplus', { ...register, capabilities })).toThrow('pool-full');
  });

  test('two jobs that each need the other’s node to be confirmed get it', () => {
    const lab = newLab();
    lab.addNode('a', { slots: 1, msPerBlock: 20, owner: 'x' });
    lab.addNode('b', { slots: 1, msPerBlock: 20, owner: 'y' });
    lab.submit('j', request(40), 'ann');
    lab.submit('k', request(40), 'bob');
    finish(lab, 60_000);
    for (const job of ['j', 'k']) {
      expect(JSON.stringify(lab.result(job).result)).toBe(lab.expected(request(40)));
    }
  });
});
