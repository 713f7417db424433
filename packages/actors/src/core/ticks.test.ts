import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineActor, type LatePolicy, type Tick, type TickRate } from '../define-actor.ts';
import { gridPoint } from './tick-plan.ts';
import { fromAnn, localActor } from './turn-lab.ts';

/** An actor that notes its ticks and does what it is told. */
function ticker(tick: TickRate | undefined) {
  return defineActor('ticker', {
    control: z.object({
      do: z.enum(['nothing', 'start', 'cancel', 'once', 'break', 'mend', 'destroy']),
      at: z.number().default(0),
    }),
    ...(tick !== undefined && { tick }),
    maxTickFailures: 3,
    initial: () => ({ ticks: [] as Tick[], broken: false }),
    onMessage(ctx, message) {
      if (message.do === 'start') ctx.startTicking();
      if (message.do === 'cancel') ctx.cancelTick();
      if (message.do === 'once') ctx.scheduleTick(message.at);
      if (message.do === 'break') ctx.state.broken = true;
      if (message.do === 'mend') ctx.state.broken = false;
      if (message.do === 'destroy') ctx.destroy();
    },
    onTick(ctx, tick) {
      ctx.state.ticks.push(tick);
      ctx.publishTo('server:ticks', tick.n);
      if (ctx.state.broken) throw new Error('broken');
    },
  });
}

const born = fromAnn({ do: 'nothing' });
const ticksOf = (actor: { state(): unknown }): Tick[] =>
  (actor.state() as { ticks: Tick[] } | null)?.ticks ?? [];

describe('a rate', () => {
  test('starts with the actor and ticks on an absolute grid', () => {
    const actor = localActor(ticker({ hz: 64 }));
    expect(actor.turn(1000, [born]).commit.wakeAt).toBe(1016);
    expect(actor.turn(1016).commit.wakeAt).toBe(1032);
    expect(actor.turn(1033).commit.wakeAt).toBe(1047);
    expect(actor.turn(1047).commit.wakeAt).toBe(1063);
    expect(ticksOf(actor)).toEqual([
      { n: 1, scheduledAt: 1016, lateMs: 0, skipped: 0 },
      { n: 2, scheduledAt: 1032, lateMs: 1, skipped: 0 },
      { n: 3, scheduledAt: 1047, lateMs: 0, skipped: 0 },
    ]);
  });

  test('runs after the messages of its turn', () => {
    const actor = localActor(ticker({ hz: 10 }));
    actor.turn(0, [born]);
    actor.turn(100, [fromAnn({ do: 'cancel' })]);
    expect(ticksOf(actor)).toEqual([]);
  });

  test('with `skip` runs the last missed tick and counts the others', () => {
    const actor = localActor(ticker({ hz: 10 }));
    actor.turn(0, [born]);
    expect(actor.turn(350).commit.wakeAt).toBe(400);
    expect(ticksOf(actor)).toEqual([{ n: 3, scheduledAt: 300, lateMs: 50, skipped: 2 }]);
  });

  test('with `catchUp` runs missed ticks one after the other and leaves out the rest', () => {
    const actor = localActor(ticker({ hz: 10, late: { catchUp: 2 } }));
    actor.turn(0, [born]);
    const { counts, commit } = actor.turn(450);
    expect(counts.ticks).toBe(2);
    expect(commit.wakeAt).toBe(500);
    actor.turn(500);
    expect(ticksOf(actor)).toEqual([
      { n: 1, scheduledAt: 100, lateMs: 350, skipped: 0 },
      { n: 2, scheduledAt: 200, lateMs: 250, skipped: 0 },
      { n: 5, scheduledAt: 500, lateMs: 0, skipped: 2 },
    ]);
  });

  test('with `stretch` runs one tick and moves the grid', () => {
    const actor = localActor(ticker({ hz: 10, late: 'stretch' }));
    actor.turn(0, [born]);
    expect(actor.turn(150).commit.wakeAt).toBe(200);
    expect(actor.turn(450).commit.wakeAt).toBe(550);
    expect(ticksOf(actor)).toEqual([
      { n: 1, scheduledAt: 100, lateMs: 50, skipped: 0 },
      { n: 2, scheduledAt: 200, lateMs: 250, skipped: 0 },
    ]);
  });

  test('waits for startTicking when it does not start by itself, and can be stopped and restarted', () => {
    const actor = localActor(ticker({ hz: 10, autostart: false }));
    expect(actor.turn(0, [born]).commit.wakeAt).toBeNull();
    expect(actor.turn(1, [born]).commit.wakeAt).toBeNull();
    expect(actor.turn(7, [fromAnn({ do: 'start' })]).commit.wakeAt).toBe(107);
    actor.turn(107);
    expect(actor.turn(150, [fromAnn({ do: 'cancel' })]).commit.wakeAt).toBeNull();
    expect(actor.turn(1000, [fromAnn({ do: 'start' })]).commit.wakeAt).toBe(1100);
    actor.turn(1100);
    expect(ticksOf(actor).map((tick) => [tick.n, tick.scheduledAt])).toEqual([
      [1, 107],
      [2, 1100],
    ]);
  });

  test('that a deployment changes goes on from the pending tick; one that it adds starts', () => {
    const actor = localActor(ticker({ hz: 10 }));
    actor.turn(0, [born]);
    const faster = localActor(ticker({ hz: 20 }));
    faster.snapshot = actor.snapshot;
    expect(faster.turn(100).commit.wakeAt).toBe(150);
    const without = localActor(ticker(undefined));
    without.snapshot = faster.snapshot;
    expect(without.turn(120).commit.wakeAt).toBeNull();
    const unborn = localActor(ticker(undefined));
    unborn.turn(0, [born]);
    const added = localActor(ticker({ hz: 10 }));
    added.snapshot = unborn.snapshot;
    const outcome = added.turn(50);
    expect(outcome).toMatchObject({ idle: false, commit: { wakeAt: 150 } });
  });

  test('a new life counts from 1 again', () => {
    const actor = localActor(ticker({ hz: 10 }));
    actor.turn(0, [born]);
    actor.turn(100);
    actor.turn(120, [fromAnn({ do: 'destroy' }), born]);
    expect(actor.turn(220).commit.publications).toHaveLength(1);
    expect(ticksOf(actor)).toMatchObject([{ n: 1, scheduledAt: 220 }]);
  });
});

