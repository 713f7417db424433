import type { Attempt } from '@belfry/protocol';
import { expect, test } from 'vitest';
import { MODEL_TIMES } from '../testing/model-sentinel.ts';
import { Agent } from './agent.ts';
import type { AgentEffect, AgentEvent, AgentNotice, Settlement } from './agent-events.ts';
import type { AgentSettings } from './agent-snapshot.ts';

const CLAIMED = { node: 'n-1', status: 'claimed', pool: 'default', times: MODEL_TIMES };

function attemptOf(attempt: string, from = 0, blocks = 1): Attempt {
  return {
    attempt,
    job: 'j1',
    simulation: 'sum',
    version: 'sha256-0',
    round: 0,
    seed: 1,
    from,
    blocks,
    blockIterations: 10,
    firstIteration: from * 10,
    assignedAt: 0,
  };
}

/** An agent, and what it wants. Randomness is always ½. */
class Driver {
  now = 0;
  readonly agent: Agent;
  effects: AgentEffect[] = [];

  constructor(settings: Partial<AgentSettings> = {}, saved: readonly Settlement[] = []) {
    this.agent = new Agent(
      {
        name: 'box',
        publicKey: 'key',
        capabilities: { slots: 2, runtime: 'node', platform: 'test', version: '1' },
        maxUndeliveredBytes: 10_000_000,
        maxChunkMs: 600_000,
        ...settings,
      },
      saved,
      () => 0.5,
    );
  }

  tell(event: AgentEvent): void {
    this.effects.push(...this.agent.handle(event, this.now));
  }

  /** Lets time pass, hearing `time` whenever it is wanted. */
  pass(ms: number): void {
    const end = this.now + ms;
    while (this.agent.nextAt <= end) {
      this.now = Math.max(this.now, this.agent.nextAt);
      this.tell({ type: 'time' });
    }
    this.now = end;
  }

  of<T extends AgentEffect['type']>(type: T): Extract<AgentEffect, { type: T }>[] {
    return this.effects.filter((each) => each.type === type) as Extract<AgentEffect, { type: T }>[];
  }

  notices<T extends AgentNotice['type']>(type: T): Extract<AgentNotice, { type: T }>[] {
    const notices = this.of('tell').map(({ notice }) => notice);
    return notices.filter((each) => each.type === type) as Extract<AgentNotice, { type: T }>[];
  }

  /** Takes the first call of this name. */
  call(name: string): { readonly id: number; readonly body: Record<string, unknown> } {
    const index = this.effects.findIndex((each) => each.type === 'call' && each.call === name);
    const [effect] = this.effects.splice(index, index < 0 ? 0 : 1);
    if (effect?.type !== 'call') throw new Error(`no ${name}: ${JSON.stringify(this.effects)}`);
    return { id: effect.id, body: JSON.parse(effect.body) as Record<string, unknown> };
  }

  has(name: string): boolean {
    return this.of('call').some(({ call }) => call === name);
  }

  answer(name: string, body: unknown): Record<string, unknown> {
    const call = this.call(name);
    this.tell({ type: 'reply', id: call.id, reply: { ok: true, body } });
    return call.body;
  }

  refuse(name: string, status: number, code: string, retryAfterMs?: number): void {
    const { id } = this.call(name);
    const retry = retryAfterMs === undefined ? {} : { retryAfterMs };
    this.tell({
      type: 'reply',
      id,
      reply: { ok: false, status, code, message: `${name}: ${code}`, ...retry },
    });
  }

  holds(attempts: readonly Attempt[], state = 'ready', call = 'heartbeat'): void {
    this.answer(call, { now: 0, state, attempts, times: MODEL_TIMES });
  }
}

function member(settings: Partial<AgentSettings> = {}, attempts: readonly Attempt[] = []): Driver {
  const driver = new Driver(settings);
  driver.tell({ type: 'start' });
  driver.answer('register', CLAIMED);
  driver.holds(attempts);
  if (attempts.length > 0) driver.answer('ack', {});
  return driver;
}

