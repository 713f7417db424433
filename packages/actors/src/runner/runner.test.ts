import { setTimeout as sleep } from 'node:timers/promises';
import type { ActorKey } from '@belfry/protocol';
import { waitFor } from '@belfry/testkit';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineActor } from '../define-actor.ts';
import { historyOf, LABS, startRunner, stateOf, tell } from './runner-lab.ts';

/** Notes what it is told, and says it on. */
const log = defineActor('log', {
  internal: z.number(),
  server: z.number(),
  initial: () => ({ seen: [] as number[] }),
  onInternal(ctx, n) {
    ctx.state.seen.push(n);
    ctx.publish(n);
  },
});

/** Ticks, and publishes each tick's number. */
const clock = defineActor('clock', {
  internal: z.enum(['start', 'stop']),
  server: z.number(),
  tick: { hz: 50 },
  initial: () => ({ last: 0 }),
  onInternal(ctx, message) {
    if (message === 'stop') ctx.cancelTick();
  },
  onTick(ctx, tick) {
    ctx.state.last = tick.n;
    ctx.publish(tick.n);
  },
});

const ticksOf = async (store: Parameters<typeof historyOf>[0], id: string): Promise<number[]> =>
  (await historyOf(store, `server:clock/${id}`)) as number[];

function expectAscending(numbers: readonly number[]): void {
  for (let i = 1; i < numbers.length; i++) {
    expect(numbers[i], `after ${numbers[i - 1]}`).toBeGreaterThan(numbers[i - 1]!);
  }
}

/** As `log`, but in few turns. */
const patient = defineActor('patient', {
  internal: z.number(),
  server: z.number(),
  initial: () => ({ seen: [] as number[], turns: 0 }),
  onInternal(ctx, n) {
    ctx.state.seen.push(n);
  },
  onTurnEnd(ctx) {
    ctx.state.turns += 1;
    ctx.gather(100);
  },
});

