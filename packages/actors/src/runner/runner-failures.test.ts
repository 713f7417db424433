import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError, type CommitResult } from '@belfry/store';
import { waitFor } from '@belfry/testkit';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineActor } from '../define-actor.ts';
import { historyOf, LABS, startRunner, stateOf, tell, withActors } from './runner-lab.ts';

/** Counts, and fails while its switch is on: trouble of the world outside, which a pure handler would not see. */
const trouble = { on: false };
const sum = defineActor('sum', {
  internal: z.number(),
  server: z.number(),
  maxAttempts: 3,
  initial: () => ({ total: 0 }),
  onInternal(ctx, n) {
    if (trouble.on && n < 0) throw new Error(`cannot take ${n}`);
    ctx.state.total += n;
    ctx.publish(ctx.state.total);
  },
});

const pulse = defineActor('pulse', {
  internal: z.null(),
  server: z.number(),
  tick: { hz: 50 },
  maxTickFailures: 3,
  initial: () => ({}),
  onTick(ctx, tick) {
    if (trouble.on) throw new Error('no pulse');
    ctx.publish(tick.n);
  },
});

const total = async (...[store]: Parameters<typeof stateOf>): Promise<number | undefined> =>
  (await stateOf<{ total: number }>(store, 'sum/a'))?.total;