test('it registers, connects, asks what it holds and runs as much as it has slots', () => {
  const driver = new Driver();
  driver.tell({ type: 'start' });
  expect(driver.answer('register', CLAIMED)).toMatchObject({ publicKey: 'key', name: 'box' });
  expect(driver.of('connect')).toHaveLength(1);
  driver.holds([attemptOf('a1', 0), attemptOf('a2', 1), attemptOf('a3', 2)]);
  expect(driver.of('start').map(({ attempt }) => attempt.attempt)).toEqual(['a1', 'a2']);
  expect(driver.of('prepare')).toHaveLength(3);
  expect(driver.call('ack').body['attempts']).toHaveLength(3);
  expect(driver.agent.snapshot).toMatchObject({ state: 'processing', waiting: 1 });
});

test('an unclaimed node shows its code and registers again until somebody claims it', () => {
  const driver = new Driver();
  driver.tell({ type: 'start' });
  const unclaimed = { ...CLAIMED, status: 'unclaimed', code: 'K7QF-3MZ2', codeExpiresAt: 5 };
  driver.answer('register', unclaimed);
  expect(driver.notices('code')).toEqual([{ type: 'code', code: 'K7QF-3MZ2', expiresAt: 5 }]);
  expect(driver.agent.snapshot.state).toBe('unclaimed');
  driver.pass(3_000);
  driver.answer('register', unclaimed);
  driver.pass(3_000);
  driver.answer('register', CLAIMED);
  expect(driver.notices('code')).toHaveLength(1);
  expect(driver.has('heartbeat')).toBe(true);
  expect(driver.agent.snapshot).toMatchObject({ state: 'connected', code: null });
});

test('a claim that is refused ends it, and says why', () => {
  const driver = new Driver({ claim: 'old' });
  driver.tell({ type: 'start' });
  driver.refuse('register', 403, 'bad_claim');
  expect(driver.of('end')).toEqual([
    { type: 'end', end: { type: 'refused', code: 'bad_claim', message: 'register: bad_claim' } },
  ]);
});

test('a server that is away is tried again with pauses that grow, up to half a minute', () => {
  const driver = new Driver();
  driver.tell({ type: 'start' });
  const pauses: number[] = [];
  for (let i = 0; i < 9; i++) {
    driver.refuse('register', 0, 'network');
    pauses.push(driver.agent.nextAt - driver.now);
    driver.pass(pauses.at(-1) ?? 0);
  }
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  driver.refuse('register', 503, 'unavailable', 40_000);
  expect(driver.agent.nextAt - driver.now).toBe(55_000);
});

test('heartbeats come as often as the server says, one at a time, with how far every chunk is', () => {
  const driver = member({}, [attemptOf('a1', 0, 8), attemptOf('a2', 8)]);
  driver.pass(2_500);
  driver.tell({ type: 'progress', attempt: 'a1', blocks: 3 });
  const first = driver.call('heartbeat');
  expect(first.body).toMatchObject({ slots: 2, draining: false });
  driver.pass(20_000);
  expect(driver.has('heartbeat')).toBe(false);
  driver.tell({
    type: 'reply',
    id: first.id,
    reply: { ok: false, status: 0, code: 'network', message: 'timed out' },
  });
  driver.pass(125);
  const progress = [
    { attempt: 'a1', job: 'j1', blocks: 3 },
    { attempt: 'a2', job: 'j1', blocks: 0 },
  ];
  expect(driver.call('heartbeat').body['progress']).toEqual(progress);
});

test('what the answer to a heartbeat does not name is given up, unless it came after it was sent', () => {
  const driver = member({}, [attemptOf('a1', 0), attemptOf('a2', 1)]);
  driver.pass(2_500);
  driver.tell({ type: 'push', push: { type: 'assigned', attempts: [attemptOf('a3', 2)] } });
  driver.holds([attemptOf('a2', 1)]);
  expect(driver.of('abort').map(({ attempt }) => attempt)).toEqual(['a1']);
  // Its slot is free when whoever runs it says so.
  expect(driver.of('start')).toHaveLength(2);
  driver.tell({ type: 'aborted', attempt: 'a1' });
  expect(driver.of('start').at(-1)?.attempt.attempt).toBe('a3');
  driver.pass(5_000);
  driver.holds([attemptOf('a2', 1)]);
  expect(driver.of('abort').map(({ attempt }) => attempt)).toEqual(['a1', 'a3']);
});