describe('a scheduled tick', () => {
  test('comes once', () => {
    const actor = localActor(ticker(undefined));
    expect(actor.turn(0, [fromAnn({ do: 'once', at: 30_000 })]).commit.wakeAt).toBe(30_000);
    expect(actor.turn(30_010).commit.wakeAt).toBeNull();
    expect(ticksOf(actor)).toEqual([{ n: 1, scheduledAt: 30_000, lateMs: 10, skipped: 0 }]);
  });

  test('replaces the pending tick of a rate, which goes on after it', () => {
    const actor = localActor(ticker({ hz: 10 }));
    actor.turn(0, [born]);
    expect(actor.turn(50, [fromAnn({ do: 'once', at: 275 })]).commit.wakeAt).toBe(275);
    expect(actor.turn(275).commit.wakeAt).toBe(300);
    actor.turn(300);
    expect(ticksOf(actor).map((tick) => [tick.n, tick.scheduledAt, tick.skipped])).toEqual([
      [1, 275, 0],
      [2, 300, 0],
    ]);
  });

  test('that schedules the next one at once does not keep its turn going', () => {
    const eager = defineActor('eager', {
      control: z.null(),
      initial: () => ({ n: 0 }),
      onCreate: (ctx) => ctx.scheduleTick(ctx.now),
      onTick(ctx) {
        ctx.state.n++;
        ctx.scheduleTick(ctx.now);
      },
    });
    const actor = localActor(eager);
    expect(actor.turn(5, [fromAnn(null)]).counts.ticks).toBe(1);
    expect(actor.turn(5).commit.wakeAt).toBe(5);
    expect(actor.state()).toEqual({ n: 2 });
  });
});

