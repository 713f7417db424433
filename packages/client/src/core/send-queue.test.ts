import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';
import { SendQueue } from './send-queue.ts';

const options = { timeoutMs: 1_000, limit: 5, backoff: { minMs: 100, maxMs: 400 } };

test('messages are transmitted at once, in order, without waiting for replies', () => {
  const queue = new SendQueue(options);
  queue.add('a', 0);
  expect(queue.take(0)).toEqual(['a']);
  queue.add('b', 0);
  queue.add('c', 0);
  expect(queue.take(0)).toEqual(['b', 'c']);
  expect(queue.take(0)).toEqual([]);
});

test('after a failure all that failed goes again in order, once every reply is in and the pause is over', () => {
  const queue = new SendQueue(options);
  for (const id of ['a', 'b', 'c']) queue.add(id, 0);
  queue.take(0);
  queue.failed('b', 10, 0.5);
  queue.add('d', 10);
  expect(queue.take(500)).toEqual([]);
  queue.accepted('a', 20, 0.5);
  expect(queue.take(500)).toEqual([]);
  queue.failed('c', 30, 0.5);
  expect(queue.nextWake()).toBe(30 + 75);
  expect(queue.take(104)).toEqual([]);
  expect(queue.take(105)).toEqual(['b', 'c', 'd']);
});

test('a message that is not accepted in time is given up, also while its reply is out', () => {
  const queue = new SendQueue(options);
  queue.add('a', 0);
  queue.add('b', 500);
  queue.take(500);
  expect(queue.nextWake()).toBe(1_000);
  expect(queue.expired(1_000, 0)).toEqual(['a']);
  expect(queue.accepted('a', 1_100, 0)).toBe(false);
  expect(queue.accepted('b', 1_100, 0)).toBe(true);
  expect(queue.nextWake()).toBeNull();
});

test('a full queue takes nothing more', () => {
  const queue = new SendQueue(options);
  for (const id of ['a', 'b', 'c', 'd', 'e']) expect(queue.add(id, 0)).toBe(true);
  expect(queue.add('f', 0)).toBe(false);
});

test('the pause doubles up to its limit and starts anew after a success', () => {
  expect([0, 1, 2, 3, 40].map((attempt) => backoff(attempt, options.backoff, 0.999999))).toEqual([
    expect.closeTo(100, 2),
    expect.closeTo(200, 2),
    expect.closeTo(400, 2),
    expect.closeTo(400, 2),
    expect.closeTo(400, 2),
  ]);
  const queue = new SendQueue({ ...options, timeoutMs: 1e6 });
  queue.add('a', 0);
  const pauses: number[] = [];
  let now = 0;
  for (let i = 0; i < 3; i += 1) {
    queue.take(now);
    queue.failed('a', now, 0);
    pauses.push(queue.nextWake()! - now);
    now = queue.nextWake()!;
  }
  queue.take(now);
  queue.accepted('a', now, 0);
  queue.add('b', now);
  queue.take(now);
  queue.failed('b', now, 0);
  pauses.push(queue.nextWake()! - now);
  expect(pauses).toEqual([50, 100, 200, 50]);
});

/**
 * A server that takes each id once, over a connection that loses a tail of what was sent or of the replies: what is accepted must be
 * accepted in the order it was given.
 */
test('whatever gets lost, every message is accepted once or given up, and accepted ones keep their order', () => {
  const event = fc.oneof(
    fc.record({ type: fc.constant('add' as const) }),
    fc.record({ type: fc.constant('wait' as const), ms: fc.nat({ max: 300 }) }),
    /** The next `replies` of those that are out are answered; then, if `cut`, the rest fails, of which the server got `got`. */
    fc.record({
      type: fc.constant('network' as const),
      replies: fc.nat({ max: 6 }),
      cut: fc.boolean(),
      got: fc.nat({ max: 6 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      const queue = new SendQueue({ ...options, limit: 10 });
      const inbox: number[] = [];
      const settled = new Map<string, string>();
      const given: string[] = [];
      let out: string[] = [];
      let now = 0;
      const settle = (id: string, how: string): void => {
        expect(settled.has(id)).toBe(false);
        settled.set(id, how);
      };
      const accept = (id: string): void => {
        if (!inbox.includes(Number(id))) inbox.push(Number(id));
      };
      const pump = (): void => {
        for (const id of queue.expired(now, 0)) settle(id, 'expired');
        const taken = queue.take(now);
        for (const id of taken) expect(out).not.toContain(id);
        out.push(...taken);
      };
      for (const each of events) {
        if (each.type === 'add') {
          const id = String(given.length);
          if (queue.add(id, now)) given.push(id);
        } else if (each.type === 'wait') now += each.ms;
        else {
          for (const id of out.splice(0, each.replies)) {
            accept(id);
            if (queue.accepted(id, now, 0)) settle(id, 'accepted');
          }
          if (each.cut) {
            const lost = out;
            out = [];
            for (const id of lost.slice(0, each.got)) accept(id);
            for (const id of lost) queue.failed(id, now, 0);
          }
        }
        pump();
      }
      // Then all is well.
      for (let i = 0; i < 20 && queue.size > 0; i += 1) {
        for (const id of out.splice(0)) {
          accept(id);
          if (queue.accepted(id, now, 0)) settle(id, 'accepted');
        }
        now += 200;
        pump();
      }
      expect([...settled.keys()].toSorted()).toEqual(given.toSorted());
      expect(inbox).toEqual(inbox.toSorted((a, b) => a - b));
      for (const [id, how] of settled) {
        if (how === 'accepted') expect(inbox).toContain(Number(id));
      }
    }),
    { numRuns: 500 },
  );
});