test('results that are done at about the same time, or while others are sent, go together', () => {
  const driver = member({}, [attemptOf('a1', 0), attemptOf('a2', 1), attemptOf('a3', 2)]);
  driver.tell({ type: 'done', attempt: 'a1', json: '{"n":1}', ms: 1.5 });
  driver.now += 2;
  driver.tell({ type: 'done', attempt: 'a2', json: '2', ms: 0.1234 });
  expect(driver.of('persist')).toHaveLength(2);
  expect(driver.has('complete')).toBe(false);
  driver.pass(5);
  const { id, body } = driver.call('complete');
  expect(body['results']).toEqual([
    { attempt: 'a1', job: 'j1', ms: 1.5, result: { n: 1 } },
    { attempt: 'a2', job: 'j1', ms: 0.123, result: 2 },
  ]);
  driver.tell({ type: 'done', attempt: 'a3', json: '3', ms: 1 });
  driver.pass(1_000);
  expect(driver.has('complete')).toBe(false);
  const outcomes = [
    { attempt: 'a1', outcome: 'received' },
    { attempt: 'a2', outcome: 'busy' },
  ];
  driver.tell({ type: 'reply', id, reply: { ok: true, body: { outcomes } } });
  expect(driver.of('forget')).toEqual([{ type: 'forget', attempts: ['a1'] }]);
  expect(driver.call('complete').body['results']).toHaveLength(1);
  expect(driver.agent.snapshot.undelivered.count).toBe(2);
});

test('a result that the server does not understand does not hold up the others, and is reported', () => {
  const driver = member({}, [attemptOf('a1', 0), attemptOf('a2', 1)]);
  driver.tell({ type: 'done', attempt: 'a1', json: '1', ms: 1 });
  driver.tell({ type: 'done', attempt: 'a2', json: '2', ms: 1 });
  driver.pass(5);
  driver.refuse('complete', 400, 'bad_request');
  driver.refuse('complete', 400, 'bad_request');
  driver.answer('complete', { outcomes: [{ attempt: 'a2', outcome: 'received' }] });
  driver.pass(5);
  expect(driver.call('fail').body['failures']).toEqual([
    { attempt: 'a1', job: 'j1', reason: 'error', message: 'the Sentinel refused its result' },
  ]);
});

test('what throws, and what is too large to send, is reported', () => {
  const driver = member({}, [attemptOf('a1', 0), attemptOf('a2', 1)]);
  const message = 'x'.repeat(5_000);
  driver.tell({ type: 'failed', attempt: 'a1', reason: 'memory', message });
  driver.tell({ type: 'done', attempt: 'a2', json: `"${'y'.repeat(8_400_000)}"`, ms: 1 });
  driver.pass(5);
  const failures = driver.call('fail').body['failures'] as { reason: string; message: string }[];
  expect(failures.map(({ reason }) => reason)).toEqual(['memory', 'error']);
  expect(failures[0]?.message).toHaveLength(2_000);
  expect(failures[1]?.message).toContain('8400002 bytes');
});

test('a chunk without progress is ended and reported, but not for the time that the machine stood still', () => {
  const driver = member({}, [attemptOf('a1', 0, 4), attemptOf('a2', 4)]);
  driver.tell({ type: 'begun', attempt: 'a1' });
  driver.pass(29_000);
  driver.tell({ type: 'progress', attempt: 'a1', blocks: 1 });
  driver.now += 100_000;
  driver.tell({ type: 'time' });
  expect(driver.of('abort')).toEqual([]);
  driver.pass(29_000);
  expect(driver.of('abort')).toEqual([]);
  driver.pass(3_000);
  expect(driver.of('abort')).toEqual([{ type: 'abort', attempt: 'a1' }]);
  expect(driver.call('fail').body['failures']).toMatchObject([
    { attempt: 'a1', reason: 'timeout', message: 'no block was done for 30 s' },
  ]);
});

