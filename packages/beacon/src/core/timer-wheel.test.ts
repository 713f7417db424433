import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimerWheel, type Timed } from './timer-wheel.ts';

class Item implements Timed {
  slot = -1;
  due: number;
  readonly fired: number[] = [];
  next: (now: number) => number;

  constructor(due: number, next: (now: number) => number = () => Number.POSITIVE_INFINITY) {
    this.due = due;
    this.next = next;
  }

  dueAt(): number {
    return this.due;
  }

  tick(now: number): void {
    this.fired.push(now);
    this.due = this.next(now);
  }
}

describe('TimerWheel', () => {
  it('fires everything once, never early and at most one span late', () => {
    const dues = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(dues, (dues) => {
        const wheel = new TimerWheel({ now: 0, spanMs: 100, slots: 16 });
        const items = dues.map((due) => new Item(due));
        for (const item of items) wheel.schedule(item);
        for (let now = 100; now <= 21_000; now += 100) wheel.advance(now);
        for (const [i, item] of items.entries()) {
          expect(item.fired).toHaveLength(1);
          const late = (item.fired[0] ?? 0) - (dues[i] ?? 0);
          expect(late).toBeGreaterThanOrEqual(0);
          expect(late).toBeLessThanOrEqual(200);
        }
        expect(wheel.size).toBe(0);
      }),
    );
  });

  it('repeats, moves and cancels', () => {
    const wheel = new TimerWheel({ now: 0, spanMs: 100, slots: 16 });
    const repeated = new Item(100, (now) => now + 500);
    const moved = new Item(5_000);
    const cancelled = new Item(300);
    for (const item of [repeated, moved, cancelled]) wheel.schedule(item);
    moved.due = 400;
    wheel.schedule(moved);
    wheel.cancel(cancelled);
    for (let now = 100; now <= 2_000; now += 100) wheel.advance(now);
    expect(repeated.fired).toEqual([100, 600, 1_100, 1_600]);
    expect(moved.fired).toEqual([400]);
    expect(cancelled.fired).toEqual([]);
    expect(wheel.size).toBe(1);
  });

  it('lets a tick cancel and move others that are due at the same time', () => {
    const wheel = new TimerWheel({ now: 0, spanMs: 100, slots: 16 });
    const cancelled = new Item(100);
    const moved = new Item(100);
    const first = new Item(100, () => {
      wheel.cancel(cancelled);
      cancelled.due = Number.POSITIVE_INFINITY;
      moved.due = 500;
      wheel.schedule(moved);
      return Number.POSITIVE_INFINITY;
    });
    for (const item of [first, cancelled, moved]) wheel.schedule(item);
    for (let now = 100; now <= 1_000; now += 100) wheel.advance(now);
    expect(cancelled.fired).toEqual([]);
    expect(moved.fired).toEqual([500]);
    expect(wheel.size).toBe(0);
  });

  it('meets everything after a long pause', () => {
    const wheel = new TimerWheel({ now: 0, spanMs: 100, slots: 16 });
    const items = Array.from({ length: 100 }, (_, i) => new Item(i * 100));
    for (const item of items) wheel.schedule(item);
    wheel.advance(1_000_000);
    expect(items.every((item) => item.fired.length === 1)).toBe(true);
  });
});