describe('a tick that throws', () => {
  test('leaves no effect, uses its number up, and the next one comes on the grid', () => {
    const actor = localActor(ticker({ hz: 10 }));
    actor.turn(0, [fromAnn({ do: 'break' })]);
    const { commit, counts, failures } = actor.turn(100);
    expect(counts).toMatchObject({ ticks: 1, tickFailures: 1 });
    expect(commit).toMatchObject({ publications: [], wakeAt: 200, suspend: null });
    expect(failures).toMatchObject([{ during: 'tick', number: 1, attempts: 1, final: false }]);
    expect(commit.meta).toContain('Error: broken');
    const after = actor.turn(200, [fromAnn({ do: 'mend' })]);
    expect(after.commit.meta).not.toContain('broken');
    expect(ticksOf(actor)).toMatchObject([{ n: 2 }]);
  });

  test('too often in a row suspends the actor; after that it gets as many chances again', () => {
    const actor = localActor(ticker({ hz: 10 }));
    actor.turn(0, [fromAnn({ do: 'break' })]);
    expect(actor.turn(100).commit.suspend).toBeNull();
    expect(actor.turn(200).commit.suspend).toBeNull();
    const { commit, failures } = actor.turn(300);
    expect(commit.suspend).toBe('3 ticks in a row threw, the last one: Error: broken');
    expect(commit.wakeAt).toBe(400);
    expect(failures).toMatchObject([{ attempts: 3, final: true }]);
    expect(actor.turn(400).commit.suspend).toBeNull();
  });

  test('does not wait for a message that is held back', () => {
    const actor = localActor(
      defineActor('mixed', {
        control: z.string(),
        tick: { hz: 10 },
        initial: () => ({ ticks: 0 }),
        onMessage(_ctx, message) {
          if (message === 'bad') throw new Error(message);
        },
        onTick: (ctx) => void ctx.state.ticks++,
      }),
    );
    actor.turn(0, [fromAnn('good')]);
    actor.turn(50, [fromAnn('bad')]);
    const { commit, counts } = actor.turn(100);
    expect(counts).toMatchObject({ ticks: 1, failures: 0, messages: 0 });
    expect(commit.holdUntil).toBe(150);
  });
});

const late = fc.oneof(
  fc.constant<LatePolicy>('skip'),
  fc.constant<LatePolicy>('stretch'),
  fc.integer({ min: 1, max: 5 }).map((catchUp): LatePolicy => ({ catchUp })),
);
const hz = fc.oneof(
  fc.integer({ min: 1, max: 250 }),
  fc.double({ min: 0.1, max: 250, noNaN: true }),
);
const steps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 });

test('property: numbers grow by one plus what was skipped, and never come twice', () => {
  fc.assert(
    fc.property(late, hz, steps, (late, hz, steps) => {
      const actor = localActor(ticker({ hz, late }));
      let now = 1_700_000_000_000;
      actor.turn(now, [born]);
      for (const step of steps) actor.turn((now += step));
      let last = { n: 0, scheduledAt: -1 };
      for (const tick of ticksOf(actor)) {
        expect(tick.n).toBe(last.n + 1 + tick.skipped);
        expect(tick.scheduledAt).toBeGreaterThan(last.scheduledAt);
        expect(tick.lateMs).toBeGreaterThanOrEqual(0);
        last = tick;
      }
    }),
    { numRuns: 200 },
  );
});

test('property: without `stretch` every tick is on the one grid for ever, and its number says where', () => {
  const policy = late.filter((late) => late !== 'stretch');
  fc.assert(
    fc.property(policy, hz, steps, (late, hz, steps) => {
      const actor = localActor(ticker({ hz, late }));
      const t0 = 1_700_000_000_000;
      let now = t0;
      actor.turn(now, [born]);
      for (const step of steps) {
        actor.turn((now += step));
        expect(actor.snapshot.wakeAt).toBeGreaterThan(now);
      }
      for (const tick of ticksOf(actor)) {
        expect(tick.scheduledAt).toBe(gridPoint({ t0, k: 0, hz }, tick.n));
      }
    }),
    { numRuns: 200 },
  );
});