test('a chunk that takes longer than any may is ended and reported, however it gets on', () => {
  const driver = member({ maxChunkMs: 60_000 }, [attemptOf('a1', 0, 64)]);
  driver.tell({ type: 'begun', attempt: 'a1' });
  for (let blocks = 1; blocks <= 2; blocks++) {
    driver.pass(25_000);
    driver.tell({ type: 'progress', attempt: 'a1', blocks });
  }
  expect(driver.of('abort')).toEqual([]);
  driver.pass(12_000);
  expect(driver.of('abort')).toEqual([{ type: 'abort', attempt: 'a1' }]);
  expect(driver.call('fail').body['failures']).toMatchObject([
    { attempt: 'a1', reason: 'timeout', message: 'it ran for more than 60 s' },
  ]);
});

test('a pause gives back what has not begun, and one that its user asked for also what runs', () => {
  const driver = member({}, [attemptOf('a1', 0), attemptOf('a2', 1), attemptOf('a3', 2)]);
  driver.tell({ type: 'conditions', pause: { reason: 'load', abort: false }, load: 0.9 });
  driver.pass(5);
  expect(driver.call('fail').body['failures']).toEqual([
    { attempt: 'a3', job: 'j1', reason: 'refused', message: 'the node pauses (load)' },
  ]);
  driver.pass(500);
  expect(driver.call('heartbeat').body).toMatchObject({ slots: 0, load: 0.9 });
  driver.tell({ type: 'conditions', pause: { reason: 'user', abort: true } });
  expect(driver.of('abort')).toHaveLength(2);
  driver.tell({ type: 'aborted', attempt: 'a1' });
  driver.tell({ type: 'done', attempt: 'a2', json: '1', ms: 1 });
  expect(driver.agent.snapshot.counts).toMatchObject({ completed: 0, refused: 3, failed: 0 });
});

test('draining gives back what waits, finishes what runs, delivers, leaves and ends', () => {
  const driver = member({}, [attemptOf('a1', 0), attemptOf('a2', 1), attemptOf('a3', 2)]);
  driver.tell({ type: 'drain', limitMs: 10_000, deliverMs: 10_000 });
  driver.pass(500);
  driver.answer('fail', { outcomes: [{ attempt: 'a3', outcome: 'received' }] });
  expect(driver.call('heartbeat').body).toMatchObject({ slots: 0, draining: true });
  driver.tell({ type: 'done', attempt: 'a1', json: '1', ms: 1 });
  driver.pass(10_000);
  // The limit has passed: the other one is given back too.
  expect(driver.of('abort')).toEqual([{ type: 'abort', attempt: 'a2' }]);
  driver.tell({ type: 'aborted', attempt: 'a2' });
  driver.answer('complete', { outcomes: [{ attempt: 'a1', outcome: 'received' }] });
  expect(driver.has('leave')).toBe(false);
  driver.answer('fail', { outcomes: [{ attempt: 'a2', outcome: 'received' }] });
  driver.answer('leave', {});
  expect(driver.effects.slice(-1)).toEqual([{ type: 'end', end: { type: 'drained' } }]);
});

test('a node that drains ends in the end, also when nobody answers', () => {
  const driver = member({}, [attemptOf('a1', 0)]);
  driver.tell({ type: 'done', attempt: 'a1', json: '1', ms: 1 });
  driver.tell({ type: 'drain', limitMs: 1_000, deliverMs: 10_000 });
  driver.pass(20_000);
  expect(driver.of('end')).toEqual([{ type: 'end', end: { type: 'drained' } }]);
  // It is delivered by the next run.
  expect(driver.of('forget')).toEqual([]);
});

test('what was left over from the last run is delivered, and not computed again', () => {
  const body = '{"attempt":"a1","job":"j1","ms":1,"result":5}';
  const saved: Settlement = { kind: 'complete', attempt: 'a1', job: 'j1', blocks: 1, body };
  const driver = new Driver({}, [saved]);
  driver.tell({ type: 'start' });
  driver.answer('register', CLAIMED);
  expect(driver.call('complete').body['results']).toMatchObject([{ attempt: 'a1', result: 5 }]);
  driver.holds([attemptOf('a1')]);
  expect(driver.of('start')).toEqual([]);
});