describe.each(LABS)('on the %s store', (_name, openLab) => {
  test('a message that fails is tried again after a pause, then put aside, and redriven', async () => {
    trouble.on = true;
    await using lab = await openLab();
    await using runner = await startRunner(await lab.open(), [sum]);
    const began = performance.now();
    for (const n of [1, -5, 10]) await tell(lab.store, 'sum/a', n);
    await waitFor(async () => (await lab.store.actors.deadLetters('sum/a')).length === 1);
    // 100 ms after the first attempt and 200 ms after the second.
    expect(performance.now() - began).toBeGreaterThan(290);
    await waitFor(async () => (await total(lab.store, 'sum/a')) === 11);
    expect(await lab.store.actors.deadLetters('sum/a')).toMatchObject([
      { error: 'Error: cannot take -5', attempts: 3 },
    ]);
    const { counters } = runner.snapshot();
    expect(counters).toMatchObject({ failures: 3, dead_letters: 1, messages: 3 });
    const failed = runner.events.filter(({ type }) => type === 'turn-failed');
    expect(failed.at(-1)).toMatchObject({ actor: 'sum/a', failure: { attempts: 3, final: true } });

    trouble.on = false;
    expect(await lab.store.actors.redrive('sum/a')).toBe(1);
    await waitFor(async () => (await total(lab.store, 'sum/a')) === 6);
    expect(await historyOf(lab.store, 'server:sum/a')).toEqual([1, 11, 6]);
  });

  test('the first message of an actor that does not exist yet is tried as often as any', async () => {
    trouble.on = true;
    await using lab = await openLab();
    await using _runner = await startRunner(await lab.open(), [sum]);
    await tell(lab.store, 'sum/a', -1);
    await waitFor(async () => (await lab.store.actors.deadLetters('sum/a')).length === 1);
    expect(await lab.store.actors.deadLetters('sum/a')).toMatchObject([{ attempts: 3 }]);
    expect(await lab.store.actors.peek('sum/a')).toMatchObject({ state: null, inboxLength: 0 });
  });

  test('an actor whose ticks fail is suspended, visibly, until it is resumed', async () => {
    trouble.on = false;
    await using lab = await openLab();
    await using runner = await startRunner(await lab.open(), [pulse]);
    await tell(lab.store, 'pulse/a', null);
    await waitFor(() => runner.snapshot().counters.ticks >= 3);
    trouble.on = true;
    const view = await waitFor(async () => {
      const view = await lab.store.actors.peek('pulse/a');
      return view?.suspended === null ? null : view;
    });
    expect(view.suspended).toBe('3 ticks in a row threw, the last one: Error: no pulse');
    await waitFor(() => runner.snapshot().counters.suspended === 1);
    expect(runner.snapshot().counters.tick_failures).toBe(3);
    const before = await historyOf(lab.store, 'server:pulse/a');
    trouble.on = false;
    expect(await lab.store.actors.resume('pulse/a')).toBe(true);
    await waitFor(
      async () => (await historyOf(lab.store, 'server:pulse/a')).length > before.length,
    );
    const ticks = (await historyOf(lab.store, 'server:pulse/a')) as number[];
    expect(ticks).toEqual([...new Set(ticks)].toSorted((a, b) => a - b));
  });

  test('a runner that was frozen past its lease finds its commit refused, whole', async () => {
    trouble.on = false;
    await using lab = await openLab();
    const store = await lab.open();
    let thaw: (() => void) | undefined;
    let frozen = false;
    await using slow = await startRunner(
      withActors(store, {
        async commit(batch) {
          if (frozen) await new Promise<void>((resolve) => void (thaw = resolve));
          return store.actors.commit(batch);
        },
      }),
      [pulse],
    );
    await tell(lab.store, 'pulse/a', null);
    await waitFor(() => slow.snapshot().counters.ticks >= 3);
    frozen = true;
    await waitFor(() => thaw !== undefined);
    await using heir = await startRunner(await lab.open(), [pulse], {
      options: { sweepMs: 200, sweepOverdueMs: 50 },
    });
    await waitFor(() => heir.snapshot().counters.ticks >= 3, { timeoutMs: 10_000 });
    frozen = false;
    thaw?.();
    await waitFor(() => slow.snapshot().counters.stale_commits === 1);
    expect(slow.events).toContainEqual({ type: 'stale-commit', actor: 'pulse/a', reason: 'fence' });
    const { ticks } = heir.snapshot().counters;
    await waitFor(
      () => heir.snapshot().counters.ticks + slow.snapshot().counters.ticks > ticks + 10,
    );
    const numbers = (await historyOf(lab.store, 'server:pulse/a')) as number[];
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  });

  test('a commit whose answer is lost is not assumed either way, and nothing is done twice', async () => {
    trouble.on = false;
    await using lab = await openLab();
    const store = await lab.open();
    const lose = ['after', 'before', 'after'];
    await using runner = await startRunner(
      withActors(store, {
        async commit(batch): Promise<CommitResult[]> {
          const when = lose.pop();
          if (when === 'before') throw new StoreError('unavailable', 'lost on the way there');
          const results = await store.actors.commit(batch);
          if (when === 'after') throw new StoreError('timeout', 'lost on the way back');
          return results;
        },
      }),
      [sum],
      { options: { leaseMs: 200 } },
    );
    for (const n of [1, 2, 3, 4]) {
      await tell(lab.store, 'sum/a', n);
      await sleep(30);
    }
    await waitFor(async () => (await total(lab.store, 'sum/a')) === 10, { timeoutMs: 10_000 });
    await waitFor(() => runner.snapshot().counters.unknown_commits === 3, { timeoutMs: 10_000 });
    expect((await historyOf(lab.store, 'server:sum/a')).at(-1)).toBe(10);
    expect(await total(lab.store, 'sum/a')).toBe(10);
    expect(runner.events.map(({ type }) => type)).toContain('unknown-commits');
  });

  test('a commit that the store never takes does not take others along', async () => {
    trouble.on = false;
    await using lab = await openLab();
    const store = await lab.open();
    await using _runner = await startRunner(
      withActors(store, {
        async commit(batch) {
          if (batch.some(({ actor }) => actor === 'sum/bad')) {
            throw new StoreError('invalid', 'this will never do');
          }
          return store.actors.commit(batch);
        },
      }),
      [sum],
    );
    await Promise.all(
      (['sum/a', 'sum/bad', 'sum/b'] as const).map((actor) => tell(lab.store, actor, 1)),
    );
    await waitFor(async () => (await total(lab.store, 'sum/a')) === 1);
    await waitFor(async () => (await stateOf(lab.store, 'sum/b')) !== null);
    expect(await lab.store.actors.peek('sum/bad')).toMatchObject({ state: null, inboxLength: 1 });
  });

  test('an actor of an unknown kind is left alone without spinning, for whoever knows it', async () => {
    trouble.on = false;
    await using lab = await openLab();
    await using old = await startRunner(await lab.open(), [pulse], { options: { leaseMs: 300 } });
    await tell(lab.store, 'sum/a', 1);
    await waitFor(() => old.snapshot().counters.unknown_kinds >= 1);
    await tell(lab.store, 'sum/a', 1);
    await sleep(500);
    expect(old.snapshot().counters.unknown_kinds).toBeLessThan(5);
    expect(old.events.filter(({ type }) => type === 'unknown-kind')).toEqual([
      { type: 'unknown-kind', kind: 'sum', actor: 'sum/a' },
    ]);
    await old.drain();
    await using _new = await startRunner(await lab.open(), [pulse, sum]);
    await waitFor(async () => (await total(lab.store, 'sum/a')) === 2);
  });

  test('an actor whose stored state is damaged is left as it is, and counted', async () => {
    trouble.on = false;
    await using lab = await openLab();
    const store = await lab.open();
    await using runner = await startRunner(
      withActors(store, {
        async claim(request) {
          const reply = await store.actors.claim(request);
          return {
            ...reply,
            claimed: reply.claimed.map((actor) => ({ ...actor, state: '{"tot' })),
          };
        },
      }),
      [sum],
      { options: { leaseMs: 10_000 } },
    );
    await tell(lab.store, 'sum/a', 1);
    await waitFor(() => runner.snapshot().counters.engine_errors === 1);
    const error: unknown = expect.any(SyntaxError);
    expect(runner.events).toContainEqual({ type: 'engine-error', actor: 'sum/a', error });
    expect(await lab.store.actors.peek('sum/a')).toMatchObject({ inboxLength: 1 });
    await runner.drain();
  });
});