describe.each(LABS)('on the %s store', (_name, openLab) => {
  test('a message becomes state and a publication', async () => {
    await using lab = await openLab();
    await using runner = await startRunner(await lab.open(), [log]);
    await tell(lab.store, 'log/a', 7);
    await waitFor(async () => (await historyOf(lab.store, 'server:log/a')).length === 1);
    expect(await stateOf(lab.store, 'log/a')).toEqual({ seen: [7] });
    expect(runner.snapshot().counters).toMatchObject({ messages: 1, created: 1, stale_commits: 0 });
  });

  test('an actor that gathers takes what comes meanwhile in one turn', async () => {
    await using lab = await openLab();
    await using _runner = await startRunner(await lab.open(), [patient]);
    const start = performance.now();
    const numbers = Array.from({ length: 40 }, (_, i) => i);
    for (const n of numbers) {
      await tell(lab.store, 'patient/a', n);
      await sleep(5);
    }
    const seen = async () =>
      (await stateOf(lab.store, 'patient/a')) as { seen: number[]; turns: number };
    await waitFor(async () => (await seen())?.seen.length === numbers.length);
    const { turns } = await seen();
    expect((await seen()).seen).toEqual(numbers);
    // One at once, and then one in 100 ms at the most.
    expect(turns).toBeGreaterThan(1);
    expect(turns).toBeLessThanOrEqual(2 + (performance.now() - start) / 100);
  });

  test('many messages to many actors are handled once and in order, by two runners', async () => {
    await using lab = await openLab();
    await using first = await startRunner(await lab.open(), [log]);
    await using second = await startRunner(await lab.open(), [log]);
    await waitFor(() => first.snapshot().gauges.preferred_message < 16);
    const actors = Array.from({ length: 20 }, (_, i): ActorKey => `log/n${i}`);
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    await Promise.all(numbers.flatMap((n) => actors.map((actor) => tell(lab.store, actor, n))));
    const handled = () => first.snapshot().counters.messages + second.snapshot().counters.messages;
    await waitFor(() => handled() === 1_000, { timeoutMs: 10_000 });
    for (const actor of actors) {
      expect(await stateOf(lab.store, actor)).toEqual({ seen: numbers });
      expect(await historyOf(lab.store, `server:${actor}`)).toEqual(numbers);
    }
    expect(first.snapshot().counters.messages).toBeGreaterThan(0);
    expect(second.snapshot().counters.messages).toBeGreaterThan(0);
  });

  test('a rate ticks with the lease kept, and messages reach it meanwhile', async () => {
    await using lab = await openLab();
    const options = { sweepMs: 1_000_000 };
    await using runner = await startRunner(await lab.open(), [clock], { options });
    await tell(lab.store, 'clock/a', 'start');
    await waitFor(() => runner.snapshot().counters.ticks >= 3);
    const { claims } = runner.snapshot().counters;
    await waitFor(() => runner.snapshot().counters.ticks >= 23);
    // Far fewer claims than ticks; a few are due to a machine that stalls for longer than the grace.
    expect(runner.snapshot().counters.claims - claims).toBeLessThan(10);
    await waitFor(() => runner.snapshot().gauges.held_actors === 1);
    await tell(lab.store, 'clock/a', 'stop');
    await waitFor(() => runner.snapshot().gauges.held_actors === 0);
    const ticks = await ticksOf(lab.store, 'a');
    expectAscending(ticks);
    expect(ticks[0]).toBe(1);
  });

  test('when a runner dies another goes on, and no tick comes twice', async () => {
    await using lab = await openLab();
    const ids = ['a', 'b', 'c', 'd'];
    const doomed = await startRunner(await lab.open(), [clock]);
    for (const id of ids) await tell(lab.store, `clock/${id}`, 'start');
    await waitFor(() => doomed.snapshot().counters.ticks >= 20);
    await using heir = await startRunner(await lab.open(), [clock]);
    doomed.stop();
    const before = await Promise.all(ids.map(async (id) => (await ticksOf(lab.store, id)).at(-1)!));
    await waitFor(
      async () => {
        const now = await Promise.all(
          ids.map(async (id) => (await ticksOf(lab.store, id)).at(-1)!),
        );
        return now.every((n, i) => n > before[i]! + 5);
      },
      { timeoutMs: 10_000 },
    );
    for (const id of ids) expectAscending(await ticksOf(lab.store, id));
    expect(heir.snapshot().gauges.held_actors).toBe(ids.length);
  });

  test('a runner that joins takes its share of what ticks', async () => {
    await using lab = await openLab();
    const ids = Array.from({ length: 12 }, (_, i) => `j${i}`);
    await using first = await startRunner(await lab.open(), [clock]);
    for (const id of ids) await tell(lab.store, `clock/${id}`, 'start');
    await waitFor(() => first.snapshot().gauges.held_actors === ids.length);
    await using second = await startRunner(await lab.open(), [clock]);
    const held = () => [first, second].map((runner) => runner.snapshot().gauges.held_actors);
    await waitFor(() => (held()[1] ?? 0) > 0 && held().reduce((a, b) => a + b) === ids.length, {
      timeoutMs: 10_000,
    });
    for (const id of ids) expectAscending(await ticksOf(lab.store, id));
  });

  test('a worker leaves ticks to the ticker, and a lone worker runs them itself', async () => {
    await using lab = await openLab();
    await using worker = await startRunner(await lab.open(), [clock], { roles: ['worker'] });
    await tell(lab.store, 'clock/a', 'start');
    await waitFor(() => worker.snapshot().counters.ticks >= 5);
    await using ticker = await startRunner(await lab.open(), [clock], { roles: ['ticker'] });
    await waitFor(() => ticker.snapshot().counters.ticks >= 5, { timeoutMs: 10_000 });
    await tell(lab.store, 'clock/b', 'start');
    await waitFor(async () => (await ticksOf(lab.store, 'b')).length >= 5);
    expect(worker.snapshot().gauges.held_actors).toBe(0);
    expect(ticker.snapshot().gauges.held_actors).toBe(2);
    expectAscending(await ticksOf(lab.store, 'a'));
  });

  test('drain gives the leases back at once, and another goes on without a pause', async () => {
    await using lab = await openLab();
    await using leaving = await startRunner(await lab.open(), [clock]);
    await tell(lab.store, 'clock/a', 'start');
    await waitFor(() => leaving.snapshot().counters.ticks >= 3);
    await using staying = await startRunner(await lab.open(), [clock]);
    const began = performance.now();
    await leaving.drain();
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(leaving.events.filter(({ type }) => type === 'drain-timeout')).toEqual([]);
    const { members } = await lab.store.membership.heartbeat({ id: 'me', roles: [] }, 1_000);
    expect(members.map(({ roles }) => roles.length)).toContain(2);
    expect(members).toHaveLength(2);
    await waitFor(() => staying.snapshot().counters.ticks >= 5);
    expectAscending(await ticksOf(lab.store, 'a'));
  });

  test('what actors send each other arrives once and in order, also in other partitions', async () => {
    const source = defineActor('source', {
      internal: z.number(),
      initial: () => ({}),
      onInternal(ctx, n) {
        for (const id of ['x', 'y', 'z']) ctx.send(log.ref(id), n);
      },
    });
    await using lab = await openLab();
    await using runner = await startRunner(await lab.open(), [log, source]);
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    await Promise.all(numbers.map((n) => tell(lab.store, 'source/1', n)));
    await waitFor(() => runner.snapshot().counters.messages >= 400, { timeoutMs: 10_000 });
    for (const id of ['x', 'y', 'z']) {
      expect(await stateOf(lab.store, `log/${id}`)).toEqual({ seen: numbers });
    }
  });

  test('an idle runner asks the store for nothing but its membership', async () => {
    await using lab = await openLab();
    const options = { sweepMs: 1_000_000 };
    await using runner = await startRunner(await lab.open(), [log], { options });
    await tell(lab.store, 'log/a', 1);
    await waitFor(() => runner.snapshot().counters.messages === 1);
    await sleep(100);
    const { claims } = runner.snapshot().counters;
    await sleep(500);
    expect(runner.snapshot().counters.claims).toBe(claims);
  });
});