test('a node that was removed forgets everything and ends', () => {
  const driver = member({}, [attemptOf('a1')]);
  driver.tell({ type: 'done', attempt: 'a1', json: '1', ms: 1 });
  driver.tell({ type: 'push', push: { type: 'removed' } });
  driver.holds([], 'removed', 'holds');
  expect(driver.of('forget')).toEqual([{ type: 'forget', attempts: ['a1'] }]);
  expect(driver.of('end')).toEqual([{ type: 'end', end: { type: 'removed' } }]);
});

test('that it was removed is believed when the Sentinel does not know it any more', () => {
  const driver = member();
  driver.tell({ type: 'push', push: { type: 'removed' } });
  driver.holds([], 'ready', 'holds');
  expect(driver.of('end')).toEqual([]);
  driver.tell({ type: 'push', push: { type: 'removed' } });
  driver.refuse('holds', 404, 'unknown_node');
  expect(driver.of('end')).toEqual([{ type: 'end', end: { type: 'removed' } }]);
});

test('a node that an operator drains takes nothing, stays, and goes on when told to', () => {
  const driver = member();
  driver.tell({ type: 'push', push: { type: 'drain' } });
  driver.holds([attemptOf('a1')], 'draining', 'holds');
  driver.pass(5);
  expect(driver.call('fail').body['failures']).toHaveLength(1);
  expect(driver.agent.snapshot.state).toBe('draining');
  driver.pass(3_000);
  driver.holds([attemptOf('a2')]);
  expect(driver.of('start').map(({ attempt }) => attempt.attempt)).toEqual(['a2']);
});

test('a server that has lost its data is registered with again, not in a hot loop', () => {
  const driver = member();
  driver.pass(2_500);
  driver.refuse('heartbeat', 404, 'unknown_node');
  expect(driver.has('register')).toBe(false);
  driver.pass(500);
  driver.answer('register', CLAIMED);
  driver.refuse('heartbeat', 404, 'unknown_node');
  driver.pass(400);
  expect(driver.has('register')).toBe(false);
  driver.pass(200);
  expect(driver.has('register')).toBe(true);
});

test('nothing new is begun while too many results wait', () => {
  const attempts = [attemptOf('a1', 0), attemptOf('a2', 1), attemptOf('a3', 2)];
  const driver = member({ maxUndeliveredBytes: 1_000 }, attempts);
  driver.tell({ type: 'done', attempt: 'a1', json: `"${'x'.repeat(2_000)}"`, ms: 1 });
  driver.pass(5);
  expect(driver.of('start')).toHaveLength(2);
  expect(driver.call('fail').body['failures']).toMatchObject([{ reason: 'refused' }]);
});

test('progress is told on the channel of the job, of long chunks only and not often', () => {
  const driver = member({}, [attemptOf('a1', 0, 8)]);
  driver.tell({ type: 'channel', state: 'connected' });
  driver.tell({ type: 'begun', attempt: 'a1' });
  for (let done = 1; done <= 8; done++) {
    driver.pass(300);
    driver.tell({ type: 'progress', attempt: 'a1', blocks: done });
  }
  expect(driver.of('say').map(({ channel, data }) => [channel, data.done])).toEqual([
    ['job:j1', 4],
    ['job:j1', 8],
  ]);
});

test('a channel that will not come back by itself is opened again', () => {
  const driver = member();
  driver.tell({ type: 'channel', state: 'refused' });
  expect(driver.of('connect')).toHaveLength(1);
  driver.pass(600);
  expect(driver.of('connect')).toHaveLength(2);
});

test('answers that are not as the protocol has them are counted and asked for again', () => {
  const driver = new Driver();
  driver.tell({ type: 'start' });
  driver.answer('register', { node: 'n-1' });
  driver.pass(1_000);
  driver.answer('register', CLAIMED);
  driver.answer('heartbeat', { attempts: [{ attempt: 'a1' }], times: MODEL_TIMES, state: 'ready' });
  driver.pass(1_000);
  driver.holds([]);
  expect(driver.agent.snapshot.counts.malformed).toBe(2);
  expect(driver.agent.snapshot.online).toBe(true);
});
